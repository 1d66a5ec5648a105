"""Loudness: integrated, momentary, short-term, range, and the distance of the peaks from it.

Conventions: LUFS and LKFS are the same unit. Channels are weighted by the layout of the file; a
layout that nobody states and no convention gives has no loudness.

Method: K-weighted energy in segments of 10 ms. Gating blocks are 400 ms long and 100 ms apart, the
last partial one is not used, and both gates are strict. The maxima of momentary (400 ms) and
short-term (3 s) loudness are taken every 10 ms. Loudness range uses short-term values 100 ms
apart, 1.5 s of silence after the end, and nearest-rank percentiles.

Source: ITU-R BS.1770-5 Annex 1; EBU Tech 3341 v4 clause 2; EBU Tech 3342 v4 clause 3.

Limits: a loudness range from less than a minute is unstable, which a profile's verdict says.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mixcheck.audio import AudioFormat, loudness_weights
from mixcheck.meters.base import Reading, unmeasured
from mixcheck.meters.gating import (
    ABSOLUTE_GATE_LUFS,
    NO_BLOCKS,
    GatingBlocks,
    Powers,
    gated_loudness,
    lufs,
    power_of,
)
from mixcheck.meters.stated import wrong_statements
from mixcheck.units import power_to_db, quantities, quantity
from mixcheck.views import SEGMENTS_PER_S, Block

RANGE_GATE_LU = -20.0
RANGE_PERCENTILES = (10, 95)

GAINS_DB = range(-30, 31)

HOP = SEGMENTS_PER_S // 10  # 100 ms
MOMENTARY = SEGMENTS_PER_S * 2 // 5
SHORT_TERM = SEGMENTS_PER_S * 3
RANGE_TAIL = SEGMENTS_PER_S * 3 // 2


@dataclass(frozen=True, kw_only=True)
class LoudnessReading(Reading):
    """Loudness of a programme, and its gating blocks, for the loudness of several."""

    integrated_lufs: float | None = quantity(
        "LUFS",
        "Integrated loudness",
        source="ITU-R BS.1770-5 Annex 1",
        about="Loudness of the whole programme, gated at -70 LUFS and 10 LU under itself.",
    )
    loudness_range_lu: float | None = quantity(
        "LU",
        "Loudness range",
        source="EBU Tech 3342 v4",
        about="Spread between quiet and loud passages: 95th less 10th percentile of short-term "
        "loudness. Under a minute it is unstable.",
    )
    max_momentary_lufs: float | None = quantity(
        "LUFS",
        "Max momentary",
        source="EBU Tech 3341 v4",
        about="Loudest 400 ms.",
    )
    max_short_term_lufs: float | None = quantity(
        "LUFS",
        "Max short-term",
        source="EBU Tech 3341 v4",
        about="Loudest 3 s.",
    )
    relative_gate_lufs: float | None = quantity(
        "LUFS",
        "Relative gate",
        source="ITU-R BS.1770-5 Annex 1",
        about="Blocks at or under this level did not count for the integrated loudness.",
    )
    plr_lu: float | None = quantity(
        "LU",
        "Peak to loudness",
        source="EBU Tech 3343 v4",
        about="Max true peak less integrated loudness: how dynamic the whole is.",
    )
    min_psr_lu: float | None = quantity(
        "LU",
        "Min peak to short-term",
        source="AES 143 e-brief 373 (2017)",
        about="Least distance of true peak and loudness within 3 s, looked at every second: "
        "how hard the densest place is limited.",
    )

    gain_shift_lu: tuple[float, ...] | None = quantity(
        "LU",
        "Gain shift",
        source="ITU-R BS.1770-5 Annex 1",
        about="How much more than the gain the integrated loudness would move, for gains of -30 to "
        "+30 dB in steps of 1: pauses cross the gate at -70 LUFS.",
        decimals=2,
    )
    gating_blocks: GatingBlocks = NO_BLOCKS


class LoudnessMeter:
    """Meters loudness.

    Attributes
    ----------
    whole_segments : int
        Segments of the latest block that are not cut short.
    momentary, short_term : ndarray
        Weighted mean squares of the full windows that end in them, the last with the last.
    """

    name: ClassVar = "loudness"
    reading: ClassVar = LoudnessReading

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self._channels = audio.channels
        layout = audio.channel_layout
        self._weights = np.array(loudness_weights(layout)) if layout else None
        self._full_segment = audio.sample_rate_hz // SEGMENTS_PER_S
        self._energy = np.zeros(0)  # of the last 3 s
        self._frames = np.zeros(0)
        self._segments = 0
        self._max_momentary = self._max_short_term = 0.0
        self._gating_blocks: list[Powers] = []
        self._short_term: list[Powers] = []
        self._max_true_peak = 0.0
        self._recent_true_peaks: deque[float] = deque(maxlen=3)
        self._min_psr_lu: float | None = None
        self._is_lfe_heard = False
        self.whole_segments = 0
        self.momentary = self.short_term = np.zeros(0)

    def update(self, block: Block) -> None:
        """Take the next block."""
        if self._weights is None:
            return
        segments = block.segments
        whole = segments.frames >= self._full_segment  # the last of a file may be cut short
        energy = self._weights @ segments.k_energy
        uncounted = segments.k_energy[self._weights == 0.0] / segments.frames
        self._is_lfe_heard |= (lufs(uncounted.max(initial=0.0)) or -np.inf) > ABSOLUTE_GATE_LUFS
        self.whole_segments = int(whole.sum())
        self._push(energy[whole], segments.frames[whole].astype(np.float64))
        for second, true_peak in enumerate(block.true_peaks.peaks.max(0).tolist(), 1):
            self._max_true_peak = max(self._max_true_peak, true_peak)
            self._recent_true_peaks.append(true_peak)
            later = self.whole_segments - second * SEGMENTS_PER_S
            if 0 <= later < len(self.short_term):  # not at the end of a second that is cut short
                self._update_psr(float(self.short_term[-1 - later]))

    def _push(self, energy: Powers, frames: Powers) -> None:
        """Take segments."""
        new = len(energy)
        self._energy = np.concatenate([self._energy, energy])
        self._frames = np.concatenate([self._frames, frames])
        self._segments += new
        self.momentary = self._windows(MOMENTARY, new)
        self.short_term = self._windows(SHORT_TERM, new)
        self._max_momentary = max(self._max_momentary, self.momentary.max(initial=0.0))
        self._max_short_term = max(self._max_short_term, self.short_term.max(initial=0.0))
        self._gating_blocks.append(self._each_hop(self.momentary))
        self._short_term.append(self._each_hop(self.short_term))
        self._energy = self._energy[-SHORT_TERM:]
        self._frames = self._frames[-SHORT_TERM:]

    def _windows(self, length: int, new: int) -> Powers:
        """Mean power of the windows that end in the last ``new`` segments."""
        count = min(new, len(self._energy) - length + 1)
        if count <= 0:
            return np.zeros(0)
        wanted = slice(-(count + length - 1), None)
        energy = np.cumsum(np.append(0.0, self._energy[wanted]))
        frames = np.cumsum(np.append(0.0, self._frames[wanted]))
        means = (energy[length:] - energy[:-length]) / (frames[length:] - frames[:-length])
        return np.asarray(means.clip(0.0))

    def _each_hop(self, windows: Powers) -> Powers:
        """Those of the latest windows that lie a whole number of hops after the first."""
        return windows[::-1][self._segments % HOP :: HOP][::-1].copy()

    def _update_psr(self, short_term: float) -> None:
        short_term_lufs = lufs(short_term)
        peak_db = power_to_db(max(self._recent_true_peaks) ** 2)
        if short_term_lufs is None or peak_db is None or short_term_lufs <= ABSOLUTE_GATE_LUFS:
            return
        psr = peak_db - short_term_lufs
        self._min_psr_lu = psr if self._min_psr_lu is None else min(psr, self._min_psr_lu)

    def finish(self) -> LoudnessReading:
        """Loudness of all blocks together."""
        if self._weights is None:
            return LoudnessReading(
                reasons=unmeasured(
                    quantities(LoudnessReading),
                    f"no loudspeaker layout is known for {self._channels} channels; "
                    "name one with --layout",
                )
            )
        has_short_term = self._segments >= SHORT_TERM
        momentary_lufs, short_term_lufs = lufs(self._max_momentary), lufs(self._max_short_term)
        gating_blocks = _joined(self._gating_blocks)
        integrated, gate = gated_loudness(gating_blocks)
        if has_short_term:
            self._push(np.zeros(RANGE_TAIL), np.full(RANGE_TAIL, float(self._full_segment)))
        loudness_range = loudness_range_lu(_joined(self._short_term)) if has_short_term else None
        peak_db = power_to_db(self._max_true_peak**2)
        plr = peak_db - integrated if peak_db is not None and integrated is not None else None
        values: dict[str, Any] = {
            "integrated_lufs": integrated,
            "loudness_range_lu": loudness_range,
            "max_momentary_lufs": momentary_lufs,
            "max_short_term_lufs": short_term_lufs,
            "relative_gate_lufs": gate,
            "plr_lu": plr,
            "min_psr_lu": self._min_psr_lu,
            "gain_shift_lu": gain_shift_lu(gating_blocks, integrated),
        }
        wrong = wrong_statements(
            self._audio, {**values, "max_true_peak_dbtp": peak_db}, self._segments / SEGMENTS_PER_S
        )
        return LoudnessReading(
            **values,
            gating_blocks=GatingBlocks.of(gating_blocks),
            reasons=self._reasons(values),
            findings=wrong,
        )

    def _reasons(self, values: dict[str, Any]) -> dict[str, str]:
        needs_3_s = ("loudness_range_lu", "max_short_term_lufs", "min_psr_lu")
        reasons = {}
        counted = ", the LFE left out as BS.1770 has it" if self._is_lfe_heard else ""
        for name in (name for name, value in values.items() if value is None):
            needed = SHORT_TERM if name in needs_3_s else MOMENTARY
            seconds = needed / SEGMENTS_PER_S
            reasons[name] = (
                f"shorter than {seconds:g} s"
                if self._segments < needed
                else f"nothing is louder than {ABSOLUTE_GATE_LUFS:g} LUFS{counted}"
            )
        return reasons


def _joined(parts: list[Powers]) -> Powers:
    return np.concatenate(parts) if parts else np.zeros(0)


def gain_shift_lu(blocks: Powers, integrated_lufs: float | None) -> tuple[float, ...] | None:
    """What the absolute gate adds to the integrated loudness, for each gain of ``GAINS_DB``."""
    if integrated_lufs is None:
        return None
    moved = (gated_loudness(blocks, ABSOLUTE_GATE_LUFS - gain)[0] for gain in GAINS_DB)
    return tuple(0.0 if after is None else after - integrated_lufs for after in moved)


def loudness_range_lu(short_term: Powers) -> float | None:
    """Loudness range of short-term powers; ``None`` if all are under the absolute gate."""
    kept = short_term[short_term >= power_of(ABSOLUTE_GATE_LUFS)]
    if not len(kept):
        return None
    kept = np.sort(kept[kept >= kept.mean() * 10.0 ** (RANGE_GATE_LU / 10.0)])
    # Tech 3342: nearest rank, counted from 1: round((n - 1)·p/100 + 1).
    low, high = (kept[int((len(kept) - 1) * p / 100 + 0.5)] for p in RANGE_PERCENTILES)
    return float(10.0 * np.log10(high / low))
