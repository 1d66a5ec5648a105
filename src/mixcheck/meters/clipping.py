"""Clipping: tops of the wave cut flat, at full scale or, turned down afterwards, below it.

Method: A flat top is a run of at least three equal samples that the wave enters and leaves from the
same side, and steeply: a slow wave that merely rounds off leaves its top by one step at a time,
a cut one by many, or by one per cent within the length of the run. At full scale (the top code, or
1.0 and more in floating point) one flat top is clipping. Below it, the flat tops must lie at the
channel's own highest level, be many or long, and be what is flat in the file: held values
elsewhere, between steep edges, mean a square wave or a repeated sample. Where tops are too narrow
for three samples, as at low rates, it is told by how many samples lie at the highest level, see
mixcheck.dsp.top_level. Clipping is slight where the flat tops are few and short.

Source: the run length of three is that of Audacity's Find Clipping; the level test follows
from what clipping is.

Limits: clipping that was dithered, filtered or encoded afterwards has no equal samples left and
is not seen here; nor is a passage clipped lower than the file's highest level.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.dsp.runs import Runs
from mixcheck.dsp.top_level import TopLevel, Tops
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding, unmeasured
from mixcheck.units import quantity, ratio_to_db
from mixcheck.views import Block

SHORTEST_FLAT_TOP = 3
SHORTEST_NARROW_TOP = 2
LEAST_LEVEL = 0.01  # -40 dBFS: below, three equal samples are chance
STEEP_STEPS = 4.0  # a rounded top leaves by less than 3 quantisation steps
LONG_FLAT_TOP = 5
LEAST_FLAT_TOPS = 4
SAME_LEVEL_SHARE = 0.002
LEVEL_STEPS = 2**15
COMPANDED_STEP = 0.04  # of μ-law and A-law near full scale
MOST_FLAT_SHARE = 0.25  # of all samples: more is a square wave, made so
SEVERE_S = 0.001  # a single flat top that long is heard
SEVERE_TOPS = 10  # so many of a channel, if they are
SEVERE_SHARE = 0.0002  # of its samples: heard as a rough sound
LEAST_TOP_SHARE = 0.5  # of the runs that are flat at all


@dataclass(frozen=True, kw_only=True)
class ClippingReading(Reading):
    """Flat tops."""

    clipped_samples: int | None = quantity(
        "",
        "Clipped samples",
        source="mixcheck",
        about="Samples in flat tops, over all channels.",
        decimals=0,
    )
    clip_runs: int | None = quantity(
        "",
        "Clip runs",
        source="mixcheck",
        about="Flat tops, over all channels.",
        decimals=0,
    )
    clip_level_dbfs: float | None = quantity(
        "dBFS",
        "Clip level",
        source="mixcheck",
        about="Level at which the tops are cut; below 0 the file was turned down afterwards.",
        decimals=2,
    )


class ClippingMeter:
    """Finds flat tops."""

    name: ClassVar = "clipping"
    reading: ClassVar = ClippingReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        # 16 bits may sit in any deeper file, so finer steps than theirs prove nothing.
        self._step = 2.0 ** (1 - min(audio.bit_depth or 16, 16))
        self._full_scale = 1.0 - 1.5 * self._step
        if audio.bit_depth is None and not audio.is_lossy:
            self._step = COMPANDED_STEP
        self._frames = 0
        self._peak = np.zeros((audio.channels, 2))  # below and above zero
        self._tops = [_FlatTops() for _ in range(audio.channels * 2)]
        self._highest = [TopLevel(self._step) for _ in range(audio.channels * 2)]
        self._tail: Samples = np.zeros((audio.channels, 0), np.float32)
        self._other_runs = np.zeros((2, audio.channels), np.int64)  # all, and the long ones
        self._flat_samples = np.zeros(audio.channels, np.int64)

    def update(self, block: Block) -> None:
        """Take the next block."""
        self.add(block.samples, block.lowest, block.highest, block.runs)

    def add(
        self,
        samples: Samples,
        lowest: NDArray[np.floating],
        highest: NDArray[np.floating],
        runs: Runs,
    ) -> None:
        """Take a block, its extremes and its runs."""
        self._add_highest(samples, lowest, highest)
        self._frames += samples.shape[1]
        np.maximum(self._peak, np.stack([-lowest, highest], axis=1), out=self._peak)
        if not len(runs.channel):
            return
        sign = np.sign(runs.value)
        level = np.abs(runs.value)
        inner = np.stack([runs.before * sign, runs.after * sign])
        steep = level - inner > STEEP_STEPS * self._step
        at_full_scale = level >= self._full_scale
        loud = level >= LEAST_LEVEL
        is_top = (level > inner).all(0) & np.where(at_full_scale, steep.any(0), steep.all(0))
        channels = len(self._flat_samples)
        self._flat_samples += np.bincount(
            runs.channel[loud], runs.length[loud], minlength=channels
        ).astype(np.int64)
        # A smooth wave holds values too, one step at a time: they say nothing of square waves.
        other = loud & ~is_top & steep.any(0)
        for kind, length in enumerate((SHORTEST_FLAT_TOP, LONG_FLAT_TOP)):
            held = other & (runs.length >= length)
            self._other_runs[kind] += np.bincount(runs.channel[held], minlength=channels)
        for index in np.flatnonzero(loud & is_top).tolist():
            channel = int(runs.channel[index])
            side = int(sign[index] > 0)
            self._tops[2 * channel + side].add(
                float(level[index]),
                int(runs.start_frame[index]),
                int(runs.length[index]),
                is_high=level[index] >= self._peak[channel, side] * (1.0 - SAME_LEVEL_SHARE),
            )

    def _add_highest(
        self, samples: Samples, lowest: NDArray[np.floating], highest: NDArray[np.floating]
    ) -> None:
        """Each second with the last two samples before it, so that all but the ends are inside."""
        for start in range(0, samples.shape[1], self._rate):
            second = samples[:, start : start + self._rate]
            before = samples[:, max(0, start - 2) : start] if start else self._tail
            first_frame = self._frames + start - before.shape[1]
            for index, level in enumerate(self._highest):
                channel, side = divmod(index, 2)
                sign = 2 * side - 1
                if max(highest[channel] * sign, lowest[channel] * sign) >= level.floor:
                    wave = np.concatenate([before[channel], second[channel]])
                    level.add(sign * wave, first_frame)
        self._tail = samples[:, -2:].copy()

    def finish(self) -> ClippingReading:
        """Flat tops that are clipping."""
        if self._frames < SHORTEST_FLAT_TOP:
            reason = f"shorter than {SHORTEST_FLAT_TOP} samples"
            return ClippingReading(
                reasons=unmeasured(
                    ("clipped_samples", "clip_runs", "clip_level_dbfs", "clipping"), reason
                )
            )
        clips = [
            (index // 2, clip)
            for index, tops in enumerate(self._tops)
            if (clip := self._judge(index, tops)) is not None
        ]
        level = max((clip.level for _, clip in clips), default=None)
        return ClippingReading(
            clipped_samples=sum(clip.samples for _, clip in clips),
            clip_runs=sum(clip.runs for _, clip in clips),
            clip_level_dbfs=None if level is None else ratio_to_db(level),
            reasons={} if clips else {"clip_level_dbfs": "no flat top"},
            findings=self._findings(clips),
        )

    def _judge(self, index: int, tops: _FlatTops) -> _Clip | None:
        """What of one polarity of one channel is clipping."""
        channel, side = divmod(index, 2)
        peak = float(self._peak[channel, side])
        at_full_scale = peak >= self._full_scale
        lowest = self._full_scale if at_full_scale else peak * (1.0 - SAME_LEVEL_SHARE)
        if self._flat_samples[channel] > MOST_FLAT_SHARE * self._frames:
            return None
        highest = self._highest[index]
        equal = highest.tops()
        if at_full_scale:
            self._add_left_soon(tops, highest.level, equal)
        clip = tops.above(lowest)
        if clip is None or not (at_full_scale or self._is_flat(channel, clip)):
            return self._narrow(index, equal)
        return clip

    def _is_flat(self, channel: int, clip: _Clip) -> bool:
        """Whether flat tops below full scale are many or long, and what is flat in the channel."""
        others, long_others = (int(count) for count in self._other_runs[:, channel])
        is_many = clip.runs >= LEAST_FLAT_TOPS and _outnumber(clip.runs, others)
        is_long = clip.long_runs > 0 and _outnumber(clip.long_runs, long_others)
        return is_many or is_long

    def _add_left_soon(self, tops: _FlatTops, level: float, equal: Tops) -> None:
        """Flat tops at full scale that are left by a step first, then at once."""
        steps = level - np.minimum(equal.before, equal.after)
        late = (steps <= STEEP_STEPS * self._step) & equal.is_left_soon
        for index in np.flatnonzero(late & (equal.length >= SHORTEST_FLAT_TOP)).tolist():
            start, length = int(equal.start_frame[index]), int(equal.length[index])
            tops.add(level, start, length, is_high=True)

    def _narrow(self, index: int, equal: Tops) -> _Clip | None:
        """A wave cut so that hardly any top is three samples wide."""
        highest = self._highest[index]
        if highest.level < LEAST_LEVEL or not highest.is_cut(equal, STEEP_STEPS * self._step):
            return None
        tops = _FlatTops()
        for start, length in zip(equal.start_frame.tolist(), equal.length.tolist(), strict=True):
            if length >= SHORTEST_NARROW_TOP:
                tops.add(highest.level, start, length, is_high=True)
        return tops.above(highest.level)

    def _is_severe(self, clip: _Clip) -> bool:
        is_dense = clip.runs >= SEVERE_TOPS and clip.samples >= SEVERE_SHARE * self._frames
        return is_dense or clip.longest >= SEVERE_S * self._rate

    def _findings(self, clips: list[tuple[int, _Clip]]) -> tuple[Finding, ...]:
        places: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        for channel, clip in clips:
            for start, length, level in clip.places:
                places[start, length].append((channel, level))
        listed = sorted(places.items())[:LISTED_PER_CODE]
        is_slight = not any(self._is_severe(clip) for _, clip in clips)
        return tuple(
            finding(
                "clipping",
                f"{length} flat samples at {ratio_to_db(max(found)[1]):.2f} dBFS",
                start_s=start / self._rate,
                end_s=(start + length) / self._rate,
                channels=sorted({channel for channel, _ in found}),
                value=float(length),
                unit="samples",
                is_slight=is_slight,
            )
            for (start, length), found in listed
        )


def _outnumber(tops: int, others: int) -> bool:
    """Whether what is flat is mostly tops; held values elsewhere count half."""
    return tops >= LEAST_TOP_SHARE * (tops + others / 2)


@dataclass(frozen=True, slots=True)
class _Clip:
    level: float
    runs: int
    long_runs: int
    samples: int
    longest: int
    places: list[tuple[int, int, float]]


class _FlatTops:
    """Flat tops of one polarity of one channel, counted by level in steps of 16 bits."""

    def __init__(self) -> None:
        self._runs: Counter[float] = Counter()
        self._samples: Counter[float] = Counter()
        self._long_runs: Counter[float] = Counter()
        self._longest: dict[float, int] = defaultdict(int)
        self._places: dict[float, list[tuple[int, int]]] = defaultdict(list)

    def add(self, level: float, start_frame: int, length: int, *, is_high: bool) -> None:
        """Count one; its place is worth keeping only at the highest level so far."""
        level = round(level * LEVEL_STEPS) / LEVEL_STEPS
        self._runs[level] += 1
        self._samples[level] += length
        self._long_runs[level] += length >= LONG_FLAT_TOP
        self._longest[level] = max(self._longest[level], length)
        if is_high and len(self._places[level]) < LISTED_PER_CODE:
            self._places[level].append((start_frame, length))

    def above(self, lowest: float) -> _Clip | None:
        """Everything at or above a level."""
        levels = [level for level in self._runs if level > lowest - 1.0 / LEVEL_STEPS]
        if not levels:
            return None
        return _Clip(
            level=max(levels, key=lambda level: self._samples[level]),
            runs=sum(self._runs[level] for level in levels),
            long_runs=sum(self._long_runs[level] for level in levels),
            samples=sum(self._samples[level] for level in levels),
            longest=max(self._longest[level] for level in levels),
            places=[
                (start, length, level) for level in levels for start, length in self._places[level]
            ],
        )
