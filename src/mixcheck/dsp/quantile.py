"""Quantiles, without the 13 ms that NumPy's own take to import masked arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quantile(values: NDArray[np.floating], share: float) -> float:
    """The value that a share of all values, 0 to 1, do not exceed.

    Between two values it lies on the straight line from one to the other, as with ``np.quantile``
    (R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, 1996, definition 7). There
    must be a value.
    """
    place = share * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above), axis=None)
    low, high = float(ordered[below]), float(ordered[above])
    return low + (high - low) * (place - below)


def median(values: NDArray[np.floating]) -> float:
    """The value in the middle of all values, of which there must be one."""
    return quantile(values, 0.5)
