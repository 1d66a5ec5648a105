"""Power spectra of a stream, frame by frame, whose sum is the stream's own power.

The window is a half sine and frames overlap by half: the squared windows then add up to 1
everywhere, so that by Parseval the bins of all frames sum to the power of the signal, and
every sample counts alike.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples


class PowerSpectrum:
    """Accumulates ``sum over frames of |X|²`` of planar blocks.

    Parameters
    ----------
    size : int
        Points of a frame, even.
    channels : int
        Channels of every block.
    is_long : bool
        There will be millions of samples.
    """

    def __init__(self, size: int, channels: int, *, is_long: bool = False) -> None:
        self.size = size
        self._is_long = is_long
        self._hop = size // 2
        self._window = np.sin(np.pi * (np.arange(size) + 0.5) / size)
        self._waiting = np.zeros((channels, self._hop), np.float32)

    def add(self, samples: Samples, *, last: bool = False) -> NDArray[np.float64]:
        """Energy in each bin of the frames that this block completes.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames)
        last : bool
            Complete the frames still waiting too, the stream followed by silence.

        Returns
        -------
        ndarray, shape (channels, size // 2 + 1)
            Sums to the sum of squares of the stream, once all frames are added.
        """
        joined = np.concatenate([self._waiting, samples], axis=1)
        if last:
            joined = np.pad(joined, ((0, 0), (0, self.size - joined.shape[1] % self._hop)))
        count = max(0, joined.shape[1] // self._hop - 1)
        self._waiting = joined[:, count * self._hop :].copy()
        channels, bins = len(joined), self._hop + 1
        if not count:
            return np.zeros((channels, bins))
        halves = joined[:, : (count + 1) * self._hop].reshape(channels, count + 1, self._hop)
        rise, fall = self._window.astype(joined.dtype).reshape(2, self._hop)
        windowed = np.empty((channels, count, self.size), joined.dtype)
        np.multiply(halves[:, :-1], rise, out=windowed[..., : self._hop])
        np.multiply(halves[:, 1:], fall, out=windowed[..., self._hop :])
        parts = _real_transform(self._is_long)(windowed, axis=2).view(
            joined.dtype
        )  # real, imaginary, real …
        squares = np.einsum("cfp,cfp->cp", parts, parts, dtype=joined.dtype)
        energy = squares.reshape(channels, bins, 2).sum(2, dtype=np.float64)
        energy[:, 1:-1] *= 2.0  # the negative frequencies
        return np.asarray(energy / self.size)


@cache
def _real_transform(is_long: bool) -> Callable[..., NDArray[Any]]:
    """SciPy's transform is six times as fast as NumPy's, and takes 0.3 s to import.

    It is imported when the first block comes, by the process that transforms.
    """
    if not is_long:
        return np.fft.rfft
    from scipy.fft import rfft

    transform: Callable[..., NDArray[Any]] = rfft
    return transform


def frame_size(sample_rate_hz: int, seconds: float) -> int:
    """Power of two nearest to a duration."""
    return int(2 ** round(np.log2(sample_rate_hz * seconds)))
