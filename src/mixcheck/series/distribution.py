"""How levels and positions are spread over a whole recording: counts, not times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, SampleBlock
from mixcheck.series.levels import level_db
from mixcheck.series.model import Goniometer, LevelHistogram
from mixcheck.views import Block

LEVEL_STEP_DB = 0.5
EDGES_DBFS = np.arange(-100.0, 6.0 + LEVEL_STEP_DB, LEVEL_STEP_DB)

CELLS = 97  # odd: the middle has its own
POINTS_PER_S = 800
MOST_POINTS = 480_000  # fifty a cell: more of them show no more


class LevelCounts:
    """Levels of the 10 ms segments: RMS over all channels."""

    def __init__(self) -> None:
        self._counts = np.zeros(len(EDGES_DBFS) + 1, np.int64)

    def update(self, block: Block) -> None:
        """Take the next block."""
        segments = block.segments
        levels = level_db(segments.energy.mean(0) / segments.frames)
        places = np.searchsorted(EDGES_DBFS, levels, "right")
        self._counts += np.bincount(places, minlength=len(self._counts))

    def finish(self) -> dict[str, LevelHistogram]:
        """The field of :class:`Series`; what lies beyond the last edge counts with the last."""
        counts = self._counts.copy()
        counts[-2] += counts[-1]
        return {"level_histogram": LevelHistogram(EDGES_DBFS, counts[1:-1], int(counts[0]))}


class GoniometerCounts:
    """Where left and right stand to each other: side across, mid up.

    The distance from the middle is the square root of the amplitude, so that soft passages show
    too: -20 dBFS lies at a third of the way. One frame in a prime number of them is looked at, so
    that no tone is met at the same phases only.
    """

    def __init__(self, audio: AudioFormat) -> None:
        least = max(audio.sample_rate_hz // POINTS_PER_S, audio.frames // MOST_POINTS)
        self._step = _prime_from(least)
        self._counts = np.zeros(CELLS * CELLS, np.int64) if audio.channels == 2 else None

    def update(self, block: SampleBlock) -> None:
        """Take the next block."""
        if self._counts is None:
            return
        first = -block.start_frame % self._step
        left, right = block.samples[:, first :: self._step].astype(np.float64)
        side, mid = (right - left) / 2.0, (left + right) / 2.0
        stretch = 1.0 / np.sqrt(np.hypot(side, mid)).clip(1e-6)
        across, up = (_cell(axis * stretch) for axis in (side, mid))
        heard = (left != 0.0) | (right != 0.0)
        place = (up * CELLS + across)[heard]
        self._counts += np.bincount(place, minlength=len(self._counts))

    def finish(self) -> dict[str, Goniometer | None]:
        """The field of :class:`Series`."""
        counts = None if self._counts is None else self._counts.reshape(CELLS, CELLS)
        return {"goniometer": None if counts is None else Goniometer(counts)}


def _cell(place: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cell of a place from -1 to 1; what is beyond lies at the edge."""
    return np.rint((place.clip(-1.0, 1.0) + 1.0) / 2.0 * (CELLS - 1)).astype(np.int64)


def _prime_from(number: int) -> int:
    number = max(number, 2)
    while any(number % factor == 0 for factor in range(2, int(number**0.5) + 1)):
        number += 1
    return number
