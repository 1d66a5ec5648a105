"""Continuity: places where the programme stops dead and comes back.

Method: a run of one held value, 1 ms to 1 s long, whose two sides are both programme, and which
the wave reaches or leaves with a jump, at full strength to the last millisecond: a fade, a decay
or a closing mouth runs down to zero. A step counts as a jump against the level of that side and
against the steps that are usual there, so that a bass can drop out too; where both sides jump, less
will do. Digital zero of 1 to 10 s may be a rest, and must be jumped into and out of. A value above
the level of its sides may be the top of a clipped wave, and has to be left with a larger jump. A
wave that stops away from zero and from its tops, while it moves, needs no jump if it stands still
for 5 ms.

Source: durations after dart_pop_n_click and Essentia's GapsDetector.

Limits: a dropout that was faded in and out, or filled with noise, is not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.dsp.runs import Runs
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding
from mixcheck.units import db_to_ratio, quantity
from mixcheck.views import Block

DURATION_S = (0.001, 1.0)
LONGEST_ZERO_S = 10.0
SIDE_S = 0.010
SIDE_DBFS = -50.0
JUMP_SHARE = 0.25  # of the RMS beside it
BOTH_JUMPS_SHARE = 0.1  # the jumps of both sides together
LONG_JUMPS_SHARE = 0.5  # the same, of digital zero that lasts: a rest begins where a note ends
JUMP_USUAL = 3.0  # times the RMS step beside it, if that is less
TOP_JUMP_USUAL = 6.0  # out of what may be the top of a wave
FROZEN_S = 0.005
FROZEN_SHARE = 0.02  # of the RMS beside it: away from zero, where gates close
FROZEN_UNDER_PEAK = 0.8  # of what is beside it: no clipped top
EDGE_S = 0.001
EDGE_SHARE = 0.3  # of the RMS beside it: a closing mouth or a decay runs down to zero
JUMP_STEPS = 4  # quantisation steps
MOST_HELD_SHARE = 0.3  # of a side: more is a square wave, or a drum machine's silence


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
class _Side:
    """What a held value meets on one side."""

    rms: float
    step_rms: float
    peak: float
    edge_step_rms: float
    at_full_strength: bool
    jump: float
    quantum: float  # smallest step there is: coarse values may lie in a fine file

    @classmethod
    def of(cls, part: NDArray[np.floating], edge: int, jump: float) -> _Side | None:
        """``part`` ends where the held value begins; ``None`` if it holds values itself."""
        samples = part.astype(np.float64)
        steps = np.diff(samples)
        if not len(steps) or (steps == 0.0).mean() > MOST_HELD_SHARE:
            return None
        rms, step_rms = _rms(samples), _rms(steps)
        strong = _rms(samples[-edge:]) > EDGE_SHARE * rms
        edge_step_rms = _rms(steps[-edge:])
        busy = edge_step_rms > EDGE_SHARE * step_rms
        peak = float(np.abs(samples).max())
        quantum = float(np.abs(steps[steps != 0.0]).min())
        return cls(rms, step_rms, peak, edge_step_rms, strong or busy, jump, quantum)

    def jumps(self, least: float) -> bool:
        return self.jump > max(min(JUMP_SHARE * self.rms, JUMP_USUAL * self.step_rms), least)

    def jumps_far(self, least: float) -> bool:
        usual = max(JUMP_SHARE * self.rms, TOP_JUMP_USUAL * self.step_rms)
        return self.jump > max(usual, least)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A run whose left side was programme; its right side comes with the next frames."""

    channel: int
    start_frame: int
    length: int
    value: float
    after: float
    left: _Side


def _rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.vdot(samples, samples) / len(samples)))


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
        self._before_run: dict[int, tuple[int, NDArray[np.floating]]] = {}  # frame, side
        self._waiting: list[_Candidate] = []
        self._found: list[tuple[int, int, int]] = []
        self._frames = 0

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        runs = block.runs
        shortest, longest = (seconds * self._rate for seconds in DURATION_S)
        most = np.where(runs.value == 0.0, LONGEST_ZERO_S * self._rate, longest)
        fresh = np.flatnonzero((runs.length >= shortest) & (runs.length <= most)).tolist()
        held = np.flatnonzero(np.ptp(block.samples[:, -self._edge :], axis=1) == 0.0).tolist()
        if fresh or held or self._waiting:
            self._samples = np.concatenate([self._samples, block.samples], axis=1)
            for index in fresh:
                self._note(runs, index)
            self._waiting = [one for one in self._waiting if not self._decide(one)]
            for channel in held:
                self._keep_before_run(channel)
            self._samples = self._samples[:, -self._kept :].copy()
        else:
            self._samples = block.samples[:, -self._kept :].copy()

    def _keep_before_run(self, channel: int) -> None:
        """What precedes a run at the end of a block: it may last longer than samples are kept."""
        samples = self._samples[channel]
        other = np.flatnonzero(samples != samples[-1])
        start = int(other[-1]) + 1 if len(other) else 0
        if start >= self._side:
            frame = self._frames - len(samples) + start
            self._before_run[channel] = frame, samples[start - self._side : start].copy()

    def _note(self, runs: Runs, index: int) -> None:
        """Keep a run whose left side is programme."""
        channel, start = int(runs.channel[index]), int(runs.start_frame[index])
        value = float(runs.value[index])
        part = self._part(channel, start - self._side)
        if part is None and self._before_run.get(channel, (-1,))[0] == start:
            part = self._before_run[channel][1]
        if part is None:
            return
        left = _Side.of(part, self._edge, abs(float(runs.before[index]) - value))
        if left is not None and left.rms >= db_to_ratio(SIDE_DBFS) and left.at_full_strength:
            length, after = int(runs.length[index]), float(runs.after[index])
            self._waiting.append(_Candidate(channel, start, length, value, after, left))

    def _part(self, channel: int, start_frame: int) -> NDArray[np.floating] | None:
        """A side that begins there, if the file has all of it."""
        start = start_frame - (self._frames - self._samples.shape[1])
        part = self._samples[channel, max(start, 0) : start + self._side]
        return part if start >= 0 and len(part) == self._side else None

    def _decide(self, one: _Candidate) -> bool:
        """Whether enough has been seen; a dropout is noted."""
        end = one.start_frame + one.length
        if end + self._side > self._frames:
            return False
        part = self._part(one.channel, end)
        right = (
            None if part is None else _Side.of(part[::-1], self._edge, abs(one.after - one.value))
        )
        if right is None or right.rms < db_to_ratio(SIDE_DBFS) or not right.at_full_strength:
            return True
        if self._is_dropout(one, right) or self._is_frozen(one, right):
            self._found.append((one.start_frame, one.length, one.channel))
        return True

    def _is_dropout(self, one: _Candidate, right: _Side) -> bool:
        """Whether the wave jumps into the held value, or out of it."""
        sides = (one.left, right)
        least = max(self._least_jump, *(JUMP_STEPS * side.quantum for side in sides))
        jumps = sum(side.jump / side.rms for side in sides)
        both = min(side.jump for side in sides) > least
        if self._is_long(one.length):
            return both and jumps > LONG_JUMPS_SHARE
        if abs(one.value) < max(side.rms for side in sides):
            return any(side.jumps(least) for side in sides) or (both and jumps > BOTH_JUMPS_SHARE)
        return any(side.jumps_far(least) for side in sides)

    def _is_long(self, frames: int) -> bool:
        return frames > DURATION_S[1] * self._rate

    def _is_frozen(self, one: _Candidate, right: _Side) -> bool:
        """Whether a wave that moves stops somewhere on its way, and goes on from there."""
        least, value = self._least_jump, abs(one.value)
        return (
            one.length >= FROZEN_S * self._rate
            and value > max(least, FROZEN_SHARE * max(one.left.rms, right.rms))
            and value < FROZEN_UNDER_PEAK * max(one.left.peak, right.peak)
            and min(one.left.edge_step_rms, right.edge_step_rms) > least
        )

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
            is_slight=self._is_long(length),
        )
