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
        self.values: NDArray[np.float64] = np.zeros((rows, 0))

    @property
    def columns(self) -> int:
        """Columns so far, the last of which may yet be filled up."""
        return int(self.values.shape[1])

    def add(self, cells: NDArray[np.floating]) -> None:
        """Take the next cells, shape (rows, cells)."""
        missing = -self._cells % self._cells_in_column
        self._cells += cells.shape[1]
        head, rest = cells[:, :missing], cells[:, missing:]
        if head.shape[1]:
            merged = self._merge.reduce(head, axis=1)
            self.values[:, -1] = self._merge(self.values[:, -1], merged)
        if rest.shape[1]:
            starts = np.arange(0, rest.shape[1], self._cells_in_column)
            merged = self._merge.reduceat(rest, starts, axis=1)
            self.values = np.concatenate([self.values, merged], axis=1)

    def coarsen(self) -> None:
        """Merge neighbours, pair by pair."""
        self._cells_in_column *= 2
        if self.columns:
            self.values = self._merge.reduceat(self.values, np.arange(0, self.columns, 2), axis=1)
