"""Gain and lag of each part of a sum, found from an excerpt of the sum and of the parts.

Model: ``total(t) = sum of gain[i] · part[i](t - lag[i]) + rest(t)``, where most gains are 1, most
lags 0, and the rest may be large (a part that is not there) but does not fill every place in time
and frequency.

Method: gains by least squares over short-time spectra, weighted again and again by the inverse
power of what remains at each place, so that places where nothing foreign sounds decide. A lag is
looked for by cross-correlation against what remains, whitened by its own spectrum; it is taken if
it explains more than the lag that the part has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.lags import (
    LEAST_NOISE_POWER,
    NULLING,
    LagSearch,
    exact_lag,
    shifted,
)

FRAME = 2048
MOST_PLACES = 60_000
ROUNDS = 60
CONVERGED = 1e-7
LEAST_LOG_GAIN = 0.005  # in the mean logarithm: a gain or a lag that brings less is chance
LEAST_LOG_GAIN_IF_LOUDER = 0.1
NO_LOUDER = 0.97  # of the power with a gain is left at 1: the gain makes the rest no louder
TAKING_MUCH = 0.7  # of the power: a low part that is late changes too few places to show there
NEGLIGIBLE_GAIN = 0.002
HANN_POWER = 0.375
RIDGE = 1e-12
MOST_LAG_STEPS_PER_PART = 2
MOST_REFUSED = 6

Signals = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Fit:
    """Gains and lags, and how well each gain is known.

    Parameters
    ----------
    gains : ndarray, shape (parts,)
        Amplitude ratios; negative for a flipped polarity.
    errors : ndarray, shape (parts,)
        Standard errors of the gains.
    lags : ndarray of int, shape (parts,)
        Frames by which each part has to be delayed to fit.
    """

    gains: Signals
    errors: Signals
    lags: NDArray[np.int64]


def fit_parts(
    total: Signals,
    parts: Sequence[Signals],
    noise_power: float,
    *,
    lags: Sequence[int] | None = None,
) -> Fit:
    """Fit parts to their sum.

    Parameters
    ----------
    total : ndarray, shape (channels, frames)
    parts : sequence of ndarray, shape (channels, frames)
        No part may be silent, nor two of them alike.
    noise_power : float
        Mean square of what quantisation may leave.
    lags : sequence of int, optional
        Lags to begin with.
    """
    start = np.array(lags if lags is not None else [0] * len(parts), np.int64)
    at = start.copy()
    gains, errors, unexplained, power = _gains_at(total, parts, at, noise_power)
    search = LagSearch(total, parts, noise_power)
    refused: set[tuple[int, int]] = set()
    for _ in range(round(MOST_LAG_STEPS_PER_PART * len(parts))):
        step = next((one for one in search.steps(gains, at) if one not in refused), None)
        if step is None or len(refused) >= MOST_REFUSED:
            break
        index, lag = step
        tried = at.copy()
        tried[index] = lag
        new_gains, new_errors, left, new_power = _gains_at(total, parts, tried, noise_power)
        brings, ratio = unexplained - left, new_power / max(power, LEAST_NOISE_POWER)
        takes_much = ratio < NULLING or (ratio < TAKING_MUCH and brings > 0.0)
        if brings < LEAST_LOG_GAIN and not takes_much:
            refused.add(step)
            continue
        at, gains, errors, unexplained, power = tried, new_gains, new_errors, left, new_power
    moved = _exact(total, parts, gains, at, at != start, noise_power)
    if (moved != at).any():
        at = moved
        gains, errors, _, _ = _gains_at(total, parts, at, noise_power)
    return Fit(gains, errors, at)


def _exact(
    total: Signals,
    parts: Sequence[Signals],
    gains: Signals,
    lags: NDArray[np.int64],
    is_moved: NDArray[np.bool_],
    noise_power: float,
) -> NDArray[np.int64]:
    """Lags of the parts that moved, told from others that are nearly as good."""
    exact = lags.copy()
    if not is_moved.any():
        return exact
    rest = total.astype(np.float64)
    for part, gain, lag in zip(parts, gains, lags, strict=True):
        rest -= gain * shifted(part, int(lag))
    for index in np.flatnonzero(is_moved).tolist():
        lag = int(lags[index])
        wanted = rest + gains[index] * shifted(parts[index], lag)
        exact[index] = exact_lag(wanted, parts[index], lag, noise_power)
        rest = wanted - gains[index] * shifted(parts[index], int(exact[index]))
    return exact


def _gains_at(
    total: Signals, parts: Sequence[Signals], lags: NDArray[np.int64], noise_power: float
) -> tuple[Signals, Signals, float, float]:
    moved = [shifted(part, int(lag)) for part, lag in zip(parts, lags, strict=True)]
    return robust_gains(total, moved, noise_power)


def robust_gains(
    total: Signals, parts: Sequence[Signals], noise_power: float
) -> tuple[Signals, Signals, float, float]:
    """Gains that leave as many places as possible with nothing.

    Returns
    -------
    gains, errors : ndarray, shape (parts,)
        The gains and their standard errors.
    unexplained : float
        Mean natural logarithm of what remains in the places.
    power : float
        Mean square of it.
    """
    total_at = _places(total)
    parts_at = np.stack([_places(part) for part in parts])
    least = max(noise_power, LEAST_NOISE_POWER) * FRAME * HANN_POWER
    gains: Signals = np.ones(len(parts))
    softening = float((np.abs(total_at) ** 2).mean())
    for _ in range(ROUNDS):
        remaining = np.abs(total_at - gains @ parts_at) ** 2
        softening = max(softening / 4.0, least)
        weighted = parts_at / (remaining + softening)
        normal = (weighted @ parts_at.conj().T).real
        normal[np.diag_indices_from(normal)] += RIDGE * np.trace(normal) / len(normal)
        new = np.linalg.solve(normal, (weighted @ total_at.conj()).real)
        moved = np.abs(new - gains).max()
        gains = new
        if softening == least and moved < CONVERGED:
            break
    gains = _without_chance(total_at, parts_at, gains, least)
    errors = np.sqrt(np.abs(np.diag(np.linalg.inv(normal))))
    rest = total_at - gains @ parts_at
    return gains, errors, _mean_log(rest, least), _power(rest)


def _without_chance(
    total_at: NDArray[np.complex128],
    parts_at: NDArray[np.complex128],
    gains: Signals,
    least: float,
) -> Signals:
    """Gains with those back at 1, one after another, that have come out of something foreign.

    Beside it, the weights can lead a part to a gain that makes what remains no smaller; or
    smaller in a few places, and larger over all.
    """
    kept = gains.copy()
    rest = total_at - kept @ parts_at
    while True:
        here, power = _mean_log(rest, least), max(_power(rest), LEAST_NOISE_POWER)
        weakest, found = np.inf, None
        for index in np.flatnonzero(np.abs(kept - 1.0) > NEGLIGIBLE_GAIN).tolist():
            at_one = rest + (kept[index] - 1.0) * parts_at[index]
            brings, ratio = _mean_log(at_one, least) - here, _power(at_one) / power
            wanted = LEAST_LOG_GAIN if ratio > NO_LOUDER else LEAST_LOG_GAIN_IF_LOUDER
            if ratio < 1.0 / NULLING and brings < min(wanted, weakest):
                weakest, found = brings, (index, at_one)
        if found is None:
            return kept
        index, rest = found
        kept[index] = 1.0


def _power(rest: NDArray[np.complex128]) -> float:
    return float((np.abs(rest) ** 2).mean())


def _mean_log(rest: NDArray[np.complex128], least: float) -> float:
    return float(np.log(np.abs(rest) ** 2 + least).mean())


def _places(signal: Signals) -> NDArray[np.complex128]:
    """Short-time spectra of a signal, channels and frames in one row."""
    channels, frames = signal.shape
    if frames < FRAME:
        signal = np.pad(signal, ((0, 0), (0, FRAME - frames)))
    windows = max(1, frames // FRAME)
    wanted = max(1, MOST_PLACES // (channels * FRAME // 2))
    kept = np.unique(np.linspace(0, windows - 1, min(windows, wanted)).astype(int))
    cut = signal[:, : windows * FRAME].reshape(channels, windows, FRAME)[:, kept]
    spectra = np.fft.rfft(cut * np.hanning(FRAME), axis=-1)[..., 1:]
    return np.asarray(spectra.reshape(-1), np.complex128)
