"""Passes over two recordings side by side: are they equal, by what gain, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.lockstep import Source, read_in_step
from mixcheck.alignment.sections import Read, Stretch
from mixcheck.audio import Samples
from mixcheck.dsp.decimation import Decimator

SEGMENT_S = 0.1
ALIKE = 0.95
LEAST_POWER = 1e-9


def _nothing(_: Samples) -> None:
    return None


def first_look(new: Source, old: Source, sample_rate_hz: int) -> tuple[
    bool, NDArray[np.floating], NDArray[np.floating], int
]:  # fmt: skip
    """Whether two recordings are equal, low-rate mono copies of both, and their factor."""
    is_equal = True
    low: tuple[list[NDArray[np.floating]], list[NDArray[np.floating]]] = ([], [])
    decimators = [Decimator(sample_rate_hz, 1), Decimator(sample_rate_hz, 1)]
    for step in read_in_step([new, old], [_nothing, _nothing]):
        is_equal = is_equal and bool(np.array_equal(step.samples[0], step.samples[1]))
        for row, decimator, kept in zip(step.samples, decimators, low, strict=True):
            kept.append(decimator.decimate(_mono(row)[None])[0])
    new_low, old_low = (np.concatenate(parts) for parts in low)
    return is_equal, new_low, old_low, decimators[0].factor


def _mono(samples: Samples) -> NDArray[np.floating]:
    weights = (0.7071 ** np.arange(len(samples))).astype(samples.dtype)
    return np.asarray(weights @ samples)


def mono_reader(source: Source) -> Read:
    """Reads parts of a recording as mono, zeros outside of it."""

    def read(start: int, frames: int) -> NDArray[np.floating]:
        part = np.zeros(frames, np.float32)
        place = max(0, -start)
        if place >= frames:
            return part
        for block in source.blocks(max(0, start)):
            mono = _mono(block)[: frames - place]
            part[place : place + len(mono)] = mono
            place += len(mono)
            if place >= frames:
                break
        return part

    return read


@dataclass(frozen=True, slots=True)
class Differences:
    """Energies in segments of a tenth of a second of the stretches that both have.

    Parameters
    ----------
    start : ndarray of int, shape (segments,)
        First frame in the new recording.
    lag : ndarray of int, shape (segments,)
    frames : ndarray of int, shape (segments,)
    new, old, product, residual : ndarray, shape (segments,)
        Sums over channels and frames of new², old², new·old, and (new - gain·old)².
    peak : float
        Highest sample of the residual.
    """

    start: NDArray[np.int64]
    lag: NDArray[np.int64]
    frames: NDArray[np.int64]
    new: NDArray[np.float64]
    old: NDArray[np.float64]
    product: NDArray[np.float64]
    residual: NDArray[np.float64]
    peak: float


def differences(
    new: Source, old: Source, stretches: Sequence[Stretch], sample_rate_hz: int, gain: float
) -> Differences:
    """Go over all stretches, the old recording at a gain."""
    rows: list[tuple[float, ...]] = []
    peak = 0.0
    segment = max(1, round(SEGMENT_S * sample_rate_hz))
    for stretch in stretches:
        for first, ours, theirs in _pairs(new, old, stretch):
            left = ours - gain * theirs
            peak = max(peak, float(np.abs(left).max(initial=0.0)))
            for place in range(0, ours.shape[1], segment):
                cut = slice(place, place + segment)
                a, b, r = (part[:, cut].astype(np.float64) for part in (ours, theirs, left))
                sums = [float(np.vdot(*both)) for both in ((a, a), (b, b), (a, b), (r, r))]
                rows.append((first + place, stretch.lag, a.shape[1], *sums))
    table = np.array(rows).reshape(-1, 7).T
    start, lag, frames = (column.astype(np.int64) for column in table[:3])
    ours, theirs, both, left = table[3:]
    return Differences(start, lag, frames, ours, theirs, both, left, peak)


def _pairs(new: Source, old: Source, stretch: Stretch) -> Iterator[tuple[int, Samples, Samples]]:
    frames = stretch.end - stretch.start
    moved = old.delayed(stretch.lag)
    steps = read_in_step(
        [new, moved], [_nothing, _nothing], start_frame=stretch.start, frames=frames
    )
    for step in steps:
        yield step.start_frame, step.samples[0], step.samples[1]


def robust_gain(found: Differences) -> float:
    """Gain of new over old, from the segments in which both are alike at the usual gain."""
    both = found.new * found.old
    alike = (found.product**2 > ALIKE * both) & (found.new > LEAST_POWER * found.frames)
    if not alike.any():
        total = float(found.old.sum())
        return float(found.product.sum() / total) if total else 1.0
    ratios = found.product[alike] / found.old[alike]
    middle = float(np.median(ratios))
    usual = alike.copy()
    usual[alike] = np.abs(ratios / middle - 1.0) < 0.03
    usual = usual if usual.any() else alike
    return float(found.product[usual].sum() / found.old[usual].sum())
