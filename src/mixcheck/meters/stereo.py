"""The two channels of a stereo file: correlation, balance, what mono loses, width.

Conventions: ``mono_sum_loss_db`` is the level of (L+R)/2 against the mean power of L and R: 0 dB
for the same signal in both, -3.01 for unrelated ones. ``balance_db`` is right less left. ``side``
is (L-R)/2, ``mid`` (L+R)/2.

Method: sums over the whole file; the least correlation and the negative share are over windows of
half a second that are louder than -60 dBFS.

Source: definitions; a correlation meter of the usual kind integrates over about as long.

Limits: a file of other than two channels has none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.meters.base import Finding, Reading, finding, unmeasured
from mixcheck.units import db_to_power, power_to_db, quantities, quantity
from mixcheck.views import SEGMENTS_PER_S, Block

WINDOW = SEGMENTS_PER_S // 2
HEARD_DBFS = -60.0
SILENT_DBFS = -90.0
INVERTED_CORRELATION = -0.8
IMBALANCE_DB = 3.0
OF_CORRELATION = ("inverted-polarity", "mono-loss")
CORRELATION_SHORTEST_S = 0.5  # a few frames agree, or not, by chance
IMBALANCE_SHORTEST_S = 5.0  # a single panned sound is no fault
SINGLE_SHARE = 0.9  # of the energy
SINGLE_S = 2.0  # within which it lies, where the file is one sound and its decay
MONO_LOSS_DB = -6.0
IDENTICAL_SIDE_DB = -80.0
INVERTED_BALANCE_DB = 10.0  # crosstalk into a nearly silent channel is no inverted copy


@dataclass(frozen=True, kw_only=True)
class StereoReading(Reading):
    """How left and right relate."""

    correlation: float | None = quantity(
        "",
        "Correlation",
        source="definition",
        about="+1 the same signal, 0 unrelated, -1 inverted; over the whole file.",
        decimals=2,
    )
    min_correlation: float | None = quantity(
        "",
        "Min correlation",
        source="definition",
        about="Least correlation of half a second that can be heard.",
        decimals=2,
    )
    negative_correlation_share: float | None = quantity(
        "",
        "Negative correlation share",
        source="definition",
        about="Share of the audible half seconds whose correlation is below zero.",
        decimals=2,
    )
    balance_db: float | None = quantity(
        "dB",
        "Balance",
        source="definition",
        about="Level of the right channel less that of the left.",
    )
    mono_sum_loss_db: float | None = quantity(
        "dB",
        "Mono sum",
        source="definition",
        about="What summing to mono does to the level: 0 the same in both, -3.01 unrelated.",
        decimals=2,
    )
    side_to_mid_db: float | None = quantity(
        "dB",
        "Side to mid",
        source="definition",
        about="Level of the difference less that of the sum: the width.",
    )


class StereoMeter:
    """Meters stereo, and finds faults between the channels."""

    name: ClassVar = "stereo"
    reading: ClassVar = StereoReading

    def __init__(self, audio: AudioFormat) -> None:
        self._channels = audio.channels
        self._rate = audio.sample_rate_hz
        layout = audio.channel_layout or ("",) * audio.channels
        self._may_be_silent = np.array([label == "LFE" for label in layout])
        self._frames = 0
        self._energy = np.zeros(audio.channels)
        self._cross = 0.0
        self._peak = np.zeros(audio.channels)
        self._non_finite = np.zeros(audio.channels, np.int64)
        self._windows: list[NDArray[np.float64]] = []
        self._energies: list[NDArray[np.float64]] = []  # of each window

    def update(self, block: Block) -> None:
        """Take the next block."""
        segments = block.segments
        self._frames += block.frames
        self._energy += segments.energy.sum(1)
        np.maximum(self._peak, block.sample_peak, out=self._peak)
        if len(block.non_finite):
            self._non_finite += np.bincount(block.non_finite[:, 0], minlength=self._channels)
        if segments.cross is None:
            return
        self._cross += float(segments.cross.sum())
        starts = np.arange(0, len(segments.frames), WINDOW)
        left, right = np.add.reduceat(segments.energy, starts, axis=1)
        cross = np.add.reduceat(segments.cross, starts)
        frames = np.add.reduceat(segments.frames, starts)
        self._energies.append(left + right)
        power = (left + right) / 2 / frames
        whole = 2 * SEGMENTS_PER_S * frames >= WINDOW * self._rate  # half of one, at least
        heard = whole & (power > db_to_power(HEARD_DBFS)) & (left > 0) & (right > 0)
        self._windows.append(cross[heard] / np.sqrt(left[heard] * right[heard]))

    def finish(self) -> StereoReading:
        """Stereo of all blocks together."""
        silent = self._silent_channels()
        if self._channels != 2:
            reason = f"needs two channels, the file has {self._channels}"
            return StereoReading(
                reasons=unmeasured(quantities(StereoReading), reason),
                findings=silent,
            )
        left, right = (self._energy / self._frames).tolist()
        cross = self._cross / self._frames
        if not left or not right:
            reasons = unmeasured(quantities(StereoReading), "a channel is digital silence")
            return StereoReading(reasons=reasons, findings=silent)
        mid, side = (left + right + 2 * cross) / 4, (left + right - 2 * cross) / 4
        noise = 1e-9 * (left + right)  # rounding of the float32 products
        mid, side = (power if power > noise else 0.0 for power in (mid, side))
        windows = np.concatenate(self._windows)
        values = {
            "correlation": float(np.clip(cross / np.sqrt(left * right), -1.0, 1.0)),
            "min_correlation": float(windows.min()) if len(windows) else None,
            "negative_correlation_share": float((windows < 0).mean()) if len(windows) else None,
            "balance_db": power_to_db(right / left),
            "mono_sum_loss_db": power_to_db(2 * mid / (left + right)),
            "side_to_mid_db": power_to_db(side / mid) if mid else None,
        }
        reasons = {name: _REASONS[name] for name, value in values.items() if value is None}
        if "side_to_mid_db" in reasons and not mid:
            reasons["side_to_mid_db"] = _REASONS["mono_sum_loss_db"]
        findings = [] if silent else self._findings(values)
        if self._frames < CORRELATION_SHORTEST_S * self._rate:
            unsure = [one.code for one in findings if one.code in OF_CORRELATION]
            reasons |= unmeasured(unsure, f"shorter than {CORRELATION_SHORTEST_S:g} s")
            findings = [one for one in findings if one.code not in unsure]
        return StereoReading(**values, reasons=reasons, findings=(*silent, *findings))

    def _is_single_sound(self) -> bool:
        """Whether the file is short, or little more than one sound that dies away."""
        if self._frames < IMBALANCE_SHORTEST_S * self._rate:
            return True
        sums = np.cumsum(np.concatenate([[0.0], *self._energies]))
        size = min(round(SINGLE_S * SEGMENTS_PER_S / WINDOW), len(sums) - 1)
        return bool((sums[size:] - sums[:-size]).max() >= SINGLE_SHARE * sums[-1])

    def _finding(self, code: str, message: str, value: float | None, unit: str) -> Finding:
        duration_s = self._frames / self._rate
        return finding(
            code, message, start_s=0.0, end_s=duration_s, channels=(0, 1), value=value, unit=unit
        )

    def _silent_channels(self) -> tuple[Finding, ...]:
        level = 10.0 * np.log10(self._energy / self._frames + 1e-30)
        may_be_silent = self._may_be_silent | (self._non_finite == self._frames)
        silent = np.flatnonzero((level < SILENT_DBFS) & ~may_be_silent).tolist()
        if not silent:
            return ()
        loudest = float(level.max())
        if len(silent) == self._channels:
            message = "nothing to hear in any channel"
        else:
            message = f"silent while another channel is at {loudest:.1f} dBFS"
        return (
            finding(
                "silent-channel",
                message,
                start_s=0.0,
                end_s=self._frames / self._rate,
                channels=silent,
                value=power_to_db(float(self._energy[silent].max() / self._frames)),
                unit="dBFS",
            ),
        )

    def _findings(self, values: dict[str, float | None]) -> list[Finding]:
        found = []
        correlation, balance = values["correlation"] or 0.0, values["balance_db"] or 0.0
        side, loss = values["side_to_mid_db"], values["mono_sum_loss_db"]
        if correlation <= INVERTED_CORRELATION and abs(balance) < INVERTED_BALANCE_DB:
            message = f"left and right are inverted copies, correlation {correlation:+.2f}"
            return [self._finding("inverted-polarity", message, correlation, "")]
        if correlation > 0 and (side is None or side < IDENTICAL_SIDE_DB):
            message = "left and right are the same signal"
            found.append(self._finding("dual-mono", message, side, "dB"))
        if abs(balance) >= IMBALANCE_DB and not self._is_single_sound():
            louder = "right" if balance > 0 else "left"
            message = f"{louder} is {abs(balance):.1f} dB louder"
            found.append(self._finding("channel-imbalance", message, balance, "dB"))
        if loss is None or loss <= MONO_LOSS_DB:
            amount = "everything" if loss is None else f"{-loss:.1f} dB"
            found.append(self._finding("mono-loss", f"mono loses {amount}", loss, "dB"))
        return found


_REASONS = {
    "min_correlation": f"no half second is louder than {HEARD_DBFS:g} dBFS",
    "negative_correlation_share": f"no half second is louder than {HEARD_DBFS:g} dBFS",
    "mono_sum_loss_db": "left and right cancel completely",
    "side_to_mid_db": "left and right are identical: there is no side",
}
