"""Loudness, waveform and true peak over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import SampleBlock
from mixcheck.meters.gating import OFFSET_LUFS
from mixcheck.meters.loudness import LoudnessMeter
from mixcheck.series.grid import Grid
from mixcheck.views import Block, segment_bounds

Values = NDArray[np.float64]


class LoudnessTracks:
    """Momentary and short-term loudness: the windows that end within a column."""

    def __init__(self, grid: Grid, meter: LoudnessMeter) -> None:
        self._meter = meter
        self._least = grid.track(2, np.fmin)
        self._most = grid.track(2, np.fmax)

    def update(self, block: Block) -> None:
        """Take the windows that the meter has just computed."""
        count = len(block.segments.frames)
        cells = np.full((2, count), np.nan)
        whole = self._meter.whole_segments  # the last of a file may be cut short
        for row, powers in zip(cells, (self._meter.momentary, self._meter.short_term), strict=True):
            row[whole - len(powers) : whole] = powers
        self._least.add(cells)
        self._most.add(cells)

    def finish(self) -> dict[str, Values]:
        """Fields of :class:`Series`."""
        least, most = level_db(self._least.values), level_db(self._most.values)
        return {
            "min_momentary_lufs": OFFSET_LUFS + least[0],
            "max_momentary_lufs": OFFSET_LUFS + most[0],
            "min_short_term_lufs": OFFSET_LUFS + least[1],
            "max_short_term_lufs": OFFSET_LUFS + most[1],
        }


class WaveformTracks:
    """Lowest and highest sample of each channel."""

    def __init__(self, grid: Grid, sample_rate_hz: int, channels: int) -> None:
        self._rate = sample_rate_hz
        self._lowest = grid.track(channels, np.fmin)
        self._highest = grid.track(channels, np.fmax)

    def update(self, block: SampleBlock) -> None:
        """Take the next block."""
        bounds = segment_bounds(self._rate, block.frames)
        for track, extreme in ((self._lowest, np.minimum), (self._highest, np.maximum)):
            track.add(extreme.reduceat(block.samples, bounds[:-1], axis=1))

    def finish(self) -> dict[str, Values]:
        """Fields of :class:`Series`."""
        return {"min_sample_fs": self._lowest.values, "max_sample_fs": self._highest.values}


class TruePeakTrack:
    """Highest true peak of each second, over all channels."""

    def __init__(self, seconds: Grid) -> None:
        self._highest = seconds.track(1, np.fmax)

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._highest.add(block.true_peaks.peaks.max(0)[None])

    def finish(self) -> dict[str, Values]:
        """Fields of :class:`Series`."""
        return {"max_true_peak_dbtp": 2.0 * level_db(self._highest.values[0])}


def level_db(power: Values) -> Values:
    """10·log10, minus infinity for silence; NaN stays."""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(power))
