"""A low-rate copy of the bottom of the band, for bass bands and mains hum.

Method: a Kaiser-windowed low-pass of ten decimation factors' length, evaluated only where a
sample is kept, as one matrix product over frames of one factor's length. Flat within 0.01 dB
and free of aliases (-70 dB) up to ``usable_hz``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples

LENGTH_IN_FACTORS = 10
KAISER_BETA = 7.0
TARGET_RATE_HZ = 1500
USABLE_SHARE = 0.26  # of the low rate
_CUTOFF_SHARE = 0.5


class Decimator:
    """Keeps one frame in ``factor`` of a low-passed stream of planar blocks."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self.factor = max(1, int(2 ** round(np.log2(sample_rate_hz / TARGET_RATE_HZ))))
        self.rate_hz = sample_rate_hz / self.factor
        self.usable_hz = USABLE_SHARE * self.rate_hz
        self._taps = _low_pass(self.factor)
        self._waiting = np.zeros((channels, self.factor * (LENGTH_IN_FACTORS - 1)), np.float32)

    def decimate(self, samples: Samples) -> NDArray[np.floating]:
        """The low-rate frames that this block completes.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames)

        Returns
        -------
        ndarray, shape (channels, low-rate frames)
        """
        joined = np.concatenate([self._waiting, samples], axis=1)
        whole = joined.shape[1] // self.factor
        kept = whole - LENGTH_IN_FACTORS + 1
        if kept <= 0:
            self._waiting = joined
            return np.zeros((len(joined), 0), joined.dtype)
        self._waiting = joined[:, kept * self.factor :].copy()
        frames = joined[:, : whole * self.factor].reshape(len(joined), whole, self.factor)
        parts = (frames @ self._taps.astype(joined.dtype).T).transpose(0, 2, 1).copy()
        low = parts[:, 0, :kept].copy()
        for lag in range(1, LENGTH_IN_FACTORS):
            low += parts[:, lag, lag : lag + kept]
        return np.asarray(low)


@lru_cache(8)
def _low_pass(factor: int) -> NDArray[np.float64]:
    """Taps in rows of one factor each, shape ``(LENGTH_IN_FACTORS, factor)``."""
    length = factor * LENGTH_IN_FACTORS
    place = np.arange(length) - (length - 1) / 2
    taps = np.sinc(2 * _CUTOFF_SHARE * place / factor) * np.kaiser(length, KAISER_BETA)
    return np.asarray((taps / taps.sum()).reshape(LENGTH_IN_FACTORS, factor))
