"""How much of a difference a gain that moves, or a filter that does not, would explain.

A compressor multiplies a signal by a gain that changes over tens of milliseconds; an equaliser
changes it by a filter that stays. Each leaves a difference that follows the signal in its own
way, and a foreign sound follows in neither.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME = 1024
FILTER_FRAME = 2048
QUIET_SHARE = 1e-5  # frames this far under the mean power say nothing of the gain

Signals = NDArray[np.floating]


def bright(signals: Signals) -> Signals:
    """Signals with their highs lifted, so that the bass does not decide alone."""
    return np.diff(signals, axis=-1)


def gain_over_time(total: Signals, part: Signals) -> Signals:
    """Gain of a part in each frame of a sum; ``nan`` where the part is silent.

    Parameters
    ----------
    total, part : ndarray, shape (channels, frames)
    """
    power, product = _by_frame(part, part), _by_frame(total, part)
    heard = power > QUIET_SHARE * power.mean()
    return np.where(heard, product / np.where(heard, power, 1.0), np.nan)


def gain_curve(total: Signals, part: Signals) -> Signals:
    """Gain of a part at each sample of a sum, between the middles of frames; 1 if it is silent."""
    gains = gain_over_time(total, part)
    heard = np.flatnonzero(np.isfinite(gains))
    if not len(heard):
        return np.ones(part.shape[1])
    return np.interp(np.arange(part.shape[1]), (heard + 0.5) * FRAME, gains[heard])


def explained_by_moving_gain(rest: Signals, part: Signals) -> float:
    """Share of a difference's power that the part, at a gain that moves, would explain."""
    power = float(np.vdot(rest, rest))
    if not power:
        return 0.0
    if np.isfinite(gain_over_time(rest, part)).sum() < 2:
        return 0.0
    left = rest - gain_curve(rest, part) * part
    return float(max(0.0, 1.0 - float(np.vdot(left, left)) / power))


def explained_by_filter(rest: Signals, part: Signals) -> float:
    """Share of a difference's power that is coherent with the part, whatever the filter."""
    windows = part.shape[1] // FILTER_FRAME
    if windows < 8:
        return 0.0
    window = np.hanning(FILTER_FRAME)

    def spectra(signals: Signals) -> NDArray[np.complex128]:
        cut = signals[:, : windows * FILTER_FRAME].reshape(len(signals), windows, -1)
        return np.asarray(np.fft.rfft(cut * window, axis=-1))

    x, y = spectra(part), spectra(rest)
    cross = np.abs((x.conj() * y).sum((0, 1))) ** 2
    power, rest_power = (np.abs(x) ** 2).sum((0, 1)), (np.abs(y) ** 2).sum((0, 1))
    matched = float((cross / np.maximum(power, 1e-30)).sum() / max(rest_power.sum(), 1e-30))
    chance = 1.0 / windows
    return float(max(0.0, (matched - chance) / (1.0 - chance)))


def _by_frame(left: Signals, right: Signals) -> Signals:
    frames = max(1, left.shape[1] // FRAME)
    length = min(FRAME, left.shape[1])
    shape = (len(left), frames, length)
    cut = slice(0, frames * length)
    return np.asarray(np.vecdot(left[:, cut].reshape(shape), right[:, cut].reshape(shape)).sum(0))
