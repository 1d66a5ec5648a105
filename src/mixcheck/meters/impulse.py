"""Clicks: pulses of a fraction of a millisecond that stick out of what goes on around them.

Method: A segment of 10 ms whose peak stands 14 dB over the RMS level of its neighbours, and 3 dB
over their peaks, is looked at closely. There the pulse must stand far out of the linear-prediction
error of its surroundings, with no second like it within 30 ms; rise from one sample to the next;
be over within a quarter of a millisecond; and once it is taken out, the programme must go on as
before, at ease right beside it. A drum hit fails the last two, a voiced sound the second, the click
of a tongue the third or the last.

Source: Vaseghi and Rayner, "Detection and suppression of impulsive noise in speech communication
systems", IEE Proc. I 137(1), 1990, for looking at the prediction error.

Limits: a click less than 14 dB over the programme, or within 30 ms of an end of the file, is not
looked for. A click that is part of the sound, of a synthesiser or of a sampled record, is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.dsp.prediction import interpolated, prediction_error, predictor
from mixcheck.dsp.quantile import median
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding, unmeasured
from mixcheck.units import db_to_ratio, quantity, ratio_to_db
from mixcheck.views import Block, segment_bounds

OVER_RMS_DB = 14.0
OVER_NEAREST_DB = 17.0  # over the nearest two segments alone, in a programme that changes
OVER_PEAKS = 1.4
LEAST_HEIGHT_DB = 15.0  # over the RMS of the 20 ms around it, without the pulse
LEAST_LEVEL_DBFS = -46.0
CONTEXT_S = 0.030
ORDER = 24
LONGEST_S = 0.00025
LONGEST = 10  # samples, at low rates
ALONE_SHARE = 0.3  # of its height: no other peak of the error may reach it
# How far it must stand out of the spread of the prediction error, the share of its height that no
# other peak may reach, and how far the spreads before and after it may differ: any of these.
SIGNS = ((25.0, ALONE_SHARE, 4.0), (35.0, 0.15, 10.0), (15.0, 0.2, 3.0), (30.0, 0.36, 2.0))
EDGE_SHARE = 0.25  # of its height: the pulse ends where the error stays below
ONSET_SHARE = 0.55  # of its height, from one sample to the next: a mouth takes longer
RINGS = 2.2  # times the spread of the prediction error, 3 ms after the pulse or 2 ms before it
FAINTLY_RINGS = 1.48
MERGED_S = 0.002  # in different channels, one click


@dataclass(frozen=True, kw_only=True)
class ImpulseReading(Reading):
    """Clicks."""

    clicks: int | None = quantity(
        "",
        "Clicks",
        source="mixcheck",
        about="Pulses far over the programme around them, over within a quarter of a millisecond.",
        decimals=0,
        heuristic=True,
    )


@dataclass(frozen=True, slots=True)
class _Click:
    frame: int
    length: int
    channel: int
    over_db: float


class ImpulseMeter:
    """Finds clicks."""

    name: ClassVar = "impulse"
    reading: ClassVar = ImpulseReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._context = round(CONTEXT_S * self._rate)
        self._longest = max(LONGEST, round(LONGEST_S * self._rate)) + 1
        self._samples: Samples = np.zeros((audio.channels, 0), np.float32)
        self._peaks = np.zeros((audio.channels, 0))  # of the last segments, as the next two
        self._powers = np.zeros((audio.channels, 0))
        self._starts = np.zeros(0, np.int64)
        self._waiting: list[tuple[int, int]] = []  # channel, frame
        self._frames = 0
        self._clicks: list[_Click] = []
        self._count = 0

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._samples = np.concatenate([self._samples, block.samples], axis=1)
        self._frames = block.start_frame + block.frames
        bounds = segment_bounds(self._rate, block.frames)
        peaks = np.maximum(
            np.maximum.reduceat(block.samples, bounds[:-1], axis=1),
            -np.minimum.reduceat(block.samples, bounds[:-1], axis=1),
        )
        powers = block.segments.energy / block.segments.frames
        self._peaks = np.concatenate([self._peaks, peaks], axis=1)
        self._powers = np.concatenate([self._powers, powers], axis=1)
        self._starts = np.concatenate([self._starts, bounds[:-1] + block.start_frame])
        self._screen()
        self._waiting = [place for place in self._waiting if not self._decide(*place)]
        # What a segment that waits for its neighbours can still ask for.
        self._samples = self._samples[:, -3 * self._context - self._rate // 50 :].copy()

    def _screen(self) -> None:
        """Note the segments that stick out of their neighbours, two on either side."""
        if len(self._starts) < 5:
            return
        peak = self._peaks[:, 2:-2]
        loud = peak > db_to_ratio(LEAST_LEVEL_DBFS)
        before, after = ([slice(0, -4), slice(1, -3)], [slice(3, -1), slice(4, None)])
        # A pulse on a bound is in two segments: the other one is then left out.
        nearest = (before[1:] + after[:1], 0, OVER_NEAREST_DB)
        sides = (
            (before + after, 0, OVER_RMS_DB),
            nearest,
            (before[:1] + after, -1, OVER_RMS_DB),
            (before + after[1:], 1, OVER_RMS_DB),
        )
        noted: set[tuple[int, int]] = set()
        for around, bound, over_db in sides:
            power = sum(self._powers[:, side] for side in around) / len(around)
            others = np.maximum.reduce([self._peaks[:, side] for side in around])
            sticks_out = (
                loud & (peak > db_to_ratio(over_db) * np.sqrt(power)) & (peak > OVER_PEAKS * others)
            )
            for channel, index in np.argwhere(sticks_out).tolist():
                if (channel, index) not in noted and self._note(channel, index + 2, bound):
                    noted.add((channel, index))
        self._peaks, self._powers = self._peaks[:, -4:], self._powers[:, -4:]
        self._starts = self._starts[-4:]

    def _note(self, channel: int, index: int, bound: int) -> bool:
        """Keep the peak of a segment for a closer look, if it lies at the bound that was asked."""
        first_frame = self._frames - self._samples.shape[1]
        start, end = (int(one) - first_frame for one in self._starts[index : index + 2])
        part = np.abs(self._samples[channel, max(start, 0) : end])
        if not len(part):
            return False
        place = max(start, 0) + int(part.argmax())
        if bound and min(abs(place - start), abs(end - 1 - place)) >= self._longest:
            return False
        self._waiting.append((channel, first_frame + place))
        return True

    def _decide(self, channel: int, frame: int) -> bool:
        """Whether enough has been seen; a click is noted."""
        if frame + self._context > self._frames:
            return False
        place = frame - (self._frames - self._samples.shape[1])
        if place >= self._context:
            near = self._samples[channel, place - self._context : place + self._context]
            seen = pulse(near.astype(np.float64), self._longest)
            if seen is not None:
                self._add(_Click(frame - self._context + seen[0], seen[1], channel, seen[2]))
        return True

    def _add(self, click: _Click) -> None:
        self._count += all(
            abs(click.frame - one.frame) > MERGED_S * self._rate for one in self._clicks[-64:]
        )
        if len(self._clicks) < 64 * LISTED_PER_CODE:
            self._clicks.append(click)

    def finish(self) -> ImpulseReading:
        """Clicks of the whole file."""
        if self._frames < 2 * self._context:
            reason = f"shorter than {2 * CONTEXT_S:g} s"
            return ImpulseReading(reasons=unmeasured(("clicks", "click"), reason))
        groups: list[list[_Click]] = []
        for click in sorted(self._clicks, key=lambda one: one.frame):
            if groups and click.frame - groups[-1][0].frame <= MERGED_S * self._rate:
                groups[-1].append(click)
            else:
                groups.append([click])
        return ImpulseReading(
            clicks=max(self._count, len(groups)),
            findings=tuple(self._finding(group) for group in groups[:LISTED_PER_CODE]),
        )

    def _finding(self, group: list[_Click]) -> Finding:
        over_db = max(click.over_db for click in group)
        start = min(click.frame for click in group)
        end = max(click.frame + click.length for click in group)
        return finding(
            "click",
            f"a pulse of {end - start} samples, {over_db:.0f} dB over the programme around it",
            start_s=start / self._rate,
            end_s=end / self._rate,
            channels=sorted({click.channel for click in group}),
            value=over_db,
            unit="dB",
            confidence=float(np.clip(0.6 + (over_db - OVER_RMS_DB) / 30.0, 0.6, 0.95)),
        )


def _rings(error: NDArray[np.float64], first: int, longest: int, spread: float) -> bool:
    """Whether a repaired stretch is still uneasy right beside the pulse, as after lips that part.

    A pulse that came from outside leaves the sound around it as it was.
    """
    ms = len(error) / (2000 * CONTEXT_S)
    before = error[max(0, first - round(2 * ms)) : first]
    after = error[first + longest : first + longest + round(3 * ms)]
    uneasy, announced = (float(np.sqrt(np.mean(one**2))) / spread for one in (after, before))
    return uneasy > RINGS or (uneasy > FAINTLY_RINGS and announced > RINGS)


def pulse(samples: NDArray[np.float64], longest: int) -> tuple[int, int, float] | None:
    """The pulse in the middle of a stretch, if it is one.

    Returns
    -------
    tuple of int, int and float, or None
        First sample, length, and height over the RMS level without it, in dB.
    """
    middle = len(samples) // 2
    without = samples.copy()
    without[middle - longest : middle + longest] = 0.0
    error_filter = predictor(without, ORDER)
    error = np.abs(prediction_error(samples, error_filter))
    at = middle - ORDER  # where the error of the middle sample stands
    before, after = error[: at - longest], error[at + longest + ORDER :]
    height = float(error[at - longest : at + longest].max())
    spreads = [median(side) / 0.6745 + 1e-9 for side in (before, after)]
    over = height / max(spreads)
    alone = max(before.max(), after.max()) / height
    change = max(spreads) / min(spreads)
    if not any(over >= least and alone <= most and change <= sound for least, most, sound in SIGNS):
        return None
    strong = np.flatnonzero(error[at - longest : at + longest] > EDGE_SHARE * height)
    first = middle - longest + int(strong[0])
    repaired = samples.copy()
    place = slice(first, first + longest)
    repaired[place] = interpolated(samples, first, longest, error_filter)
    rest = np.abs(prediction_error(repaired, error_filter))
    if rest.max() > ALONE_SHARE * height:
        return None  # it goes on
    if _rings(rest, first - ORDER, longest, max(spreads)):
        return None
    difference = np.abs(samples[place] - repaired[place])
    amount = float(difference.max())
    inside = np.flatnonzero(difference > EDGE_SHARE * amount)
    onset = difference[inside[0]] - (difference[inside[0] - 1] if inside[0] else 0.0)
    near = repaired[len(samples) // 3 : -(len(samples) // 3)]
    if inside[-1] == longest - 1 and inside[0] == 0:
        return None  # it is longer
    over_db = ratio_to_db(amount / max(float(np.sqrt(np.mean(near**2))), 1e-9))
    if over_db is None or over_db < LEAST_HEIGHT_DB or onset < ONSET_SHARE * amount:
        return None
    return first + int(inside[0]), int(inside[-1] - inside[0]) + 1, over_db
