"""Continuity: places where the programme stops dead and comes back.

Method: a run of one held value, 1 ms to 1 s long, whose two sides are both programme, and which
the wave reaches or leaves with a jump, at full strength to the last millisecond: a fade, a decay
or a closing mouth runs down to zero.

Source: durations after dart_pop_n_click and Essentia's GapsDetector.

Limits: a dropout that was faded in and out, or filled with noise, is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mixcheck.audio import AudioFormat, Samples
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding
from mixcheck.units import db_to_ratio, quantity
from mixcheck.views import Block

DURATION_S = (0.001, 1.0)
SIDE_S = 0.010
SIDE_DBFS = -45.0
JUMP_SHARE = 0.25  # of the RMS beside it
EDGE_S = 0.001
EDGE_SHARE = 0.3  # of the RMS beside it: a closing mouth or a decay runs down to zero
JUMP_STEPS = 4  # quantisation steps


@dataclass(frozen=True, kw_only=True)
class ContinuityReading(Reading):
    """Interruptions."""

    dropouts: int | None = quantity(
        "",
        "Dropouts",
        source="mixcheck",
        about="Places where the programme is replaced by a held value.",
        decimals=0,
        heuristic=True,
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A run whose left side was programme; its right side comes with the next frames."""

    channel: int
    start_frame: int
    length: int
    value: float
    before: float
    after: float
    left_rms: float
    left_edge_rms: float


class ContinuityMeter:
    """Finds dropouts."""

    name: ClassVar = "continuity"
    reading: ClassVar = ContinuityReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._side = round(SIDE_S * audio.sample_rate_hz)
        self._edge = max(2, round(EDGE_S * audio.sample_rate_hz))
        self._kept = round((DURATION_S[1] + 2 * SIDE_S) * audio.sample_rate_hz)
        self._samples: Samples = np.zeros((audio.channels, 0), np.float32)
        self._least_jump = JUMP_STEPS * 2.0 ** (1 - min(audio.bit_depth or 16, 16))
        self._waiting: list[_Candidate] = []
        self._found: list[tuple[int, int, int]] = []
        self._frames = 0

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        runs = block.runs
        shortest, longest = (seconds * self._rate for seconds in DURATION_S)
        wanted = (runs.length >= shortest) & (runs.length <= longest)
        fresh = np.flatnonzero(wanted).tolist()
        if fresh or self._waiting:
            self._samples = np.concatenate([self._samples, block.samples], axis=1)
            first_frame = self._frames - self._samples.shape[1]
            for index in fresh:
                start = int(runs.start_frame[index])
                self._waiting.append(
                    _Candidate(
                        int(runs.channel[index]),
                        start,
                        int(runs.length[index]),
                        float(runs.value[index]),
                        float(runs.before[index]),
                        float(runs.after[index]),
                        self._rms(
                            int(runs.channel[index]), start - self._side, first_frame, self._side
                        ),
                        self._rms(
                            int(runs.channel[index]), start - self._edge, first_frame, self._edge
                        ),
                    )
                )
            self._waiting = [one for one in self._waiting if not self._decide(one, first_frame)]
            self._samples = self._samples[:, -self._kept :].copy()
        else:
            self._samples = block.samples[:, -self._kept :].copy()

    def _rms(self, channel: int, start_frame: int, first_frame: int, frames: int) -> float:
        """RMS of a stretch; 0 where the file has not so much."""
        start = start_frame - first_frame
        if start < 0:
            return 0.0
        part = self._samples[channel, start : start + frames].astype(np.float64)
        return float(np.sqrt(np.vdot(part, part) / len(part))) if len(part) == frames else 0.0

    def _decide(self, one: _Candidate, first_frame: int) -> bool:
        """Whether enough has been seen; a dropout is noted."""
        end = one.start_frame + one.length
        if end + self._side > self._frames:
            return False
        right_rms = self._rms(one.channel, end, first_frame, self._side)
        quiet = min(one.left_rms, right_rms) < db_to_ratio(SIDE_DBFS)
        jumps = abs(one.before - one.value) > max(
            JUMP_SHARE * one.left_rms, self._least_jump
        ) or abs(one.after - one.value) > max(JUMP_SHARE * right_rms, self._least_jump)
        right_edge = self._rms(one.channel, end, first_frame, self._edge)
        is_cut = (
            one.left_edge_rms > EDGE_SHARE * one.left_rms and right_edge > EDGE_SHARE * right_rms
        )
        # A clipped bass wave holds its top; a dropout holds what lies within the wave.
        inside = abs(one.value) < max(one.left_rms, right_rms)
        if not quiet and jumps and is_cut and inside:
            self._found.append((one.start_frame, one.length, one.channel))
        return True

    def finish(self) -> ContinuityReading:
        """Interruptions of the whole file."""
        places: dict[tuple[int, int], list[int]] = {}
        for start, length, channel in sorted(self._found):
            places.setdefault((start, length), []).append(channel)
        findings = tuple(
            self._finding(start, length, channels)
            for (start, length), channels in list(places.items())[:LISTED_PER_CODE]
        )
        return ContinuityReading(dropouts=len(places), findings=findings)

    def _finding(self, start: int, length: int, channels: list[int]) -> Finding:
        seconds = length / self._rate
        return finding(
            "dropout",
            f"the programme drops out for {seconds * 1000:.1f} ms",
            start_s=start / self._rate,
            end_s=(start + length) / self._rate,
            channels=channels,
            value=seconds,
            unit="s",
            confidence=0.9,
        )
