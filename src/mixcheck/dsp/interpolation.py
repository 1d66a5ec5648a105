"""Peaks between the samples.

Method
------
A Kaiser-windowed sinc of 96 taps interpolates 16 points (8 from 80 kHz, 4 from 160 kHz) from
sample to sample. Interpolating everything would be dear, and is not needed: only windows of
32 frames that could hold the block's peak, or an over, are interpolated. Three bounds narrow
them down, each an order cheaper than what it saves:

1. a point exceeds the larger of the two samples beside it by at most 0.71 of the sharpest bend
   (second difference) around: the interpolator less a straight line is a filter of bends. Music
   bends little for its level, so one window in 300 is left; looked at for eight windows together,
   then for each;
2. a band-limited peak of height 1 shows at least cos(45°) on a grid of two points a sample;
3. and at least cos(22.5°) on a grid of four.

Tops that could be the highest of the file so far are read again, with 384 taps at 64 points from
sample to sample around them.

2 and 3 are Bernstein's inequality, used with some slack because a file is not band-limited in
the strict sense; the tests hold the result against interpolating everything.

Source: ITU-R BS.1770-5 Annex 2 asks for oversampling and names one adequate filter (4 phases of
12 taps, under-reading by up to 0.55 dB at 0.45 of the sample rate). This one reads a steady
sine up to 0.45 of the rate, and bursts of it, within 0.01 and 0.03 dB of the ideal
interpolation, square waves within 0.02. Hard-clipped noise, whose energy reaches up to half the
rate, has no sharp answer: it depends on samples hundreds away (0.2 dB; with 32 taps 1.0 dB).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mixcheck.audio import Samples

TAPS = 96
FINE_TAPS = 384
FINE_PHASES = 64
WINDOW = 32
KAISER_BETA = 5.0
OVER = 10.0 ** (0.01 / 20.0)  # 0 dBTP, and what the filter may be out by
_SHARES = (0.0, 0.60, 0.84)  # of the peak to beat, on each grid: cos(45°), cos(22.5°), less 10 %
_FINE_SHARE = 0.85  # what a point found may lack for what the longer filter does not see
_MOST_COARSE = 256  # windows of a channel and second; a steady tone is as high in every other
_MOST_FINE = 64
_GROUP = 8  # windows whose bound is looked at together
_PIECE = 128 * _GROUP * WINDOW  # frames whose bends are still in the cache when they are read

_BEFORE = TAPS // 2 - 1  # frames a point needs before the sample it follows
_CONTEXT = WINDOW + TAPS - 1
_REACH = FINE_TAPS // 2  # frames on either side of a sample that the points around it need
_SPAN = 2 * _REACH + 1
_MARGIN = _REACH - _BEFORE  # of them, those before a context


_NO_OVERS = (np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


class TruePeaks(NamedTuple):
    """True peaks of one block.

    Parameters
    ----------
    peaks : ndarray, shape (channels, seconds)
        Largest magnitude of the samples and of the points between them, of each second of the
        block; read by the longer filter only if it could be the largest of the file so far.
    over_channel, over_frame : ndarray of int
        Channel, and first frame in the file, of each 32-frame window found to exceed ``OVER``;
        the one that begins 32 frames before the file may.
        Beside a far higher peak a window can be passed over; its event is found all the same.
    over_peak : ndarray
        Largest magnitude in that window.
    """

    peaks: NDArray[np.float64]
    over_channel: NDArray[np.intp]
    over_frame: NDArray[np.intp]
    over_peak: NDArray[np.float64]

    @property
    def peak(self) -> NDArray[np.float64]:
        """Largest of each channel, shape (channels,)."""
        return np.asarray(self.peaks.max(1))


def oversampling(sample_rate_hz: int) -> int:
    """Points from sample to sample."""
    return 16 if sample_rate_hz < 80_000 else 8 if sample_rate_hz < 160_000 else 4


@lru_cache
def interpolator(phases: int, length: int = TAPS) -> NDArray[np.float64]:
    """Taps of the points between two samples, shape ``(phases - 1, length)``, DC gain 1."""
    fraction = np.arange(1, phases)[:, None] / phases
    width = length / 2
    distance = np.arange(length)[None] - (width - 1) - fraction
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1.0 - (distance / width) ** 2, 0.0, None)))
    taps = np.sinc(distance) * window
    return np.asarray(taps / taps.sum(1, keepdims=True))


@lru_cache
def _window_matrices(phases: int, dtype: np.dtype[np.floating]) -> tuple[NDArray[np.floating], ...]:
    """For each grid, the matrix from a window's context to its points on that grid only.

    Points run down the rows: NumPy finds the maximum of a column ten times faster.
    """
    taps = interpolator(phases)
    index = np.arange(1, phases)
    half = index % (phases // 2) == 0
    quarter = (index % (phases // 4) == 0) & ~half
    matrices = []
    for chosen in (half, quarter, ~(half | quarter)):
        matrix = np.zeros((_CONTEXT, chosen.sum(), WINDOW))
        for place in range(WINDOW):
            matrix[place : place + TAPS, :, place] = taps[chosen].T
        matrices.append(np.ascontiguousarray(matrix.reshape(_CONTEXT, -1).T, dtype))
    return tuple(matrices)


@lru_cache
def _grid_matrix(phases: int, dtype: np.dtype[np.floating]) -> NDArray[np.floating]:
    """From a window's context to its samples and points, in order of time."""
    sample = np.zeros((1, TAPS))
    sample[0, _BEFORE] = 1.0
    taps = np.concatenate([sample, interpolator(phases)])
    matrix = np.zeros((WINDOW, phases, _CONTEXT))
    for place in range(WINDOW):
        matrix[place, :, place : place + TAPS] = taps
    return matrix.reshape(-1, _CONTEXT).astype(dtype)


@lru_cache
def _fine_matrix(dtype: np.dtype[np.floating]) -> NDArray[np.floating]:
    """From the frames around a sample to the points less than a sample before and after it."""
    taps = interpolator(FINE_PHASES, FINE_TAPS)
    before, after = np.pad(taps, ((0, 0), (0, 1))), np.pad(taps, ((0, 0), (1, 0)))
    return np.concatenate([before, after]).astype(dtype)


@lru_cache
def bend_gain(phases: int) -> float:
    """How far a point can exceed both samples beside it, for bends (second differences) up to 1.

    A point less a place on the straight line between its neighbours is a sum of bends: the taps
    left then add up to nothing, and so do their moments, and summing them twice gives the factors.
    """
    taps = interpolator(phases).copy()
    place = taps @ (np.arange(TAPS) - _BEFORE)  # where the line has the taps' own moment
    taps[:, _BEFORE] -= 1.0 - place
    taps[:, _BEFORE + 1] -= place
    return float(np.abs(taps.cumsum(1).cumsum(1)).sum(1).max())


class TruePeakFinder:
    """Finds the true peak of block after block, across their borders.

    Points that need frames of the next block wait for it.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._rate = sample_rate_hz
        self._phases = oversampling(sample_rate_hz)
        # The wave can be highest before the first sample: the search begins a window earlier.
        self._waiting = np.zeros((channels, _REACH + WINDOW), np.float32)
        self._next_frame = -WINDOW  # the frame that the next point follows
        self._highest = np.zeros(channels)  # of the blocks so far

    def find(self, samples: Samples, *, last: bool = False) -> TruePeaks:
        """True peaks of the points that this block completes.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames)
        last : bool
            Take the points still waiting too, the file followed by silence.
        """
        joined = np.concatenate([self._waiting, samples], axis=1)
        if last:
            joined = np.pad(joined, ((0, 0), (0, WINDOW + _REACH)))
        # Windows that are complete at the end of each second of the block, and at its own.
        frames = np.arange(self._rate, samples.shape[1], self._rate)
        frames = np.append(frames + self._waiting.shape[1], joined.shape[1])
        ends = (frames - _SPAN).clip(0) // WINDOW
        windows = int(ends[-1])
        self._waiting = joined[:, windows * WINDOW :].copy()
        found = self._search(joined, ends) if windows else None
        self._next_frame += windows * WINDOW
        return found or TruePeaks(np.zeros((len(joined), len(ends))), *_NO_OVERS)

    def _search(self, joined: Samples, ends: NDArray[np.intp]) -> TruePeaks:
        """Search the windows past ``_REACH``, of which each second completes those up to its end.

        A row is a second of a channel; rows are in order of channels, then of time.
        """
        channels, seconds = len(joined), len(ends)
        contexts = sliding_window_view(joined[:, _MARGIN:], _CONTEXT, axis=1)[:, ::WINDOW]
        magnitude = np.abs(joined[:, _REACH : _REACH + ends[-1] * WINDOW + 1])
        bounds = pairwise((0, *(ends * WINDOW).tolist()))
        in_seconds = [magnitude[:, start:end].max(1, initial=0.0) for start, end in bounds]
        sample_peak = np.stack(in_seconds, 1).astype(np.float64).ravel()
        peak = sample_peak.copy()
        row, window, own = self._candidates(joined, magnitude, ends, peak)
        best = own
        for share, matrix in zip(
            _SHARES, _window_matrices(self._phases, joined.dtype), strict=True
        ):
            keep = best >= np.minimum(peak, OVER)[row] * share
            row, window, own, best = row[keep], window[keep], own[keep], best[keep]
            read = _undecided(row, best, share)
            context = contexts[row[read] // seconds, window[read]]
            best[read] = np.maximum(best[read], np.abs(matrix @ context.T).max(0, initial=0.0))
            np.maximum.at(peak, row, best)
        highest = np.maximum(peak.reshape(channels, -1), self._highest[:, None])
        least = np.maximum.accumulate(highest, axis=1).ravel() * _fine_share(self._phases)
        fine = _highest(row, best, least, _MOST_FINE)
        if len(fine):
            again = self._read_again(joined, contexts, row[fine], window[fine], least)
            best[fine] = np.maximum(again, own[fine])
            peak[row[fine]] = sample_peak[row[fine]]
            np.maximum.at(peak, row[fine], best[fine])
        peaks = peak.reshape(channels, -1)
        if len(fine):
            self._highest = np.maximum(self._highest, peaks.max(1))
        over = best > OVER
        frame = self._next_frame + window[over] * WINDOW
        return TruePeaks(peaks, row[over] // seconds, frame, best[over])

    def _candidates(
        self,
        joined: Samples,
        magnitude: Samples,
        ends: NDArray[np.intp],
        sample_peak: NDArray[np.float64],
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Row, window and largest sample of those that could exceed a sample peak, or be over."""
        least = np.minimum(sample_peak, OVER)
        starts = np.arange(0, ends[-1] * WINDOW, _GROUP * WINDOW)
        highest = np.maximum.reduceat(magnitude, starts, axis=1)
        highest[:, :-1] = np.maximum(highest[:, :-1], magnitude[:, starts[1:]])
        bends = _sharpest_bends(joined)  # these groups begin earlier, so that two cover a context
        margin = bend_gain(self._phases) * np.maximum(
            bends[:, : len(starts)], bends[:, 1 : len(starts) + 1]
        )
        of_channel = least.reshape(len(joined), -1).min(1)
        channel, group = np.nonzero(highest + margin > of_channel[:, None])
        window = (group[:, None] * _GROUP + np.arange(_GROUP)).ravel()
        channel, group = channel.repeat(_GROUP), group.repeat(_GROUP)
        exists = window < ends[-1]
        channel, group, window = channel[exists], group[exists], window[exists]
        row = channel * len(ends) + np.searchsorted(ends, window, "right")
        beside = sliding_window_view(magnitude, WINDOW + 1, axis=1)[channel, window * WINDOW]
        keep = beside.max(1, initial=0.0) + margin[channel, group] > least[row]
        own = beside[keep, :-1].max(1, initial=0.0)
        return row[keep], window[keep], own.astype(np.float64)

    def _read_again(
        self,
        joined: Samples,
        contexts: Samples,
        row: NDArray[np.intp],
        window: NDArray[np.intp],
        least: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Peak of each window by the longer filter, around every top of at least ``least``."""
        seconds = len(least) // len(joined)
        grid = np.abs(contexts[row // seconds, window] @ _grid_matrix(self._phases, joined.dtype).T)
        beside = np.pad(grid, ((0, 0), (1, 1)))
        is_top = (grid >= beside[:, :-2]) & (grid >= beside[:, 2:])
        which, place = np.nonzero(is_top & (grid >= least[row][:, None]))
        chosen = _highest(row[which], grid[which, place], least, _MOST_FINE)
        which, place = which[chosen], place[chosen]
        frame = window[which] * WINDOW + (place + self._phases // 2) // self._phases
        around = sliding_window_view(joined, _SPAN, axis=1)[row[which] // seconds, frame]
        found = np.zeros(len(row))
        np.maximum.at(found, which, np.abs(_fine_matrix(joined.dtype) @ around.T).max(0, initial=0))
        return found


def _sharpest_bends(samples: Samples) -> NDArray[np.floating]:
    """Largest second difference of each group of frames, the first group around frame 1."""
    size = _GROUP * WINDOW
    found = []
    for start in range(0, samples.shape[1] - 2, _PIECE):
        bends = np.abs(np.diff(samples[:, start : start + _PIECE + 2], 2, axis=1))
        found.append(np.maximum.reduceat(bends, np.arange(0, bends.shape[1], size), axis=1))
    return np.concatenate(found, axis=1)


def _fine_share(phases: int) -> float:
    """Least share of the peak that its own window shows on the grid of all phases."""
    return float(np.cos(np.pi / (2 * phases))) * _FINE_SHARE


def _undecided(row: NDArray[np.intp], best: NDArray[np.float64], share: float) -> NDArray[np.intp]:
    """Places of the windows that could yet be over, or are among the highest of their row."""
    if not share or len(best) <= _MOST_COARSE:  # the first grid: nothing is known yet
        return np.arange(len(best))
    highest = _highest(row, best, np.zeros(row[-1] + 1), _MOST_COARSE)
    chosen = (best <= OVER) & (best >= OVER * share)
    chosen[highest] = True
    return np.flatnonzero(chosen)


def _highest(
    row: NDArray[np.intp],
    best: NDArray[np.float64],
    least: NDArray[np.float64],
    most: int,
) -> NDArray[np.intp]:
    """Places of what is at least ``least`` of its row, of each row the highest few."""
    places = np.flatnonzero(best >= least[row])
    ends = np.searchsorted(row[places], np.arange(len(least) + 1))  # rows are in order
    groups = [places[start:end] for start, end in pairwise(ends)]
    few = [
        group if len(group) <= most else group[np.argpartition(-best[group], most)[:most]]
        for group in groups
    ]
    return np.concatenate(few)
