"""Runs of equal samples: flat tops, held values and digital zero, wherever blocks begin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples

SHORTEST_RUN = 3


class Runs(NamedTuple):
    """Runs of at least ``SHORTEST_RUN`` equal samples of one channel, in order.

    Parameters
    ----------
    channel, start_frame, length : ndarray of int
        Where, and how many samples.
    value, before, after : ndarray
        The value that is held, and the samples on both sides (0 outside the file).
    """

    channel: NDArray[np.intp]
    start_frame: NDArray[np.intp]
    length: NDArray[np.intp]
    value: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


class RunFinder:
    """Finds runs in block after block of planar samples.

    A run is reported by the block in which it ends. Between blocks each channel keeps the
    sample before its last run and at most ``SHORTEST_RUN`` samples of the run itself; how many
    more there were is kept as a number.
    """

    def __init__(self, channels: int) -> None:
        self._kept = [np.array([np.nan]) for _ in range(channels)]
        self._left_out = [0] * channels
        self._next_frame = 0

    def find(self, samples: Samples, *, last: bool = False) -> Runs:
        """Runs that end within this block.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames)
        last : bool
            The end of this block is the end of the file, which ends every run.
        """
        if last:
            samples = np.pad(samples, ((0, 0), (0, 1)), constant_values=np.nan)
        found = [self._find_in(channel, row) for channel, row in enumerate(samples)]
        found = [runs for runs in found if len(runs.channel)] or [_NO_RUNS]
        self._next_frame += samples.shape[1]
        return Runs(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def _find_in(self, channel: int, row: NDArray[np.floating]) -> Runs:
        kept, left_out = self._kept[channel], self._left_out[channel]
        joined = np.concatenate([kept.astype(row.dtype, copy=False), row])
        same = joined[1:] == joined[:-1]
        begin, length = _long_runs(same)
        extra = np.where(begin == 1, left_out, 0)  # only the first run can have begun earlier
        end = begin + length
        done = end < len(joined)

        last = 1 + _trailing(same)
        self._kept[channel] = np.append(joined[-last - 1], joined[-min(last, SHORTEST_RUN) :])
        self._left_out[channel] = max(0, last - SHORTEST_RUN) + (
            left_out if last == len(joined) - 1 else 0
        )

        if not done.any():
            return _NO_RUNS
        begin, length, extra, end = begin[done], length[done], extra[done], end[done]
        return Runs(
            np.full(len(begin), channel),
            begin + self._next_frame - len(kept) - extra,
            length + extra,
            joined[begin].astype(np.float64),
            np.nan_to_num(joined[begin - 1].astype(np.float64)),
            np.nan_to_num(joined[end].astype(np.float64)),
        )


_NOWHERE, _NOTHING = np.empty(0, np.intp), np.empty(0)
_NO_RUNS = Runs(_NOWHERE, _NOWHERE, _NOWHERE, _NOTHING, _NOTHING, _NOTHING)


def _long_runs(same: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Start and length of each run, from whether each sample equals the one before it."""
    pairs = np.flatnonzero(same[1:] & same[:-1])
    if not len(pairs):
        return pairs, pairs
    last = np.flatnonzero(np.diff(pairs) > 1)
    first = np.append(0, last + 1)
    return pairs[first], pairs[np.append(last, len(pairs) - 1)] - pairs[first] + SHORTEST_RUN


def _trailing(same: NDArray[np.bool_]) -> int:
    length = 64
    while same[-length:].all():
        if length >= len(same):
            return len(same)
        length *= 8
    return int(np.argmin(same[-length:][::-1]))
