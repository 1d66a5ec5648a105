"""Channels that went another way than before: exchanged, flipped alone, or late alone.

Method: within an excerpt that both recordings have, every channel of the new one is held against
every channel of the old one, at the peak of their whitened correlation. A channel is said to have
changed only if that leaves far less of it than where it was before does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from mixcheck.alignment.lockstep import Source, read_in_step, rechunked
from mixcheck.alignment.offset import Signal, peaks
from mixcheck.audio import AudioFormat, Samples

LONGEST_S = 10.0
LEAST_LIKENESS = 0.95
MOST_LEFT = 0.25  # of the energy that the channel's own place leaves
LEAST_POWER = 1e-10
LAGS_TRIED = 3


@dataclass(frozen=True, slots=True)
class Route:
    """Where a channel of the new recording comes from.

    Parameters
    ----------
    channel : int
        Of the old recording.
    sign : int
        -1 where only this channel is flipped.
    lag : int
        Frames by which it is later than the rest.
    """

    channel: int
    sign: int
    lag: int


class Routed(Source):
    """A recording whose channels go other ways."""

    def __init__(self, source: Source, routes: Sequence[Route], rate: int) -> None:
        self.format = source.format
        self._source, self._routes, self._rate = source, routes, rate

    def delayed(self, frames: int) -> Routed:
        """The same, later by some frames."""
        return Routed(self._source.delayed(frames), self._routes, self._rate)

    def blocks(self, start_frame: int = 0) -> Iterator[Samples]:
        """Blocks of one second from a place of the common timeline on."""
        return rechunked(self._pieces(start_frame), self._rate)

    def _pieces(self, start_frame: int) -> Iterator[Samples]:
        latest = max(route.lag for route in self._routes)
        span = latest - min(route.lag for route in self._routes)
        held = None
        rest = np.zeros((len(self._routes), span), np.float32)  # what is late goes on for longer
        for piece in chain(self._source.blocks(start_frame - latest), [rest]):
            joined = piece if held is None else np.concatenate([held, piece], axis=1)
            ready = max(0, joined.shape[1] - span)
            if ready:
                yield np.stack([
                    route.sign * joined[route.channel, latest - route.lag :][:ready]
                    for route in self._routes
                ])  # fmt: skip
            held = joined[:, ready:]


def find_routes(
    new: Source, old: Source, start_frame: int, frames: int, lag: int, rate: int
) -> tuple[Route, ...] | None:
    """How the channels of an excerpt were exchanged, flipped or moved against each other.

    Parameters
    ----------
    new, old : Source
    start_frame, frames : int
        What both have, in the new recording.
    lag : int
        Frames by which the new one comes later there.
    rate : int

    Returns
    -------
    tuple of Route, or None
        One for each channel; ``None`` where all are as before, or changed otherwise.
    """
    length = min(frames, int(LONGEST_S * rate))
    start = start_frame + (frames - length) // 2
    looks = [lambda _: None] * 2
    steps = read_in_step([new, old.delayed(lag)], looks, start_frame=start, frames=length)
    ours, theirs = np.concatenate([step.samples for step in steps], axis=2).astype(np.float64)
    found = [_route(signal, theirs, own) for own, signal in enumerate(ours)]
    routes = [one for one in found if one is not None]
    if len(routes) < len(found) or len({one.channel for one in routes}) < len(routes):
        return None
    counts = Counter(one.lag for one in routes)
    common = max(counts, key=lambda late: (counts[late], -abs(lag + late)))
    sign = -1 if all(one.sign < 0 for one in routes) else 1
    relative = tuple(Route(one.channel, one.sign * sign, one.lag - common) for one in routes)
    as_before = all(route == Route(own, 1, 0) for own, route in enumerate(relative))
    return None if as_before else relative


def _route(signal: Signal, theirs: Signal, own: int) -> Route | None:
    """Where one channel comes from; its own place unless another leaves far less of it."""
    if not np.vdot(signal, signal) > LEAST_POWER * len(signal):
        return Route(own, 1, 0)
    before = _likeness(signal, theirs[own], 0)
    best, likeness = Route(own, 1, 0), max(0.0, before)
    for channel, other in enumerate(theirs):
        lags = [0, *(one.lag for one in peaks(signal, other, LAGS_TRIED))]
        for lag in lags:
            value = _likeness(signal, other, lag)
            if abs(value) > abs(likeness):
                best, likeness = Route(channel, 1 if value > 0 else -1, lag), value
    if best != Route(own, 1, 0) and 1.0 - likeness**2 > MOST_LEFT * (1.0 - max(0.0, before) ** 2):
        best, likeness = Route(own, 1, 0), before
    return best if abs(likeness) >= LEAST_LIKENESS else None


def _likeness(first: Signal, second: Signal, lag: int) -> float:
    """Correlation of two signals where the first comes later by a lag."""
    length = len(first) - abs(lag)
    a, b = first[max(0, lag) :][:length], second[max(0, -lag) :][:length]
    scale = float(np.sqrt(np.vdot(a, a) * np.vdot(b, b)))
    return float(np.vdot(a, b)) / scale if scale else 0.0


def told(routes: Sequence[Route], audio: AudioFormat) -> Iterator[str]:
    """What became of the channels, in words."""
    names = audio.channel_layout or [str(number + 1) for number in range(len(routes))]
    moved = [own for own, route in enumerate(routes) if route.channel != own]
    if len(moved) == 2:
        yield f"channels {names[moved[0]]} and {names[moved[1]]} are swapped"
    elif moved:
        order = " ".join(names[route.channel] for route in routes)
        yield f"the channels are in another order: they were {order}"
    for name, route in zip(names, routes, strict=False):
        if route.sign < 0:
            yield f"the polarity of {name} is flipped"
        if route.lag:
            late = "late" if route.lag > 0 else "early"
            plural = "s" if abs(route.lag) != 1 else ""
            yield f"{name} is {abs(route.lag)} frame{plural} {late}"
