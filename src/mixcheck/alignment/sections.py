"""Which part of one recording is which part of another: kept, inserted, removed, replaced.

Method: a low-rate copy of both gives candidate lags (peaks of their correlation); the best path of
candidates through time (dynamic programming, a change costs) gives stretches of one lag each;
every lag is then read again at the full rate, and the place where one lag gives way to the next
is where the two together leave least.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.offset import Peak, peaks

CANDIDATES = 24
CHUNK_S = 0.4
LOOK_S = 3.0
DRIFT_LOOK_S = 1.0  # within which even a hundred parts in a million move little
FOREIGN_COST = 0.45  # of a chunk that no lag explains
CHANGE_COST = 1.2
TIE_COST = 0.002
TIE_LEFT, TIE_POWER = 1.5, 1e-9  # times what the best lag leaves, and of the power
NEAR_ENOUGH = 0.03  # of a chunk: so much is no reason to change the lag
FRACTIONS = (-0.5, -0.375, -0.25, -0.125, 0.0, 0.125, 0.25, 0.375)  # of a low-rate frame
LEAST_HEIGHT = 8.0
QUIET_SHARE = 1e-5
STEP_S = 0.001
EDGE_S = 1.5
DRIFT_POINTS = 9
LEAST_DRIFT_FRAMES = 3.0
MOST_DRIFT_SHARE = 0.01

Signal = NDArray[np.floating]
Read = Callable[[int, int], Signal]
"""From the first frame and a number of frames to a mono signal; zeros outside the recording."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the new recording that is the old one at one lag.

    Parameters
    ----------
    start, end : int
        Frames of the new recording.
    lag : int
        Frames by which the new one comes later.
    """

    start: int
    end: int
    lag: int


@dataclass(frozen=True, slots=True)
class Drift:
    """A lag that grows evenly: two clocks, or a change of speed."""

    parts_per_million: float
    start_lag: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two recordings lie to each other.

    Parameters
    ----------
    stretches : tuple of Stretch
        In order; none where the recordings have nothing in common.
    drift : Drift or None
        Then there is one stretch, with the lag of its middle.
    confidence : float
        Share of the sounding time that is aligned, 0 to 1.
    """

    stretches: tuple[Stretch, ...]
    drift: Drift | None
    confidence: float


def align(
    new_low: Signal,
    old_low: Signal,
    factor: int,
    sample_rate_hz: int,
    frames: tuple[int, int],
    read_new: Read,
    read_old: Read,
) -> Alignment:
    """Align two recordings.

    Parameters
    ----------
    new_low, old_low : ndarray, shape (low-rate frames,)
        Low-rate copies, one frame for every ``factor``.
    factor, sample_rate_hz : int
    frames : tuple of int
        Frames of the new and of the old recording.
    read_new, read_old : callable
    """
    if not new_low.any() or not old_low.any():
        return Alignment((), None, 0.0)
    chunk = max(8, round(CHUNK_S * sample_rate_hz / factor))
    found = [one for one in peaks(new_low, old_low, CANDIDATES, 3) if one.height >= LEAST_HEIGHT]
    reader = _Exact(read_new, read_old, sample_rate_hz, frames)
    drift = _drift(found, reader, factor)
    if drift is not None:
        middle = round(drift.start_lag + drift.parts_per_million * 1e-6 * frames[0] / 2)
        return Alignment((Stretch(0, frames[0], middle),), drift, 1.0)
    ends = (0, round((frames[0] - frames[1]) / factor))
    lags = [*dict.fromkeys(ends), *(one.lag for one in found if one.lag not in ends)]
    path, confidence = _path(new_low, old_low, lags, len(set(ends)), chunk)
    likely = tuple(dict.fromkeys((0, frames[0] - frames[1])))
    exact = reader.exact_runs(path, lags, likely, chunk * factor, factor)
    return Alignment(tuple(reader.bounded(exact)), None, confidence)


def _path(
    new: Signal, old: Signal, lags: list[int], likely: int, chunk: int
) -> tuple[NDArray[np.int64], float]:
    """Index of the lag of each chunk of the new recording, ``-1`` for none; share aligned.

    The first ``likely`` lags, at which both begin or end together, go before others that explain
    as much: of music that repeats to the sample many do.

    Lags are followed with fractions: music that repeats to the sample has other lags, and one of
    them may lie better on the low rate's frames than the true one does.
    """
    count = -(-len(new) // chunk)
    new = np.pad(new, (0, count * chunk - len(new))).reshape(count, chunk)
    power = np.vecdot(new, new)
    sounding = power > QUIET_SHARE * power.mean()
    costs = np.full((len(lags) + 1, count), FOREIGN_COST)
    between = [_later(old, share) for share in FRACTIONS]
    for index, lag in enumerate(lags):
        # The fraction at which most of the chunks that the lag explains lie best.
        moved = np.stack([_at(one, -lag, count * chunk) for one in between])
        moved = moved.reshape(len(between), count, chunk)
        alike = np.abs(np.vecdot(new, moved)) / np.sqrt(
            np.maximum(power * np.vecdot(moved, moved), 1e-30)
        )
        best_of = np.maximum(alike - (1.0 - FOREIGN_COST), 0.0) * sounding
        costs[index] = 1.0 - alike[int(best_of.sum(1).argmax())]
    costs = np.maximum(costs - NEAR_ENOUGH, 0.0)
    costs[likely:-1] += TIE_COST
    costs[:, ~sounding] = 0.0
    best = costs[:, 0].copy()
    came = np.zeros(costs.shape, np.int64)
    for place in range(1, count):
        cheapest = int(np.argmin(best))
        change = best[cheapest] + CHANGE_COST
        stays = best <= change
        came[:, place] = np.where(stays, np.arange(len(best)), cheapest)
        best = np.minimum(best, change) + costs[:, place]
    path = np.empty(count, np.int64)
    path[-1] = np.argmin(best)
    for place in range(count - 1, 0, -1):
        path[place - 1] = came[path[place], place]
    path[path == len(lags)] = -1
    aligned = float(np.mean(path[sounding] >= 0)) if sounding.any() else 0.0
    return path, aligned


def _later(signal: Signal, share: float) -> Signal:
    """A signal delayed by a share of a frame, round its ends."""
    spectrum = np.fft.rfft(signal)
    turn = np.exp(-2j * np.pi * share / len(signal) * np.arange(len(spectrum)))
    return np.asarray(np.fft.irfft(spectrum * turn, len(signal)))


def _at(signal: Signal, start: int, frames: int) -> Signal:
    """Part of a signal, with zeros outside of it."""
    part = np.zeros(frames, signal.dtype)
    low, high = max(0, start), min(len(signal), start + frames)
    if low < high:
        part[low - start : high - start] = signal[low:high]
    return part


def _drift(found: list[Peak], reader: _Exact, factor: int) -> Drift | None:
    """A lag that grows evenly over the whole, if it does."""
    if not found:
        return None
    new_frames = reader.frames[0]
    reach = int(min(MOST_DRIFT_SHARE * new_frames, 0.5 * reader.rate)) + 2 * factor
    places = np.linspace(0.08, 0.92, DRIFT_POINTS) * new_frames
    measured = [(place, reader.lag_at(int(place), found[0].lag * factor, reach, DRIFT_LOOK_S))
                for place in places]  # fmt: skip
    points = np.array([(place, lag) for place, lag in measured if lag is not None])
    if len(points) < 5 or np.ptp(points[:, 1]) < LEAST_DRIFT_FRAMES:
        return None
    slope, start = np.polyfit(points[:, 0], points[:, 1], 1)
    off = np.abs(points[:, 1] - np.polyval((slope, start), points[:, 0]))
    even = np.median(off) < 1.0 and np.mean(off < 2.0) >= 0.8
    if not even or abs(slope) * new_frames < LEAST_DRIFT_FRAMES:
        return None
    return Drift(float(slope * 1e6), float(start))


@dataclass
class _Exact:
    """Reads both recordings at the full rate where it matters."""

    read_new: Read
    read_old: Read
    rate: int
    frames: tuple[int, int]

    def lag_at(self, place: int, near: int, reach: int, seconds: float = LOOK_S) -> float | None:
        """Lag around a place of the new recording, near one that is roughly known."""
        length = int(seconds * self.rate)
        new = self.read_new(place, length)
        old = self.read_old(place - near - reach, length + 2 * reach)
        if not new.any() or not old.any():
            return None
        top = peaks(new, old)[0]
        if top.height < LEAST_HEIGHT or abs(top.lag + reach) > reach:
            return None
        return near + reach + top.lag + top.fraction  # old was read from so much earlier

    def exact_runs(
        self,
        path: NDArray[np.int64],
        lags: list[int],
        likely: tuple[int, ...],
        chunk: int,
        factor: int,
    ) -> list[Stretch]:
        """Runs of one lag, each with its exact lag; neighbours of the same lag are one."""
        edges = np.flatnonzero(np.diff(path)) + 1
        runs: list[Stretch] = []
        for start, end in zip([0, *edges], [*edges, len(path)], strict=True):
            if path[start] < 0:
                continue
            first, last = int(start) * chunk, min(int(end) * chunk, self.frames[0])
            near = lags[int(path[start])] * factor
            lag = self._lag_of_run(first, last, near, likely, factor)
            if lag is None:
                continue
            if runs and runs[-1].lag == lag:
                runs[-1] = Stretch(runs[-1].start, last, lag)
            else:
                runs.append(Stretch(first, last, lag))
        return runs

    def _lag_of_run(
        self, first: int, last: int, near: int, likely: tuple[int, ...], factor: int
    ) -> int | None:
        """The lag that leaves least in three places: tones have peaks beside the right one.

        Of those that leave equally little, as music that repeats to the sample has, a likely one.
        """
        length = int(LOOK_S * self.rate)
        places = [first + int(share * max(0, last - first - length)) for share in (0.5, 0.2, 0.8)]
        spans = [(place, min(place + length, last)) for place in places]
        found = (self.lag_at(place, near, 4 * factor) for place in places)
        lags = sorted({round(lag) for lag in found if lag is not None})
        if not lags:
            return None
        left = {lag: self._left(spans, lag) for lag in {*lags, *likely}}
        best = min(left, key=lambda lag: left[lag][0])
        enough = TIE_LEFT * left[best][0] + TIE_POWER * left[best][1]
        return next((lag for lag in likely if left[lag][0] <= enough), best)

    def _left(self, spans: list[tuple[int, int]], lag: int) -> tuple[float, float]:
        """What a lag leaves in some spans, and the power that is there."""
        both = [self._errors(start, end, lag) for start, end in spans]
        return (float(sum(errors.sum() for errors, _ in both)),
                float(sum(power.sum() for _, power in both)))  # fmt: skip

    def bounded(self, runs: list[Stretch]) -> list[Stretch]:
        """Runs with their ends where they really are."""
        if not runs:
            return []
        runs = list(runs)
        for index in range(len(runs) - 1):
            here, following = runs[index], runs[index + 1]
            end, start = self._border(here, following)
            runs[index] = Stretch(here.start, end, here.lag)
            runs[index + 1] = Stretch(start, following.end, following.lag)
        first, last = runs[0], runs[-1]
        begins = self._first_good(first) if first.start else max(0, first.lag)
        runs[0] = Stretch(begins, first.end, first.lag)
        last = runs[-1]
        latest = min(self.frames[0], self.frames[1] + last.lag)
        at_end = self.frames[0] - last.end < int(CHUNK_S * self.rate)
        ends = latest if at_end else self._last_good(last)
        runs[-1] = Stretch(last.start, max(ends, last.start), last.lag)
        return [run for run in runs if run.end > run.start]

    def _border(self, here: Stretch, following: Stretch) -> tuple[int, int]:
        """Where one lag ends and the next begins."""
        edge = int(EDGE_S * self.rate)
        if following.start - here.end > 2 * edge:
            return self._last_good(here), self._first_good(following)
        begin, end = max(here.start, here.end - edge), min(following.end, following.start + edge)
        first, power = self._errors(begin, end, here.lag)
        second, _ = self._errors(begin, end, following.lag)
        step = max(1, int(STEP_S * self.rate))
        loss_first = np.concatenate([[0.0], np.cumsum(first)])
        loss_second = np.concatenate([[0.0], np.cumsum(second)])
        loss_foreign = FOREIGN_COST * np.concatenate([[0.0], np.cumsum(power)])
        until = loss_first - loss_foreign
        since = loss_foreign + loss_second[-1] - loss_second
        best_until = np.minimum.accumulate(until)
        q = int(np.argmin(best_until + since))
        p = int(np.argmin(until[: q + 1]))
        return begin + p * step, begin + (q + (q > p)) * step  # a step is in one or in the other

    def _last_good(self, run: Stretch) -> int:
        edge = int(EDGE_S * self.rate)
        begin, end = max(run.start, run.end - edge), min(self.frames[0], run.end + edge)
        errors, power = self._errors(begin, end, run.lag)
        gained = np.concatenate([[0.0], np.cumsum(FOREIGN_COST * power - errors)])
        return begin + int(np.argmax(gained)) * max(1, int(STEP_S * self.rate))

    def _first_good(self, run: Stretch) -> int:
        edge = int(EDGE_S * self.rate)
        begin, end = max(0, run.start - edge), min(run.end, run.start + edge)
        errors, power = self._errors(begin, end, run.lag)
        gained = np.concatenate([[0.0], np.cumsum(FOREIGN_COST * power - errors)])
        lost = gained[-1] - gained
        return begin + int(np.argmax(lost)) * max(1, int(STEP_S * self.rate))

    def _errors(
        self, begin: int, end: int, lag: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """In steps of a millisecond: what a lag leaves, at its best gain, and the power there."""
        step = max(1, int(STEP_S * self.rate))
        count = max(1, (end - begin) // step)
        new = self.read_new(begin, count * step).astype(np.float64)
        old = self.read_old(begin - lag, count * step).astype(np.float64)
        alike = np.vdot(new, old) / max(float(np.vdot(old, old)), 1e-30)
        products = (new * old).reshape(count, step).sum(1)
        powers = (old * old).reshape(count, step).sum(1)
        own = (new * new).reshape(count, step).sum(1)
        ratios = products / np.maximum(powers, 1e-30)
        fits = products**2 > 0.8 * own * powers
        gain = float(np.median(ratios[fits])) if fits.any() else float(alike)
        left = ((new - gain * old) ** 2).reshape(count, step).sum(1)
        return np.minimum(left, 2.0 * own), own
