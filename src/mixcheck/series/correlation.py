"""Correlation of left and right over time, of the whole band and of the bass.

Columns hold sums, so that merging them is exact; the correlation is of half a second (or of one
column, where that is longer) around each column, as a meter shows it, and of nothing under
-60 dBFS. The bass is what the bass meter hears: under 150 Hz.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mixcheck.meters.bass import BassMeter
from mixcheck.series.grid import Grid
from mixcheck.units import db_to_power
from mixcheck.views import SEGMENTS_PER_S, Block

WINDOW_S = 0.5
HEARD_DBFS = -60.0

Values = NDArray[np.float64]


class CorrelationTracks:
    """Sums of left², right², left·right, and frames, of the band and of the bass."""

    def __init__(self, grid: Grid, bass: BassMeter) -> None:
        self._grid = grid
        self._meter = bass
        self._band = grid.track(4, np.add)
        self._bass = grid.track(4, np.add)
        self._waiting = np.zeros((2, 0))
        self._bass_cells = self._bass_frames = 0

    def update(self, block: Block) -> None:
        """Take the next block, and the bass that the meter has just filtered."""
        segments = block.segments
        if segments.cross is not None:
            self._band.add(np.stack([*segments.energy, segments.cross, segments.frames]))
            self._add_bass(last=False)

    def _add_bass(self, *, last: bool) -> None:
        """Take the low-rate frames in cells of 10 ms; those of an incomplete one wait."""
        self._waiting = np.concatenate([self._waiting, self._meter.filtered], axis=1)
        per_cell = self._meter.rate_hz / SEGMENTS_PER_S
        there = self._bass_frames + self._waiting.shape[1]
        cells = int(there / per_cell) - self._bass_cells
        numbers = self._bass_cells + np.arange(max(cells, 0) + 1)
        bounds = np.ceil(numbers * per_cell - 1e-9).astype(np.int64) - self._bass_frames
        if last and bounds[-1] < self._waiting.shape[1]:
            bounds = np.append(bounds, self._waiting.shape[1])
        if len(bounds) < 2:
            return
        left, right = self._waiting[:, : bounds[-1]]
        products = np.stack([left * left, right * right, left * right, np.ones_like(left)])
        self._bass.add(np.add.reduceat(products, bounds[:-1], axis=1))
        self._waiting = self._waiting[:, bounds[-1] :]
        self._bass_cells += len(bounds) - 1
        self._bass_frames += int(bounds[-1])

    def finish(self) -> dict[str, Values | None]:
        """Fields of :class:`Series`; ``None`` for other than two channels."""
        columns = self._band.columns
        if not columns:
            return {"correlation": None, "bass_correlation": None}
        self._add_bass(last=True)  # the meter has finished, and let go of its last frames
        wide = round(WINDOW_S * SEGMENTS_PER_S / self._grid.cells_in_column)
        bass = self._bass.values[:, :columns]
        bass = np.pad(bass, ((0, 0), (0, columns - bass.shape[1])))
        return {
            "correlation": correlation(self._band.values, wide),
            "bass_correlation": correlation(bass, wide),
        }


def correlation(sums: Values, columns: int) -> Values:
    """Correlation around each column; NaN where a channel is silent or both are very soft.

    Parameters
    ----------
    sums : ndarray, shape (4, columns)
        Left², right², left·right, frames.
    columns : int
        How many to look at together.
    """
    before = columns // 2
    padded = np.pad(sums, ((0, 0), (before, max(columns - 1 - before, 0))))
    left, right, cross, frames = sliding_window_view(padded, max(columns, 1), axis=1).sum(2)
    heard = (left + right) / 2 > db_to_power(HEARD_DBFS) * frames
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (cross / np.sqrt(left * right)).clip(-1.0, 1.0)
    return np.where(heard & (left > 0) & (right > 0), found, np.nan)
