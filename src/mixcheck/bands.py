"""Third-octave and K-weighted power of blocks, quickly: for shares and widths, not for levels.

Method: Hann-windowed frames of 4096 points, one in four. Shares over seconds need no more; the
spectrum meter's levels come from every sample.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples
from mixcheck.dsp.fourier import real_transform
from mixcheck.dsp.k_weighting import k_weighting_sections
from mixcheck.meters.spectrum import third_octaves

FRAME = 4096
FRAME_STEP = 4


class BandSpectra:
    """Power of a block in third octaves, and K-weighted, from one frame in four."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._matrix, self._k_weights = _weights(sample_rate_hz)
        self._window = np.hanning(FRAME).astype(np.float32)

    def of(self, samples: Samples) -> tuple[NDArray[np.float64], float]:
        """Third-octave and K-weighted energy of all channels of a block."""
        frames = samples.shape[1]
        if frames < FRAME:
            samples = np.pad(samples, ((0, 0), (0, FRAME - frames)))
        step = FRAME * FRAME_STEP
        whole = max(1, (samples.shape[1] - FRAME) // step + 1)
        cut = [samples[:, place : place + FRAME] for place in range(0, whole * step, step)]
        windowed = np.stack(cut, axis=1).astype(np.float32, copy=False)
        windowed *= self._window
        spectra = real_transform(windowed).view(np.float32)
        power = np.einsum("cfp,cfp->p", spectra, spectra).reshape(-1, 2).sum(1)
        return (power @ self._matrix).astype(np.float64), float(power @ self._k_weights)


@cache
def _weights(sample_rate_hz: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Share of each bin in each third octave, shape (bins, bands), and its K-weight."""
    _, edges = third_octaves(sample_rate_hz)
    bins = FRAME // 2 + 1
    step_hz = sample_rate_hz / 2 / (bins - 1)
    bin_edges = ((np.arange(bins + 1) - 0.5) * step_hz)[:, None]  # a bin spreads over its width
    upper = np.minimum(edges[:, 1], bin_edges[1:])
    shares = (upper - np.maximum(edges[:, 0], bin_edges[:-1])).clip(0.0) / step_hz
    turn = np.exp(-1j * np.linspace(0.0, np.pi, bins))
    response = np.ones(bins, np.complex128)
    for b, a in k_weighting_sections(sample_rate_hz):
        response *= np.polyval(b[::-1], turn) / np.polyval(a[::-1], turn)
    return shares.astype(np.float32), (np.abs(response) ** 2).astype(np.float32)
