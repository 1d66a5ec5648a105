"""The pass over a whole set, in two halves of the timeline that two processes can read.

What is kept of each half adds up. Both are read apart whether or not there is a second process,
so that the numbers are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from mixcheck.ahead import WorkerLostError, can_work_ahead, work_beside
from mixcheck.alignment.lockstep import Source, open_all, read_in_step
from mixcheck.audio import AudioFormat, SampleBlock, assumed_layout
from mixcheck.engine import measure_blocks
from mixcheck.stems.model import Sum
from mixcheck.stems.survey import StemReading, StemWatch, Survey

LEAST_HALF_S = 10
WHOLE_SECONDS = 60  # of a set, times its files: less is read before a process has started


@dataclass
class Opened:
    """Readable stems (and the mix, last) on one timeline."""

    names: list[str]
    paths: list[str]
    sources: list[Source]
    rate: int
    channels: int
    with_mix: bool
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pass keeps of a set, and of each of its files; of the sum where there is no mix."""

    survey: Survey
    stems: tuple[StemReading, ...]
    sum: Sum | None = None


def read_set(setting: Opened) -> Seen:
    """Read a set from its start to its end."""
    half = _half_seconds(setting.sources, setting.rate)
    if not setting.with_mix:
        return _with_sum(setting)
    if not half:
        return _read(setting, setting.sources)

    def later() -> Seen:
        with ExitStack() as opened:
            streams, errors = open_all(setting.paths, opened)
            for error in errors:
                if error is not None:
                    raise error
            again = [Source(one, setting.rate, setting.channels) for one in streams if one]
            return _read(setting, again, first_second=half)

    if 2 * half * len(setting.sources) < WHOLE_SECONDS or not can_work_ahead(0):
        return _joined(_read(setting, setting.sources, seconds=half), later())
    with work_beside(later) as result:
        first = _read(setting, setting.sources, seconds=half)
        try:
            return _joined(first, result())
        except WorkerLostError:
            return _joined(first, later())


def _half_seconds(sources: Sequence[Source], rate: int) -> int:
    """Where the second half begins; 0 where files cannot be read from a place exactly."""
    if any(one.format.is_lossy or one.format.sample_rate_hz != rate for one in sources):
        return 0
    half = max(one.format.frames for one in sources) // (2 * rate)
    return half if half >= LEAST_HALF_S else 0


def _joined(first: Seen, later: Seen) -> Seen:
    first.survey.extend(later.survey)
    both = zip(first.stems, later.stems, strict=True)
    return Seen(first.survey, tuple(one.with_later(other) for one, other in both))


def _read(
    setting: Opened,
    sources: Sequence[Source],
    *,
    first_second: int = 0,
    seconds: int | None = None,
) -> Seen:
    pass_over = _Pass(setting, sources, first_second)
    for _ in pass_over.sums(seconds):
        pass
    return pass_over.seen()


class _Pass:
    def __init__(self, setting: Opened, sources: Sequence[Source], first_second: int = 0) -> None:
        self._rate, self._sources, self._first = setting.rate, sources, first_second
        self._watches = [StemWatch(one.format, setting.rate, setting.channels) for one in sources]
        stems = len(sources) - setting.with_mix
        self._survey = Survey(stems, setting.with_mix, setting.rate, first_second)

    def sums(self, seconds: int | None = None) -> Iterator[SampleBlock]:
        """The sum of the stems, second by second, for so many seconds or to the end."""
        start = self._first * self._rate
        frames = None if seconds is None else seconds * self._rate
        steps = read_in_step(self._sources, self._watches, start_frame=start, frames=frames)
        for step in steps:
            total = self._survey.update(step)
            yield SampleBlock(step.start_frame, total, np.empty((0, 2), np.int64))

    def seen(self) -> Seen:
        """What was seen of all that was read."""
        both = zip(self._watches, self._sources, strict=True)
        readings = tuple(watch.reading(source.non_finite) for watch, source in both)
        return Seen(self._survey, readings)


def _with_sum(setting: Opened) -> Seen:
    """Read the set, and measure its sum as a mix would be."""
    pass_over = _Pass(setting, setting.sources)
    layout, origin = assumed_layout(setting.channels)
    audio = AudioFormat("sum", "FLOAT", setting.rate, setting.channels, 0, 0.0, 32,
                        channel_layout=layout, layout_origin=origin)  # fmt: skip
    measured = measure_blocks("sum", audio, pass_over.sums())

    def level(name: str) -> float | None:
        value = measured.value(name)
        return value if isinstance(value, float) else None

    seen = pass_over.seen()
    total = Sum(
        integrated_lufs=level("loudness.integrated_lufs"),
        max_true_peak_dbtp=level("peak.max_true_peak_dbtp"),
        max_sample_peak_dbfs=level("peak.max_sample_peak_dbfs"),
        rms_dbfs=level("level.rms_dbfs"),
        loudness_range_lu=level("loudness.loudness_range_lu"),
        clips=seen.survey.sum_peak > 1.0,
    )
    return Seen(seen.survey, seen.stems, total)
