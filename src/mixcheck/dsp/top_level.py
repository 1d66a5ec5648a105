"""The highest level of a wave: how many samples lie at it, and how they get there and away.

Music reaches its highest level once or twice. A wave that was cut reaches it again and again, with
next to nothing right below, and often with two samples in a row: at a low rate its tops are
narrower than three samples.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEAR_SHARE = 0.01  # below the highest level
MOST_KEPT = 4000  # near one highest level: more prove nothing more
LEAST_SAMPLES = 8  # at the highest level
MOST_BELOW = 0.5  # of those, near it
LEAST_PAIRS = 3
PAIR_SHARE = 0.08  # of all tops: a limiter reaches its ceiling with single samples
ALIKE = 1e-4  # of the neighbours of repeated tops: a loop comes again, a programme does not
LONGEST_LOOK = 32


class Tops(NamedTuple):
    """Runs of equal samples at the highest level.

    Parameters
    ----------
    start_frame, length : ndarray of int
    before, after : ndarray
        The samples on both sides.
    is_left_soon : ndarray of bool
        Whether the wave falls by ``NEAR_SHARE`` within the length of the run, before or after it.
    """

    start_frame: NDArray[np.intp]
    length: NDArray[np.intp]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    is_left_soon: NDArray[np.bool_]


class TopLevel:
    """Collects the samples near the highest level of one polarity of one channel."""

    def __init__(self, step: float) -> None:
        self._step = step
        self.level = 0.0
        self._near = np.zeros((4, 0))  # frame, sample, and its two neighbours

    def add(self, wave: NDArray[np.floating], start_frame: int) -> None:
        """Take a second of the wave, upside down for the lower polarity.

        Its first and last sample serve as neighbours alone.
        """
        inner = wave[1:-1]
        highest = float(inner.max(initial=0.0))
        if highest > self.level:
            self.level = highest
            self._near = self._near[:, self._near[1] >= self.floor]
        if highest < self.floor or self._near.shape[1] >= MOST_KEPT:
            return
        near = np.flatnonzero(inner >= self.floor)[:MOST_KEPT]
        columns = (near + start_frame + 1, wave[near + 1], wave[near], wave[near + 2])
        self._near = np.concatenate([self._near, np.array(columns, np.float64)], axis=1)

    @property
    def floor(self) -> float:
        """From which level on samples are collected."""
        return self.level * (1.0 - NEAR_SHARE)

    def tops(self) -> Tops:
        """Runs at the highest level, those of one sample too."""
        frame, value, before, after = self._near
        is_top = value > self.level - self._step / 2
        follows = np.zeros(len(frame), bool)
        follows[1:] = is_top[1:] & is_top[:-1] & (np.diff(frame) == 1)
        first = np.flatnonzero(is_top & ~follows)
        last = np.flatnonzero(is_top & ~np.append(follows[1:], False))
        length = last - first + 1
        look = np.minimum(length, LONGEST_LOOK)
        stays_before = _at(frame, first - look) == frame[first] - look
        stays_after = _at(frame, last + look) == frame[last] + look
        return Tops(
            frame[first].astype(np.intp),
            length,
            before[first],
            after[last],
            ~(stays_before & stays_after),
        )

    def is_cut(self, tops: Tops, steep: float) -> bool:
        """Whether so many samples at one level are a wave cut flat.

        Parameters
        ----------
        tops : Tops
        steep : float
            Least difference from the neighbours of a run.
        """
        samples = int(tops.length.sum())
        below = int((self._near[1] < self.level - 1.5 * self._step).sum())
        if samples < LEAST_SAMPLES or below > MOST_BELOW * samples:
            return False
        pairs = tops.length > 1
        pairs &= self.level - np.maximum(tops.before, tops.after) > steep
        around = np.stack([tops.before[pairs], tops.after[pairs]])
        distinct = len(set(zip(*np.round(around / ALIKE).tolist(), strict=True)))
        return distinct >= max(LEAST_PAIRS, PAIR_SHARE * len(tops.length))


def _at(frames: NDArray[np.float64], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Frames at places; nowhere outside."""
    inside = (places >= 0) & (places < len(frames))
    return np.where(inside, frames[places.clip(0, max(0, len(frames) - 1))], -np.inf)
