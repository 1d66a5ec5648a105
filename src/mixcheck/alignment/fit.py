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

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME = 2048
MOST_PLACES = 60_000
ROUNDS = 60
CONVERGED = 1e-7
SMOOTHED_BINS = 129
LEAST_EXPLAINED = 0.02
LEAST_LOG_GAIN = 0.005  # in the mean logarithm: a gain or a lag that brings less is chance
NULLING = (
    0.1  # of the power that remained: a lag that leaves less is no chance, however few places gain
)
NEGLIGIBLE_GAIN = 0.002
LEAST_NOISE_POWER = 1e-18
HANN_POWER = 0.375
RIDGE = 1e-12
MOST_LAG_STEPS_PER_PART = 2
NEAR_PEAK = 0.9995  # of equal peaks, as a loop that repeats has, the nearest counts
FADE_PARTS = 16
SECOND_CHANNEL = 0.7071  # in the mono copy for lags: no channel may cancel another

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


def shifted(signal: NDArray[np.floating], lag: int) -> NDArray[np.floating]:
    """A signal delayed by whole frames (last axis), zeros moving in."""
    if not lag:
        return signal
    moved = np.zeros_like(signal)
    if abs(lag) < signal.shape[-1]:
        if lag > 0:
            moved[..., lag:] = signal[..., :-lag]
        else:
            moved[..., :lag] = signal[..., -lag:]
    return moved


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
    at = np.array(lags if lags is not None else [0] * len(parts), np.int64)
    gains, errors, unexplained, power = _gains_at(total, parts, at, noise_power)
    search = _LagSearch(total, parts, noise_power)
    refused: set[int] = set()
    for _ in range(round(MOST_LAG_STEPS_PER_PART * len(parts))):
        step = search.best_step(gains, at, refused)
        if step is None:
            break
        index, lag = step
        tried = at.copy()
        tried[index] = lag
        new_gains, new_errors, left, new_power = _gains_at(total, parts, tried, noise_power)
        if unexplained - left < LEAST_LOG_GAIN and new_power > NULLING * power:
            refused.add(index)
            continue
        at, gains, errors, unexplained, power = tried, new_gains, new_errors, left, new_power
    return Fit(gains, errors, at)


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
    return gains, errors, _mean_log(rest, least), float((np.abs(rest) ** 2).mean())


def _without_chance(
    total_at: NDArray[np.complex128],
    parts_at: NDArray[np.complex128],
    gains: Signals,
    least: float,
) -> Signals:
    """Gains with those back at 1 that make what remains no smaller than 1 does.

    Beside something foreign, the weights can lead a quiet part to a gain of no use.
    """
    rest = total_at - gains @ parts_at
    here = _mean_log(rest, least)
    kept = gains.copy()
    for index in np.flatnonzero(np.abs(gains - 1.0) > NEGLIGIBLE_GAIN):
        at_one = rest + (gains[index] - 1.0) * parts_at[index]
        if _mean_log(at_one, least) - here < LEAST_LOG_GAIN:
            kept[index] = 1.0
    return kept


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


class _LagSearch:
    """Cross-correlations of parts with what remains of their sum."""

    def __init__(self, total: Signals, parts: Sequence[Signals], noise_power: float) -> None:
        frames = total.shape[-1]
        self._size = 1 << int(2 * frames - 1).bit_length()
        self._frames = frames
        # An excerpt that begins or ends hard has highs of its own, which whitening would lift.
        fade = _fades(frames)
        self._total = np.fft.rfft((fade * _mono(total)).astype(np.float32), self._size)
        self._parts = np.stack(
            [np.fft.rfft((fade * _mono(part)).astype(np.float32), self._size) for part in parts]
        )
        self._floor = max(noise_power, LEAST_NOISE_POWER) * frames

    def best_step(
        self, gains: Signals, lags: NDArray[np.int64], refused: Set[int]
    ) -> tuple[int, int] | None:
        """The part and the lag that leave next to nothing, or else explain most of what remains.

        ``None`` if none does.
        """
        turned = [self._turned(index, int(lag)) for index, lag in enumerate(lags)]
        rest = self._total - sum(gain * part for gain, part in zip(gains, turned, strict=True))
        power = np.abs(rest) ** 2
        white = 1.0 / (_smoothed(power) + self._floor)
        remaining = float(np.vdot(power, white))
        best, found = LEAST_EXPLAINED * remaining, None
        least, nulling = NULLING * float(power.sum()), None
        for index, part in enumerate(turned):
            if index in refused:
                continue
            without = rest + gains[index] * part
            original = self._parts[index]
            energy = float(np.vdot(np.abs(original) ** 2, white))
            lag, matched = self._peak(without * original.conj() * white)
            before = float(np.vdot(np.abs(without) ** 2, white))
            after = before - matched**2 / energy
            if lag == lags[index]:
                continue
            if remaining - after > best:
                best, found = remaining - after, (index, lag)
            left = _left_over(without, self._turned(index, lag))
            if left < least:
                least, nulling = left, (index, lag)
        # Whitened, all frequencies count alike: a low part that is a sample late is in too few.
        return nulling or found

    def _turned(self, index: int, lag: int) -> NDArray[np.complexfloating]:
        if not lag:
            return np.asarray(self._parts[index])
        turn = np.exp(-2j * np.pi / self._size * lag * np.arange(self._size // 2 + 1))
        return np.asarray(self._parts[index] * turn.astype(np.complex64))

    def _peak(self, cross: NDArray[np.complexfloating]) -> tuple[int, float]:
        """Lag and height of the highest peak; of equal ones, of the nearest."""
        correlation = np.fft.irfft(cross, self._size) * self._size / 2.0
        correlation[self._frames // 2 : self._size - self._frames // 2] = 0.0
        height = np.abs(correlation)
        is_top = (height >= np.roll(height, 1)) & (height >= np.roll(height, -1))
        high = np.flatnonzero(is_top & (height >= NEAR_PEAK * height.max()))
        lags = np.where(high < self._size // 2, high, high - self._size)
        lag = int(lags[np.argmin(np.abs(lags))])
        return lag, float(correlation[lag])


def _left_over(wanted: NDArray[np.complexfloating], part: NDArray[np.complexfloating]) -> float:
    """Energy of what a part, at its best gain, leaves of what is wanted."""
    energy = max(float(np.vdot(part, part).real), LEAST_NOISE_POWER)
    left = wanted - np.float32(np.vdot(part, wanted).real / energy) * part
    return float(np.vdot(left, left).real)


def _fades(frames: int) -> Signals:
    length = max(1, frames // FADE_PARTS)
    rise = np.sin(np.pi / 2.0 * (np.arange(length) + 0.5) / length) ** 2
    return np.concatenate([rise, np.ones(max(0, frames - 2 * length)), rise[::-1]])[:frames]


def _mono(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    weights = SECOND_CHANNEL ** np.arange(len(signal))
    return np.asarray(weights @ signal)


def _smoothed(power: NDArray[np.floating]) -> NDArray[np.floating]:
    """Moving mean over neighbouring bins."""
    half = SMOOTHED_BINS // 2
    below = np.concatenate([[0.0], np.cumsum(np.pad(power.astype(np.float64), half, mode="edge"))])
    return np.asarray((below[SMOOTHED_BINS:] - below[:-SMOOTHED_BINS]) / SMOOTHED_BINS)
