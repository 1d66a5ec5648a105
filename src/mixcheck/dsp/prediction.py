"""Linear prediction: what of a sample does not follow from those before it.

A pulse that nothing announced stands out of the prediction error far more than out of the wave.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

REGULARISATION = 1e-9  # of the power: keeps a pure tone solvable


def predictor(samples: NDArray[np.float64], order: int) -> NDArray[np.float64]:
    """Coefficients of the prediction-error filter, by the autocorrelation method.

    Parameters
    ----------
    samples : ndarray, shape (frames,)
    order : int
        Samples that each is predicted from.

    Returns
    -------
    ndarray, shape (order + 1,)
        The first is 1; all others 0 where the samples have no power.

    Notes
    -----
    Makhoul, "Linear prediction: a tutorial review", Proc. IEEE 63(4), 1975, section II-B.
    """
    window = np.hanning(len(samples) + 2)[1:-1]
    weighted = samples * window
    lags = np.array([weighted[lag:] @ weighted[: len(weighted) - lag] for lag in range(order + 1)])
    error_filter = np.zeros(order + 1)
    error_filter[0] = 1.0
    if lags[0] <= 0.0:
        return error_filter
    lags[0] *= 1.0 + REGULARISATION
    rows = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    error_filter[1:] = -np.linalg.solve(lags[rows], lags[1:])
    return error_filter


def prediction_error(
    samples: NDArray[np.float64], error_filter: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Error of every sample that has all its predecessors, shape (frames - order,)."""
    return np.convolve(samples, error_filter, "valid")


def interpolated(
    samples: NDArray[np.float64], start: int, length: int, error_filter: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Samples in place of a few, such that the prediction error around them is least.

    Parameters
    ----------
    samples : ndarray, shape (frames,)
        With at least ``order`` frames on either side of the place.
    start, length : int
        The place.
    error_filter : ndarray
        From :func:`predictor`.

    Returns
    -------
    ndarray, shape (length,)

    Notes
    -----
    Janssen, Veldhuis and Vries, "Adaptive interpolation of discrete-time signals that can be
    modeled as autoregressive processes", IEEE Trans. ASSP 34(2), 1986.
    """
    order = len(error_filter) - 1
    known = samples[start - order : start + length + order].copy()
    known[order : order + length] = 0.0
    error = np.convolve(known, error_filter, "valid")  # frames start .. start + length + order - 1
    effect = np.zeros((length + order, length))
    for index in range(length):
        effect[index : index + order + 1, index] = error_filter
    return np.asarray(np.linalg.lstsq(effect, -error, rcond=None)[0])
