"""Stretches of a stream that come a second time, sample for sample, straight after the first.

Comparing every sample with every earlier one would be dear. Instead marks are set where the
samples themselves say so, by a hash of two neighbours: a repeated stretch has its marks at the same
places. Two equal marks with equal neighbours tell the distance, and the stretch is then compared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples

MARK_EVERY = 16  # samples, on average
LOW_RATE_HZ = 32_000
LOW_RATE_MARK_EVERY = 4
NEIGHBOURS = 4  # samples that make a key
MULTIPLIER = np.uint32(0x9E3779B9)  # 2^32 over the golden ratio: spreads the bits
KEY_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
CHECKED = 16  # samples that must follow alike before it is worth a closer look
MOST_TIMES = 12  # so often a stretch is followed
LAG_S = (0.003, 0.25)
BESIDE_SHARE = 0.25  # of a lag, to compare what is beside a repeat
ROUNDING = 1.5 / 2**15
ALIKE_SHARE = 0.01  # of the highest sample of the stretch

Pairs = NDArray[np.intp]  # shape (n, 2): frames


class Repeat(NamedTuple):
    """``length`` frames from ``start_frame`` on equal those ``lag`` frames before them.

    ``unlike``: the share of samples right before, or right after, that differ from those a lag
    earlier by more than rounding; the lesser of the two. A tone goes on as it is.
    """

    start_frame: int
    length: int
    lag: int
    unlike: float


class RepeatFinder:
    """Finds repeats in block after block; all channels together.

    A repeat is reported by the first block in which its end is seen.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._lags = tuple(max(8, round(seconds * sample_rate_hz)) for seconds in LAG_S)
        every = MARK_EVERY if sample_rate_hz >= LOW_RATE_HZ else LOW_RATE_MARK_EVERY
        self._threshold = np.uint32(2**32 // every)
        self._kept = 2 * self._lags[1] + NEIGHBOURS
        self._samples: Samples = np.zeros((channels, 0), np.float32)
        self._mixed = np.zeros(0, np.float32)
        self._frames = 0
        self._done = 0  # frame up to which repeats have been reported

    def find(self, samples: Samples) -> list[tuple[Repeat, Samples]]:
        """Repeats that end within this block, in order, each with the stretch that it repeats.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames)
        """
        self._frames += samples.shape[1]
        mixed = np.concatenate([self._mixed, _mixed(samples)])
        found: list[tuple[Repeat, Samples]] = []
        marks = self._equal_marks(mixed)
        if len(marks):  # music hardly has any: the samples themselves need not be joined then
            found = self._stretches(np.concatenate([self._samples, samples], axis=1), marks)
        self._mixed = mixed[-self._kept :].copy()
        latest = samples[:, -self._kept :]
        earlier = self._samples[:, self._samples.shape[1] - len(self._mixed) + latest.shape[1] :]
        self._samples = np.concatenate([earlier, latest], axis=1)
        return found

    def _stretches(self, samples: Samples, marks: Pairs) -> list[tuple[Repeat, Samples]]:
        first_frame = self._frames - samples.shape[1]
        found: list[tuple[Repeat, Samples]] = []
        for earlier, later in _followed_alike(samples, marks):
            if later + first_frame < self._done:
                continue
            start, length = _compared(samples, earlier, later)
            if start + length == samples.shape[1]:
                continue  # it may go on in the next block
            lag = later - earlier
            stretch = samples[:, start - lag : start]
            least = max(ROUNDING, ALIKE_SHARE * float(np.abs(stretch).max()))
            unlike = min(
                _share_apart(samples, start - lag, start, lag, least),
                _share_apart(samples, start + length, start + length + lag, lag, least),
            )
            found.append((Repeat(start + first_frame, length, lag, unlike), stretch))
            self._done = start + first_frame + length
        return found

    def _equal_marks(self, mixed: NDArray[np.float32]) -> Pairs:
        """Earlier and later place of each two marks with equal neighbours."""
        marks, keys = self._marks(mixed.view(np.uint32))
        # NumPy sorts 16 bits by radix, ten times faster than 64. A stranger may come between two
        # equal keys then, one time in a hundred; the other marks of the stretch do without.
        order = np.argsort((keys >> np.uint64(48)).astype(np.uint16), kind="stable")
        same = keys[order[1:]] == keys[order[:-1]]
        pairs = np.stack([marks[order[:-1][same]], marks[order[1:][same]]], axis=1)
        lag = pairs[:, 1] - pairs[:, 0]
        return np.asarray(pairs[(lag >= self._lags[0]) & (lag <= self._lags[1])])

    def _marks(self, bits: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
        hashed = bits[1:] >> np.uint32(1)
        hashed ^= bits[:-1]
        hashed *= MULTIPLIER
        marks = np.flatnonzero(hashed[: max(0, len(hashed) - NEIGHBOURS)] < self._threshold)
        marks = marks[bits[marks] != bits[marks + 1]]
        keys = np.zeros(len(marks), np.uint64)
        for offset in range(NEIGHBOURS):
            keys = (keys ^ bits[marks + offset]) * KEY_MULTIPLIER
        return marks, keys


def _mixed(samples: Samples) -> NDArray[np.float32]:
    """All channels in one, unequally, so that no two cancel."""
    mixed = np.asarray(samples[0], np.float32)
    for number, channel in enumerate(samples[1:], 1):
        mixed = mixed + channel * np.float32(1.0 + number / 7.0)
    return mixed.astype(np.float32, copy=False)


def _followed_alike(samples: Samples, pairs: Pairs) -> list[tuple[int, int]]:
    """Those pairs of marks after which all channels go on alike, by the later one."""
    ends = np.minimum(pairs[:, 1:] + np.arange(CHECKED), samples.shape[1] - 1)
    starts = ends - (pairs[:, 1:] - pairs[:, :1])
    pairs = pairs[(samples[:, ends] == samples[:, starts]).all((0, 2))]
    return [(int(one), int(two)) for one, two in pairs[np.argsort(pairs[:, 1])]]


def _share_apart(samples: Samples, first: int, last: int, lag: int, least: float) -> float:
    """Share of the samples that differ from those a lag earlier; all where too few can be seen."""
    first, last = max(first, lag), min(last, samples.shape[1])
    if last - first < BESIDE_SHARE * lag:
        return 1.0
    apart = np.abs(samples[:, first:last] - samples[:, first - lag : last - lag])
    return float((apart > least).mean())


def _compared(samples: Samples, earlier: int, later: int) -> tuple[int, int]:
    """Start and length of the later of two stretches that are equal around two marks."""
    lag = later - earlier
    reach = MOST_TIMES * lag
    first, last = max(lag, later - reach), min(later + reach, samples.shape[1])
    now = samples[:, first:last]
    same = (now == samples[:, first - lag : last - lag]).all(0)
    differs = np.flatnonzero(~same)
    after = int(np.searchsorted(differs, later - first))
    start = int(differs[after - 1]) + 1 if after else 0
    end = int(differs[after]) if after < len(differs) else len(same)
    return first + start, max(0, end - start)
