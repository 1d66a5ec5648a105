"""Power spectra of a stream, frame by frame, whose sum is the stream's own power.

The window is a half sine and frames overlap by half: the squared windows then add up to 1
everywhere, so that by Parseval the bins of all frames sum to the power of the signal, and
every sample counts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples
from mixcheck.dsp.fourier import real_transform


class PowerSpectrum:
    """Accumulates ``sum over frames of |X|²`` of planar blocks.

    Parameters
    ----------
    size : int
        Points of a frame, even.
    channels : int
        Channels of every block.
    """

    def __init__(self, size: int, channels: int) -> None:
        self.size = size
        self._hop = size // 2
        self._window = np.sin(np.pi * (np.arange(size) + 0.5) / size)
        self._waiting = np.zeros((channels, self._hop), np.float32)

    def add(
        self, samples: Samples, *, last: bool = False, ends: Sequence[int] = ()
    ) -> NDArray[np.float64]:
        """Energy in each bin of the frames that this block completes.

        Parameters
        ----------
        samples : ndarray, shape (channels, frames)
        last : bool
            Complete the frames still waiting too, the stream followed by silence.
        ends : sequence of int
            Places within the block up to which to sum apart; the last part goes to the end.

        Returns
        -------
        ndarray, shape (len(ends) + 1, channels, size // 2 + 1)
            Sums to the sum of squares of the stream, once all frames are added.
        """
        waiting = self._waiting.shape[1]
        joined = self._joined(samples, last=last)
        lengths = (*(waiting + end for end in ends), joined.shape[1])
        counts = [max(0, length // self._hop - 1) for length in lengths]
        self._waiting = joined[:, counts[-1] * self._hop :].copy()
        parts = pairwise((0, *counts))
        return np.stack([self._energy(joined, start, stop) for start, stop in parts])

    def frames(self, samples: Samples, *, last: bool = False) -> NDArray[np.floating]:
        """Energy in each bin of every frame that this block completes, over all channels.

        Returns
        -------
        ndarray, shape (frames, size // 2 + 1)
            A frame stands for ``size // 2`` samples of each channel.
        """
        joined = self._joined(samples, last=last)
        count = max(0, joined.shape[1] // self._hop - 1)
        self._waiting = joined[:, count * self._hop :].copy()
        if not count:
            return np.zeros((0, self._hop + 1), joined.dtype)
        parts = self._transformed(joined, 0, count)
        squares = np.einsum("cfp,cfp->fp", parts, parts, dtype=joined.dtype)
        energy = squares[:, ::2] + squares[:, 1::2]
        energy[:, 1:-1] *= 2.0
        return np.asarray(energy / self.size)

    def _joined(self, samples: Samples, *, last: bool) -> Samples:
        """What waited and what is new, followed by silence at the end."""
        joined = np.concatenate([self._waiting, samples], axis=1)
        if last:
            joined = np.pad(joined, ((0, 0), (0, self.size - joined.shape[1] % self._hop)))
        return joined

    def _energy(self, joined: Samples, start: int, stop: int) -> NDArray[np.float64]:
        """Energy of some of the frames, shape (channels, bins)."""
        channels, bins, count = len(joined), self._hop + 1, stop - start
        if not count:
            return np.zeros((channels, bins))
        parts = self._transformed(joined, start, stop)
        squares = np.einsum("cfp,cfp->cp", parts, parts, dtype=joined.dtype)
        energy = squares.reshape(channels, bins, 2).sum(2, dtype=np.float64)
        energy[:, 1:-1] *= 2.0  # the negative frequencies
        return np.asarray(energy / self.size)

    def _transformed(self, joined: Samples, start: int, stop: int) -> NDArray[np.floating]:
        """Real and imaginary parts in turn, shape (channels, frames, 2·bins)."""
        channels, count = len(joined), stop - start
        halves = joined[:, start * self._hop : (stop + 1) * self._hop]
        halves = halves.reshape(channels, count + 1, self._hop)
        rise, fall = self._window.astype(joined.dtype).reshape(2, self._hop)
        windowed = np.empty((channels, count, self.size), joined.dtype)
        np.multiply(halves[:, :-1], rise, out=windowed[..., : self._hop])
        np.multiply(halves[:, 1:], fall, out=windowed[..., self._hop :])
        return real_transform(windowed).view(joined.dtype)


def frame_size(sample_rate_hz: int, seconds: float) -> int:
    """Power of two nearest to a duration."""
    return int(2 ** round(np.log2(sample_rate_hz * seconds)))
