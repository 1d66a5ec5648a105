"""The lag between two recordings of the same material, exact to the frame.

Method: cross-correlation by FFT, whitened by the geometric mean of both smoothed spectra (a
regularised phase transform), so that a change of tone or level does not move the peak.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SMOOTHED_BINS = 33
LEAST_SHARE = 1e-6  # of the mean power: bins below say nothing of the lag
Signal = NDArray[np.floating]


class Peak(NamedTuple):
    """A lag and how sure it is.

    Parameters
    ----------
    lag : int
        Frames by which the first signal comes later than the second.
    height : float
        Height over the RMS of the correlation: chance gives about 5.
    fraction : float
        What a parabola through the peak adds to the lag.
    """

    lag: int
    height: float
    fraction: float


def whitened_correlation(first: Signal, second: Signal) -> NDArray[np.float64]:
    """Circular whitened correlation: place ``n`` is lag ``n``; the upper half is negative."""
    size = 1 << (len(first) + len(second) - 1).bit_length()
    a, b = np.fft.rfft(first, size), np.fft.rfft(second, size)
    power = _smoothed(np.abs(a) ** 2) * _smoothed(np.abs(b) ** 2)
    scale = np.sqrt(power) + LEAST_SHARE * np.sqrt(power.mean()) + 1e-30
    return np.asarray(np.fft.irfft(a * b.conj() / scale, size), np.float64)


def peaks(first: Signal, second: Signal, count: int = 1, apart: int = 1) -> list[Peak]:
    """The highest peaks of the whitened correlation, highest first.

    Parameters
    ----------
    first, second : ndarray, shape (frames,)
    count : int
        How many to give at most.
    apart : int
        Least distance between two of them, in frames.
    """
    correlation = whitened_correlation(first, second)
    size = len(correlation)
    height = np.abs(correlation)
    spread = float(np.sqrt(np.mean(correlation**2))) or 1.0
    is_top = (height >= np.roll(height, 1)) & (height >= np.roll(height, -1))
    tops = np.flatnonzero(is_top)
    order = tops[np.argsort(-height[tops])[: 50 * count]]
    found: list[Peak] = []
    taken: list[int] = []
    for place in order.tolist():
        if any(abs(place - other) < apart for other in taken):
            continue
        taken.append(place)
        lag = place if place < size // 2 else place - size
        found.append(Peak(lag, float(height[place] / spread), _fraction(correlation, place)))
        if len(found) == count:
            break
    return found


def _fraction(correlation: NDArray[np.float64], place: int) -> float:
    before, here, after = (abs(float(correlation[(place + step) % len(correlation)]))
                           for step in (-1, 0, 1))  # fmt: skip
    bend = before - 2.0 * here + after
    return 0.0 if not bend else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def _smoothed(power: NDArray[np.floating]) -> NDArray[np.float64]:
    half = SMOOTHED_BINS // 2
    below = np.concatenate([[0.0], np.cumsum(np.pad(power.astype(np.float64), half, mode="edge"))])
    return np.asarray((below[SMOOTHED_BINS:] - below[:-SMOOTHED_BINS]) / SMOOTHED_BINS)
