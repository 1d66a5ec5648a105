"""Columns of a time axis that grow wider as the recording grows longer.

Values come in cells of 10 ms. While they are few a column is one cell; when there are more than
``MOST_COLUMNS``, neighbours are merged, pair by pair, so that two hours take as much room as two
minutes. A merge loses nothing of what it keeps: the least of the least, the most of the most, the
sum of the sums.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_COLUMNS = 8192
WAITING_SHARE = 1 / 8  # of the columns: a call for each block would cost more than the work


class Grid:
    """A time axis that several tracks share.

    Parameters
    ----------
    most_columns : int
        Beyond it, neighbours are merged.
    """

    def __init__(self, most_columns: int = MOST_COLUMNS) -> None:
        self.cells_in_column = 1
        self._most_columns = most_columns
        self._tracks: list[Track] = []

    def track(self, rows: int, merge: np.ufunc) -> Track:
        """A track of several rows, whose columns are merged by ``fmin``, ``fmax`` or ``add``."""
        self._tracks.append(Track(rows, merge, self.cells_in_column))
        return self._tracks[-1]

    def settle(self) -> None:
        """Merge neighbours until the longest track fits; called after each block."""
        if max(track.waiting for track in self._tracks) >= WAITING_SHARE * self._most_columns:
            self.fit()

    def fit(self) -> None:
        """Take what waits, and merge neighbours until the longest track fits."""
        while max(track.columns for track in self._tracks) > self._most_columns:
            self.cells_in_column *= 2
            for track in self._tracks:
                track.coarsen()


class Track:
    """Rows of values over the columns of a grid; NaN stands for nothing yet."""

    def __init__(self, rows: int, merge: np.ufunc, cells_in_column: int = 1) -> None:
        self._merge = merge
        self._cells_in_column = cells_in_column
        self._cells = 0
        self._queue: list[NDArray[np.floating]] = []
        self.waiting = 0  # cells that are not in a column yet
        self._values: NDArray[np.float64] = np.zeros((rows, 0))

    @property
    def values(self) -> NDArray[np.float64]:
        """Columns so far, shape (rows, columns); the last may yet be filled up."""
        self._take()
        return self._values

    @property
    def columns(self) -> int:
        """How many columns there are so far."""
        return int(self.values.shape[1])

    def add(self, cells: NDArray[np.floating]) -> None:
        """Take the next cells, shape (rows, cells)."""
        self._queue.append(cells)
        self.waiting += cells.shape[1]

    def _take(self) -> None:
        """Merge the cells that wait into columns."""
        if not self.waiting:
            return
        cells = np.concatenate(self._queue, axis=1)
        missing = -self._cells % self._cells_in_column
        self._cells += self.waiting
        self._queue, self.waiting = [], 0
        head, rest = cells[:, :missing], cells[:, missing:]
        if head.shape[1]:
            merged = self._merge.reduce(head, axis=1)
            self._values[:, -1] = self._merge(self._values[:, -1], merged)
        if rest.shape[1]:
            starts = np.arange(0, rest.shape[1], self._cells_in_column)
            merged = self._merge.reduceat(rest, starts, axis=1)
            self._values = np.concatenate([self._values, merged], axis=1)

    def coarsen(self) -> None:
        """Merge neighbours, pair by pair."""
        starts = np.arange(0, self.columns, 2)
        self._cells_in_column *= 2
        if len(starts):
            self._values = self._merge.reduceat(self._values, starts, axis=1)
