"""Why a set does not sum to its mix: gains, lags, and what moves with time, from excerpts.

The pass over the whole set has said where the residual is and when each stem sounds. A few
excerpts in which every stem is heard are then looked at closely.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.fit import Fit, fit_parts
from mixcheck.alignment.lags import shifted
from mixcheck.alignment.varying import (
    bright,
    explained_by_filter,
    explained_by_moving_gain,
)
from mixcheck.stems.bus import find_bus, without_bus

EXCERPT_BUDGET = 6_000_000  # frames over all stems: what fits a small machine's memory
LONGEST_EXCERPT_S = 20.0
MOST_EXCERPTS = 6
HEARD_SHARE = 0.05  # of its own loudest excerpt's power: a stem is heard in another one
QUIETEST = 1e-9  # mean square; a stem below is silent for this purpose
SAME_CORRELATION = 1.0 - 1e-4
SHARED_BY = 0.6  # of the stems: a lag or a gain that so many have is the set's
NULLED_OVER_NOISE = 16.0
FAIR_NULL = 1e-9  # mean square: -90 dBFS
MOVING_EXPLAINED = 0.2
MOVING_AT_UNITY = 0.35  # two tones that beat explain up to 0.3 of each other
FILTER_EXPLAINED = 0.3
RUNNER_UP = 2.0
BUS_EXPLAINED = 0.5
BUS_LEFT = 1.0  # where one stem is nearly the whole sum, both explain nearly as much

Read = Callable[[int, int], NDArray[np.floating]]
"""From the first frame and a number of frames to shape (stems + 1, channels, frames)."""


@dataclass
class Explanation:
    """What was fitted, and what the rest is like.

    Parameters
    ----------
    gains, errors : ndarray, shape (stems,)
    lags : ndarray of int, shape (stems,)
        Frames by which each stem has to be delayed.
    fitted : ndarray of bool, shape (stems,)
        Whether a stem was heard, and so fitted.
    copies : dict of int to int
        Stem to the one whose copy it is.
    rest_power : float
        Mean square of what is left in the worst excerpt.
    is_explained : bool
        Whether nothing but noise is left.
    bus_share, bus_reduction_db : float
        How much of the difference a moving gain of the whole sum explains, and how far it moves.
    bus_left : float
        What that leaves, against the best that fitted stems and one moving gain leave.
    moving, filtered : (int, float) or None
        The stem whose moving gain, or whose filter, explains the rest, and its share of it.
    """

    gains: NDArray[np.floating]
    errors: NDArray[np.floating]
    lags: NDArray[np.int64]
    fitted: NDArray[np.bool_]
    copies: dict[int, float] = field(default_factory=dict)
    originals: dict[int, int] = field(default_factory=dict)
    rest_power: float = 0.0
    rest_to_mix: float = 0.0
    is_explained: bool = True
    bus_share: float = 0.0
    bus_reduction_db: float = 0.0
    bus_left: float = np.inf
    moving: tuple[int, float] | None = None
    filtered: tuple[int, float] | None = None

    @property
    def is_bus(self) -> bool:
        """Whether a moving gain of the sum leaves less than gains and one moving gain of stems."""
        explains = self.bus_share >= BUS_EXPLAINED and self.bus_left <= BUS_LEFT
        return not self.is_explained and explains


def find_copies(correlation: NDArray[np.float64], gram: NDArray[np.float64]) -> dict[int, int]:
    """Stem to an earlier one with the same audio, whatever its level or polarity."""
    originals: dict[int, int] = {}
    for index in range(len(correlation)):
        for earlier in range(index):
            same = abs(correlation[index, earlier]) >= SAME_CORRELATION
            if same and earlier not in originals and gram[index, index] > 0.0:
                originals[index] = earlier
                break
    return originals


def explain(
    read: Read,
    energy: NDArray[np.float64],
    residual_energy: NDArray[np.float64],
    segment_frames: int,
    frames: int,
    sample_rate_hz: int,
    noise_power: float,
    correlation: NDArray[np.float64],
    gram: NDArray[np.float64],
) -> Explanation:
    """Fit the stems to the mix over excerpts in which they sound.

    Parameters
    ----------
    read : callable
        Reads a part of all recordings, the mix last.
    energy : ndarray, shape (stems, segments)
        Sum of squares in each segment of the timeline.
    residual_energy : ndarray, shape (segments,)
    segment_frames, frames, sample_rate_hz : int
        Frames of a segment, of the timeline, and a second.
    noise_power : float
        Mean square of what the bit depths may leave.
    correlation, gram : ndarray, shape (stems, stems)
    """
    count = len(energy)
    originals = find_copies(correlation, gram)
    found = Explanation(
        gains=np.ones(count),
        errors=np.full(count, np.inf),
        lags=np.zeros(count, np.int64),
        fitted=np.zeros(count, np.bool_),
        originals=originals,
        copies={
            index: float(gram[index, first] / gram[first, first])
            for index, first in originals.items()
        },
    )
    length = min(frames, int(LONGEST_EXCERPT_S * sample_rate_hz), EXCERPT_BUDGET // count)
    worst: tuple[float, int] | None = None
    for start, heard in _excerpts(energy, residual_energy, segment_frames, length):
        indices = [index for index in heard if index not in originals]
        if not indices:
            continue
        excerpt = read(start, length)
        rest = _fit_excerpt(found, excerpt, indices, noise_power)
        if worst is None or rest > worst[0]:
            worst = (rest, start)
    if worst is None:
        found.is_explained = False
        return found
    found.rest_power = worst[0]
    found.is_explained = worst[0] <= max(NULLED_OVER_NOISE * noise_power, FAIR_NULL)
    if not found.is_explained:
        _look_at_rest(found, read(worst[1], length), noise_power)
    return found


def _excerpts(
    energy: NDArray[np.float64],
    residual_energy: NDArray[np.float64],
    segment_frames: int,
    length: int,
) -> Sequence[tuple[int, list[int]]]:
    """First frame of each excerpt, and the stems that are heard in it."""
    span = max(1, length // segment_frames)
    starts = np.arange(0, max(1, energy.shape[1] - span + 1), max(1, span // 4))
    if starts[-1] + span < energy.shape[1]:
        starts = np.append(starts, energy.shape[1] - span)
    below = np.pad(np.cumsum(energy, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    ends = np.minimum(starts + span, energy.shape[1])
    power = (below[:, ends] - below[:, starts]) / length
    rest_below = np.pad(np.cumsum(residual_energy), (1, 0))
    rest = (rest_below[ends] - rest_below[starts]) / length
    heard = (power > QUIETEST) & (power >= HEARD_SHARE * power.max(1, keepdims=True))
    missing = heard.any(1)
    chosen: list[tuple[int, list[int]]] = []
    while missing.any() and len(chosen) < MOST_EXCERPTS:
        covered = (heard & missing[:, None]).sum(0)
        best = int(np.lexsort((rest, covered))[-1]) if chosen else int(np.argmax(rest))
        if chosen and not covered[best]:
            break
        sounding = power[:, best] > QUIETEST
        chosen.append((int(starts[best]) * segment_frames, np.flatnonzero(sounding).tolist()))
        missing &= ~heard[:, best]
    return chosen


def _fit_excerpt(
    found: Explanation, excerpt: NDArray[np.floating], indices: list[int], noise_power: float
) -> float:
    """Fit the stems that sound; gives the mean square of what is left, its edges apart."""
    total, parts = excerpt[-1], excerpt[:-1]
    if not found.fitted.any() and len(indices) > 1:
        found.lags[:] = _common_lag(total, parts, noise_power)
    known = [int(found.lags[index]) for index in indices]
    fit = fit_parts(total, [parts[index] for index in indices], noise_power, lags=known)
    _take_better(found, indices, fit)
    left = total.astype(np.float64)
    for gain, lag, index in zip(fit.gains, fit.lags, indices, strict=True):
        left -= gain * shifted(parts[index], int(lag))
    margin = int(np.abs(fit.lags).max(initial=0))
    inner = left[:, margin : left.shape[1] - margin] if 2 * margin < left.shape[1] else left
    return float(np.mean(inner**2))


def _take_better(found: Explanation, indices: list[int], fit: Fit) -> None:
    for place, index in enumerate(indices):
        if fit.errors[place] < found.errors[index]:
            found.gains[index] = fit.gains[place]
            found.errors[index] = fit.errors[place]
            found.lags[index] = fit.lags[place]
            found.fitted[index] = True


def _common_lag(
    total: NDArray[np.floating], parts: NDArray[np.floating], noise_power: float
) -> int:
    """The lag of the sum against the mix, if with it most of the difference is gone."""
    whole = parts.sum(0)
    lag = int(fit_parts(total, [whole], noise_power).lags[0])
    if not lag:
        return 0
    here, there = total - whole, total - shifted(whole, lag)
    return lag if np.vdot(there, there) < np.vdot(here, here) / 2.0 else 0


def _look_at_rest(found: Explanation, excerpt: NDArray[np.floating], noise_power: float) -> None:
    """What the rest follows: the whole sum, one stem, or nothing that is there."""
    total, own = excerpt[-1].astype(np.float64), excerpt[:-1].astype(np.float64)
    bus = find_bus(total, own, _with_copies(found), found.lags)
    found.bus_share, found.bus_reduction_db = bus.share, bus.reduction_db
    parts = [shifted(part, int(lag)) for part, lag in zip(own, found.lags, strict=True)]
    unique = [index for index in np.flatnonzero(found.fitted) if index not in found.originals]
    rest = total - sum(found.gains[index] * parts[index] for index in unique)
    found.rest_to_mix = float(np.vdot(rest, rest) / max(np.vdot(total, total), 1e-30))
    moving: dict[int, float] = {}
    filtered: dict[int, float] = {}
    bright_power = max(float(np.vdot(bright(rest), bright(rest))), 1e-30)
    for index in unique:
        part = parts[index]
        power = max(float(np.vdot(bright(part), bright(part))), 1e-30)
        still = rest - float(np.vdot(bright(rest), bright(part))) / power * part
        kept = float(np.vdot(bright(still), bright(still))) / bright_power
        by_gain = explained_by_moving_gain(bright(still), bright(part))
        moving[int(index)] = 1.0 - kept * (1.0 - by_gain)
        filtered[int(index)] = explained_by_filter(rest, part)
    best_left = (1.0 - max(moving.values(), default=0.0)) * bright_power
    found.bus_left = bus.left / max(best_left, 1e-30)
    found.moving = _clear_winner(moving, MOVING_EXPLAINED)
    if found.moving and found.gains[found.moving[0]] == 1.0 and found.moving[1] < MOVING_AT_UNITY:
        found.moving = None
    found.filtered = _clear_winner(filtered, FILTER_EXPLAINED)

    if found.is_bus and not found.originals:
        refitted = without_bus(total, own, bus, noise_power)
        found.gains, found.lags = refitted.gains, refitted.lags
        found.bus_reduction_db = refitted.reduction_db


def _with_copies(found: Explanation) -> NDArray[np.floating]:
    """The gain of each stem; a copy has none, for it is in that of its original."""
    gains = found.gains.copy()
    gains[list(found.originals)] = 0.0
    return gains


def _clear_winner(shares: dict[int, float], least: float) -> tuple[int, float] | None:
    if not shares:
        return None
    ranked = sorted(shares, key=lambda index: shares[index], reverse=True)
    second = shares[ranked[1]] if len(ranked) > 1 else 0.0
    best = ranked[0]
    return (best, shares[best]) if shares[best] >= max(least, RUNNER_UP * second) else None
