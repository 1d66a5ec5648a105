"""The lag of one part of a sum: where to look for it, and which of many alike it is.

Candidates come from cross-correlation with what remains of the sum, once whitened (something
foreign that is loud in a few bands does not decide) and once as it is (a tone is in few bands).
Music and tones repeat, and then many lags are nearly as good; the exact one is told from the
whole excerpt at its full precision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

SMOOTHED_BINS = 129
LEAST_EXPLAINED = 0.02
LEAST_TAKEN = 0.1  # of the power that remains, by a lag that whitening does not show
NULLING = 0.1  # of the power that remained: a lag that leaves less is no chance
LEAST_NOISE_POWER = 1e-18
NEAR_PEAK = 0.9995  # of equal peaks, as a loop that repeats has, the nearest counts
CLEARLY_LESS = 0.5
AS_GOOD_AS_NOISE = 16.0
FADE_PARTS = 16
SECOND_CHANNEL = 0.7071  # in the mono copy for lags: no channel may cancel another

Signals = NDArray[np.floating]


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


def exact_lag(wanted: Signals, part: Signals, lag: int, noise_power: float) -> int:
    """The lag at which a part, at its best gain, leaves least of what is wanted of it.

    Where both overlap little may be left; what only one of them has counts as left over whole.

    Parameters
    ----------
    wanted, part : ndarray, shape (channels, frames)
    lag : int
        The lag to keep unless another is clearly better.
    noise_power : float
        Mean square of what quantisation may leave.
    """
    channels, frames = wanted.shape
    reach = frames // 2
    size = fast_size(frames + reach)
    product = np.zeros(size)
    for one, other in zip(wanted, part, strict=True):
        cross = np.fft.rfft(one.astype(np.float64), size)
        cross *= np.fft.rfft(other.astype(np.float64), size).conj()
        product += np.fft.irfft(cross, size)
    lags = np.arange(-reach, reach + 1)
    own, theirs = _energy_before(wanted), _energy_before(part)
    early, late = np.maximum(lags, 0), np.minimum(lags, 0)
    inside = own[frames + late] - own[early]
    energy = theirs[frames - early] - theirs[-late]
    left = inside - product[lags] ** 2 / np.maximum(energy, LEAST_NOISE_POWER)
    least = max(noise_power, LEAST_NOISE_POWER)
    overlap = channels * (frames - np.abs(lags))
    outside = channels * np.abs(lags)
    power = np.maximum(left, 0.0) / overlap
    over = (own[-1] - inside) / np.maximum(outside, 1)
    cost = overlap * np.log(power + least) + outside * np.log(over + least)
    best, here = int(np.argmin(cost)), min(max(lag, -reach), reach) + reach
    better = power[best] < CLEARLY_LESS * power[here] or power[here] < AS_GOOD_AS_NOISE * least
    return int(lags[best]) if better else lag


def _energy_before(signal: Signals) -> NDArray[np.float64]:
    power = np.einsum("cf,cf->f", signal, signal, dtype=np.float64)
    return np.concatenate([[0.0], np.cumsum(power)])


def fast_size(frames: int) -> int:
    """The least size of a transform that is 2ⁿ, 3·2ⁿ or 5·2ⁿ and holds so many frames."""
    return min(odd << max(0, (-(-frames // odd) - 1).bit_length()) for odd in (1, 3, 5))


class LagSearch:
    """Cross-correlations of parts with what remains of their sum."""

    def __init__(self, total: Signals, parts: Sequence[Signals], noise_power: float) -> None:
        frames = total.shape[-1]
        self._reach = frames // 2
        self._size = fast_size(frames + self._reach)
        # An excerpt that begins or ends hard has highs of its own, which whitening would lift.
        self._fade = _fades(frames)
        self._total = self._spectrum(total)
        self._parts = np.stack([self._spectrum(part) for part in parts])
        self._floor = max(noise_power, LEAST_NOISE_POWER) * frames

    def steps(self, gains: Signals, lags: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Parts and lags to try, the best first.

        Those that leave next to nothing come before those that explain most of what remains
        with all frequencies alike, and these before those that take most of its power.
        """
        turned = [self._turned(index, int(lag)) for index, lag in enumerate(lags)]
        rest = self._total - sum(gain * part for gain, part in zip(gains, turned, strict=True))
        power = np.abs(rest) ** 2
        white = 1.0 / (_smoothed(power) + self._floor)
        whole, remaining = float(power.sum()), float(np.vdot(power, white))
        if not whole:
            return []
        ranked: list[tuple[float, int, int]] = []
        for index, part in enumerate(turned):
            without = rest + gains[index] * part
            for lag, left, left_white in self._peaks(without, self._parts[index], white):
                rank = _rank(1.0 - left / whole, 1.0 - left_white / remaining)
                if lag != lags[index] and rank is not None:
                    ranked.append((rank, index, lag))
        ranked.sort(key=itemgetter(0), reverse=True)
        return [(index, lag) for _, index, lag in ranked]

    def _spectrum(self, signal: Signals) -> NDArray[np.complexfloating]:
        spectrum = np.fft.rfft((self._fade * _mono(signal)).astype(np.float32), self._size)
        spectrum[0] = 0.0  # an offset has no lag
        return np.asarray(spectrum)

    def _peaks(
        self,
        without: NDArray[np.complexfloating],
        part: NDArray[np.complexfloating],
        white: NDArray[np.floating],
    ) -> Iterator[tuple[int, float, float]]:
        """Lags of the highest peaks, unwhitened and whitened, and what each leaves, likewise."""
        cross, power = without * part.conj(), np.abs(part) ** 2
        weights = (np.ones_like(white), white)
        before = [float(np.vdot(np.abs(without) ** 2, weight)) for weight in weights]
        energy = [max(float(np.vdot(power, weight)), LEAST_NOISE_POWER) for weight in weights]
        correlations = [self._correlation(np.multiply(cross, weight)) for weight in weights]
        for lag in {self._nearest_peak(one) for one in correlations}:
            plain, whitened = (
                start - float(one[lag]) ** 2 / own
                for start, one, own in zip(before, correlations, energy, strict=True)
            )
            yield lag, plain, whitened

    def _turned(self, index: int, lag: int) -> NDArray[np.complexfloating]:
        if not lag:
            return np.asarray(self._parts[index])
        turn = np.exp(-2j * np.pi / self._size * lag * np.arange(self._size // 2 + 1))
        return np.asarray(self._parts[index] * turn.astype(np.complex64))

    def _correlation(self, cross: NDArray[np.complexfloating]) -> NDArray[np.floating]:
        correlation = np.fft.irfft(cross, self._size) * self._size / 2.0
        correlation[self._reach : self._size - self._reach] = 0.0
        return np.asarray(correlation)

    def _nearest_peak(self, correlation: NDArray[np.floating]) -> int:
        """Lag of the highest peak; of equal ones, the nearest."""
        height = np.abs(correlation)
        is_top = (height >= np.roll(height, 1)) & (height >= np.roll(height, -1))
        high = np.flatnonzero(is_top & (height >= NEAR_PEAK * height.max()))
        lags = np.where(high < self._size // 2, high, high - self._size)
        return int(lags[np.argmin(np.abs(lags))])


def _rank(taken: float, explained: float) -> float | None:
    """Of a lag that takes and, whitened, explains shares of what remains; ``None``: of no use."""
    if taken > 1.0 - NULLING:
        return 2.0 + taken
    if explained > LEAST_EXPLAINED:
        return 1.0 + explained
    return taken if taken > LEAST_TAKEN else None


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
