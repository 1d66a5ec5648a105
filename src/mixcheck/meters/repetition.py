"""Repetition: a buffer that was played twice, or again and again, in place of what should follow.

Method: a stretch of 3 to 250 ms, at least -60 dBFS RMS, that comes again straight after itself,
equal to the last bit in every channel, at most eight times. It must move: few distinct values, or
a stretch that is itself made of repeats, are a synthetic tone, which goes on for longer.

Source: mixcheck; two recorded buffers are never equal to the last bit.

Limits: after dither, a gain change with rounding of its own, or lossy encoding the copies differ
and nothing is found. A loop cut to the sample, of a drum machine alone, is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mixcheck.audio import AudioFormat, SampleBlock, Samples
from mixcheck.dsp.repeats import Repeat, RepeatFinder
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding
from mixcheck.units import db_to_power, quantity

LEAST_DBFS = -60.0
LEAST_VALUES = 24  # distinct ones in a channel
MOST_TIMES = 8
LEAST_UNLIKE = 0.2  # before and after: a tone goes on as it is
CHANCE = 3  # samples that may equal by chance at either end, or differ there


@dataclass(frozen=True, kw_only=True)
class RepetitionReading(Reading):
    """Repeated buffers."""

    repeated_blocks: int | None = quantity(
        "",
        "Repeated blocks",
        source="mixcheck",
        about="Places where a stretch of audio comes again straight after itself.",
        decimals=0,
        heuristic=True,
    )


class RepetitionMeter:
    """Finds buffers that were played again."""

    name: ClassVar = "repetition"
    reading: ClassVar = RepetitionReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._channels = audio.channels
        self._finder = RepeatFinder(audio.sample_rate_hz, audio.channels)
        self._count = 0
        self._found: list[Repeat] = []

    def update(self, block: SampleBlock) -> None:
        """Take the next block."""
        for repeat, stretch in self._finder.find(block.samples):
            if is_stuck(repeat, stretch):
                self._count += 1
                if len(self._found) < LISTED_PER_CODE:
                    self._found.append(repeat)

    def finish(self) -> RepetitionReading:
        """Repeated blocks of the whole file."""
        return RepetitionReading(
            repeated_blocks=self._count, findings=tuple(map(self._finding, self._found))
        )

    def _finding(self, repeat: Repeat) -> Finding:
        seconds = repeat.lag / self._rate
        times = round(repeat.length / repeat.lag)
        again = "once more" if times == 1 else f"{times} times more"
        return finding(
            "repeated-block",
            f"a buffer of {1000 * seconds:.1f} ms comes {again}",
            start_s=repeat.start_frame / self._rate,
            end_s=(repeat.start_frame + repeat.length) / self._rate,
            channels=range(self._channels),
            value=seconds,
            unit="s",
            confidence=0.95,
        )


def is_stuck(repeat: Repeat, stretch: Samples) -> bool:
    """Whether a repeat is a buffer played again.

    Parameters
    ----------
    repeat : Repeat
    stretch : ndarray, shape (channels, repeat.lag)
        What is repeated.
    """
    if not repeat.lag - CHANCE <= repeat.length <= MOST_TIMES * repeat.lag + CHANCE:
        return False
    if repeat.unlike < LEAST_UNLIKE:
        return False
    if (stretch.astype(np.float64) ** 2).mean(1).max() < db_to_power(LEAST_DBFS):
        return False
    values = max(int((np.diff(np.sort(channel)) > 0).sum()) for channel in stretch)
    return values >= LEAST_VALUES
