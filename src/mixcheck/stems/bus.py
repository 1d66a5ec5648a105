"""A gain of the whole sum that moves: bus compression, and what is wrong beside it.

The gain is read from the mix against the sum in short frames, and taken out of the mix; then the
stems are fitted again. Only what makes much of the rest smaller counts: a gain read in frames
follows a fast attack only roughly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.fit import fit_parts
from mixcheck.alignment.lags import shifted
from mixcheck.alignment.varying import bright, explained_by_moving_gain, gain_curve, gain_over_time

ROUNDS = 3
CLEAR = 1.3  # times the power that is left, with a stem as it is in the set: its fault is real
LEAST_CURVE = 0.02
ABSENT = 0.02

Signals = NDArray[np.floating]


@dataclass
class Bus:
    """The moving gain that leaves least of the mix.

    Parameters
    ----------
    share : float
        How much of the difference from a steady gain it explains.
    reduction_db : float
        How far it moves.
    left : float
        Power that it leaves, over all samples.
    gains : ndarray, shape (stems,)
    lags : ndarray of int, shape (stems,)
    """

    share: float
    reduction_db: float
    left: float
    gains: Signals
    lags: NDArray[np.int64]


def find_bus(total: Signals, parts: Signals, gains: Signals, lags: NDArray[np.int64]) -> Bus:
    """The moving gain of the stems as they are, or with the gains that were fitted.

    Parameters
    ----------
    total : ndarray, shape (channels, frames)
    parts : ndarray, shape (stems, channels, frames)
    gains : ndarray, shape (stems,)
    lags : ndarray of int, shape (stems,)
    """
    heard = np.abs(gains) >= ABSENT
    middle = float(np.median(np.abs(gains[heard]))) if heard.any() else 1.0
    ones = np.ones_like(gains)
    tried = [(ones, np.zeros_like(lags)), (ones, lags), (gains / middle, lags)]
    return min((_moved(total, parts, *one) for one in tried), key=lambda one: one.left)


def without_bus(total: Signals, parts: Signals, bus: Bus, noise_power: float) -> Bus:
    """Fit the stems again to the mix with the moving gain taken out of it."""
    sounding = [index for index, part in enumerate(parts) if part.any()]
    for _ in range(ROUNDS):
        whole = _sum(parts, bus.gains, bus.lags)
        curve = np.maximum(gain_curve(total, whole), LEAST_CURVE)
        flat = total / curve
        known = bus.lags[sounding].tolist()
        fit = fit_parts(flat, [parts[index] for index in sounding], noise_power, lags=known)
        gains, lags = bus.gains.copy(), bus.lags.copy()
        usual = max(float(np.median(np.abs(fit.gains))), ABSENT)  # most are right to each other
        gains[sounding], lags[sounding] = fit.gains / usual, fit.lags
        bus = _moved(total, parts, *_clear(flat / usual, parts, gains, lags))
    return bus


def _clear(
    flat: Signals, parts: Signals, gains: Signals, lags: NDArray[np.int64]
) -> tuple[Signals, NDArray[np.int64]]:
    """Gains and lags with those put back that do not make much of the rest smaller."""
    gains, lags = gains.copy(), lags.copy()
    rest = flat - _sum(parts, gains, lags)
    changed = [index for index, gain in enumerate(gains) if gain != 1.0 or lags[index]]
    size = np.array([float(np.vdot(parts[index], parts[index])) for index in changed])
    for index in (changed[place] for place in np.argsort(size)):
        own = gains[index] * shifted(parts[index], int(lags[index]))
        as_it_is = rest + own - parts[index]
        if np.vdot(as_it_is, as_it_is) < CLEAR * np.vdot(rest, rest):
            rest, gains[index], lags[index] = as_it_is, 1.0, 0
    return gains, lags


def _moved(total: Signals, parts: Signals, gains: Signals, lags: NDArray[np.int64]) -> Bus:
    whole = _sum(parts, gains, lags)
    steady = float(np.vdot(total, whole)) / max(float(np.vdot(whole, whole)), 1e-30)
    off = bright(total - steady * whole)
    share = explained_by_moving_gain(off, bright(whole))
    moved = gain_over_time(bright(total), bright(whole))
    moved = moved[np.isfinite(moved) & (moved > 0.0)]
    reduction = 0.0
    if len(moved):
        high, low = np.percentile(moved, [98.0, 2.0]).tolist()
        reduction = float(20.0 * np.log10(high / low))
    return Bus(share, reduction, (1.0 - share) * float(np.vdot(off, off)), gains, lags)


def _sum(parts: Signals, gains: Signals, lags: NDArray[np.int64]) -> Signals:
    whole: Signals = np.zeros(parts[0].shape)
    for part, gain, lag in zip(parts, gains, lags, strict=True):
        whole = whole + gain * shifted(part, int(lag))
    return whole
