"""Gaps: the programme is switched off and on again, with faint noise where it should go on.

Method: two segments of 10 ms, one apart, between which a channel falls by 30 dB mark where it may
have been switched off; two between which it rises so, where it came back. There the programme must
be at full strength to the last millisecond, and the next be as quiet as the rest of the gap, as it
is where nobody played softer: a decay, a closing mouth or a fade runs down. Between the two, 20 ms
to 1 s, nothing of it may be heard. What holds one value is a dropout, see
mixcheck.meters.continuity.

Source: durations after Essentia's GapsDetector.

Limits: gaps under 20 ms, with fades, or with noise less than 30 dB under the programme are not
seen. Sounds gated hard look the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.dsp.recent import Recent
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding, together
from mixcheck.units import db_to_power, db_to_ratio, quantity
from mixcheck.views import SEGMENTS_PER_S, Block

DURATION_S = (0.02, 1.0)
DROP_DB = 30.0
SIDE_DBFS = -45.0
SIDE_S = 0.010
EDGE_S = 0.001
EDGE_SHARE = 0.3  # of the RMS beside it
EDGE_DROP_DB = 14.0  # from the last millisecond of programme to the first without it
WEAK_EDGE_DROP_DB = 25.0  # the same, if this is not the EDGE_SHARE of what is beside it
AFTER_OVER_INSIDE = 2.0  # times the RMS of the gap: the most that this one may have
OVER_INSIDE = 4.0  # times the highest sample of the gap: programme
MERGED_S = 0.005  # in different channels, one gap
APART = 2  # segments, so that a whole one lies on either side of the edge


@dataclass(frozen=True, kw_only=True)
class GapReading(Reading):
    """Gaps."""

    gaps: int | None = quantity(
        "",
        "Gaps",
        source="mixcheck",
        about="Places where the programme is switched off and on again, noise left between.",
        decimals=0,
        heuristic=True,
    )


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where the programme stops or goes on."""

    frame: int
    side_rms: float


class GapMeter:
    """Finds gaps."""

    name: ClassVar = "gap"
    reading: ClassVar = GapReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._recent = Recent(audio.channels, round(0.06 * self._rate))
        self._side = round(SIDE_S * self._rate)
        self._edge = max(2, round(EDGE_S * self._rate))
        self._powers = np.zeros((audio.channels, 0))
        self._first = 0  # number of the first segment of these
        self._new = 0  # number of the first whose edges were not looked for
        self._stopped: list[_Edge | None] = [None] * audio.channels
        self._found: list[tuple[int, int, int]] = []  # frame, length, channel

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._recent.add(block.samples)
        segments = block.segments
        power = (segments.energy - segments.total**2 / segments.frames) / segments.frames
        self._powers = np.concatenate([self._powers, power], axis=1)
        ready = self._powers.shape[1] - APART - 1  # and a segment more, for the sides
        if ready > self._new - self._first:
            self._look(self._new - self._first, ready)
            self._new = self._first + ready
        kept = round(DURATION_S[1] * SEGMENTS_PER_S) + 4 * APART
        self._first += max(0, self._powers.shape[1] - kept)
        self._powers = self._powers[:, -kept:]

    def _look(self, start: int, end: int) -> None:
        """For edges between the segments from ``start`` to ``end`` and those two further on."""
        early = self._powers[:, start:end]
        late = self._powers[:, start + APART : end + APART]
        heard, drop = db_to_power(SIDE_DBFS), db_to_power(DROP_DB)
        stops = (early > heard) & (early > drop * late)
        begins = (late > heard) & (late > drop * early)
        for channel, index in np.argwhere(stops | begins).tolist():
            number = self._first + start + index
            if stops[channel, index]:
                stopped = self._edge_at(channel, number, is_stop=True)
                self._stopped[channel] = stopped or self._stopped[channel]
            elif self._stopped[channel] is not None:
                begun = self._edge_at(channel, number, is_stop=False)
                if begun is not None:
                    self._note(channel, begun)

    def _edge_at(self, channel: int, number: int, *, is_stop: bool) -> _Edge | None:
        """The edge in the segments from ``number`` on, if the programme is strong up to it."""
        first, last = number - is_stop, number + APART + 1 + (not is_stop)
        start, end = (self._frame_of(one) for one in (first, last))
        samples = self._recent.between(channel, max(0, start), end)
        if samples is None:
            return None
        if not is_stop:
            samples = samples[::-1]
        inside = samples[-(self._side - 1) :]
        if not np.ptp(inside):
            return None  # a held value
        samples = samples - inside.mean()
        inside = samples[-len(inside) :]
        loud = np.flatnonzero(np.abs(samples) > OVER_INSIDE * np.abs(inside).max())
        if not len(loud) or loud[-1] + 1 < self._side:
            return None
        stop = int(loud[-1]) + 1
        side = samples[stop - self._side : stop]
        after, before = _rms(samples[stop : stop + self._edge]), _rms(side[-self._edge :])
        is_strong = self._is_strong(side) or self._is_strong(np.diff(side))
        least = db_to_ratio(EDGE_DROP_DB if is_strong else WEAK_EDGE_DROP_DB) * after
        if after > AFTER_OVER_INSIDE * _rms(inside) or before < least:
            return None
        frame = max(0, start) + stop if is_stop else end - stop
        return _Edge(frame, _rms(side))

    def _is_strong(self, side: NDArray[np.float64]) -> bool:
        return _rms(side[-self._edge :]) > EDGE_SHARE * _rms(side)

    def _frame_of(self, number: int) -> int:
        return (number * self._rate + SEGMENTS_PER_S // 2) // SEGMENTS_PER_S

    def _note(self, channel: int, begun: _Edge) -> None:
        """A gap, if the programme stopped shortly before it begins again."""
        stopped, self._stopped[channel] = self._stopped[channel], None
        if stopped is None:
            return
        length = begun.frame - stopped.frame
        shortest, longest = (seconds * self._rate for seconds in DURATION_S)
        if not shortest <= length + self._edge / 2 <= longest:
            return
        first = -(-stopped.frame * SEGMENTS_PER_S // self._rate) - self._first
        last = begun.frame * SEGMENTS_PER_S // self._rate - self._first
        most = min(stopped.side_rms, begun.side_rms) ** 2 / db_to_power(DROP_DB)
        if first >= last or self._powers[channel, first:last].max() > most:
            return
        self._found.append((stopped.frame, length, channel))

    def finish(self) -> GapReading:
        """Gaps of the whole file."""
        places = together(self._found, MERGED_S * self._rate)
        findings = tuple(map(self._finding, places[:LISTED_PER_CODE]))
        return GapReading(gaps=len(places), findings=findings)

    def _finding(self, place: list[tuple[int, int, int]]) -> Finding:
        start = place[0][0]
        length = max(frame + length for frame, length, _ in place) - start
        channels = sorted({channel for _, _, channel in place})
        seconds = length / self._rate
        return finding(
            "gap",
            f"the programme is off for {seconds * 1000:.0f} ms, noise left in its place",
            start_s=start / self._rate,
            end_s=(start + length) / self._rate,
            channels=channels,
            value=seconds,
            unit="s",
            confidence=0.8,
        )


def _rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.vdot(samples, samples) / max(1, len(samples))))
