"""Several recordings read in step: one second of all of them at a time, in constant memory.

Every recording is brought to one rate and one number of channels: mono goes to all channels at
unity, many channels go to mono as their mean, and another rate is resampled. Where a recording
has ended (or, delayed, not begun) there are zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, AudioStream, Samples, open_audio
from mixcheck.errors import AudioError

READERS = 2
RESAMPLING_QUALITY = "VHQ"

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Step(Generic[Seen]):
    """One second of every recording.

    Parameters
    ----------
    start_frame : int
        Place on the common timeline.
    samples : ndarray, shape (recordings, channels, frames)
    seen : list
        What each recording's ``look`` made of its own part; ``None`` after its end.
    """

    start_frame: int
    samples: NDArray[np.floating]
    seen: list[Seen | None]


def fits(audio: AudioFormat, channels: int) -> bool:
    """Whether a recording can be brought to a number of channels."""
    return audio.channels == channels or 1 in (audio.channels, channels)


class Source:
    """A recording on the common timeline."""

    def __init__(
        self, stream: AudioStream, sample_rate_hz: int, channels: int, *, lag: int = 0
    ) -> None:
        self.format = stream.format
        self._stream = stream
        self._rate = sample_rate_hz
        self._channels = channels
        self._lag = lag
        self.non_finite = 0

    def delayed(self, frames: int) -> Source:
        """The same recording, later by some frames."""
        return Source(self._stream, self._rate, self._channels, lag=frames)

    def blocks(self, start_frame: int = 0) -> Iterator[Samples]:
        """Blocks of one second from a place of the common timeline on; the last may be shorter."""
        place = start_frame - self._lag
        silence = max(0, -place)
        pieces = self._from(max(0, place))
        if not silence and self.format.sample_rate_hz == self._rate:
            return pieces
        return rechunked(self._delayed(pieces, silence), self._rate)

    def _delayed(self, pieces: Iterator[Samples], silence: int) -> Iterator[Samples]:
        while silence:
            frames = min(silence, self._rate)
            yield np.zeros((self._channels, frames), np.float32)
            silence -= frames
        yield from pieces

    def _from(self, place: int) -> Iterator[Samples]:
        own_rate = self.format.sample_rate_hz
        if own_rate == self._rate:
            for block in self._stream.blocks(place, own_rate):
                self.non_finite += len(block.non_finite)
                yield _with_channels(block.samples, self._channels)
            return
        second = place // self._rate  # a whole second is a whole frame at either rate
        pieces = self._resampled(second * own_rate)
        yield from _without_first(pieces, place - second * self._rate)

    def _resampled(self, place: int) -> Iterator[Samples]:
        import soxr  # what librosa resamples with; only it takes a stream in pieces

        own_rate = self.format.sample_rate_hz
        resampler = soxr.ResampleStream(
            own_rate, self._rate, self._channels, dtype="float32", quality=RESAMPLING_QUALITY
        )
        for block in self._stream.blocks(place, own_rate):
            self.non_finite += len(block.non_finite)
            samples = _with_channels(block.samples, self._channels).astype(np.float32)
            yield resampler.resample_chunk(np.ascontiguousarray(samples.T)).T
        rest = resampler.resample_chunk(np.zeros((0, self._channels), np.float32), last=True)
        yield rest.T


def _with_channels(samples: Samples, channels: int) -> Samples:
    if len(samples) == channels:
        return samples
    if channels == 1:
        return np.asarray(samples.mean(0, keepdims=True))
    return np.broadcast_to(samples, (channels, samples.shape[1]))


def _without_first(pieces: Iterator[Samples], frames: int) -> Iterator[Samples]:
    for piece in pieces:
        if frames < piece.shape[1]:
            yield piece[:, frames:]
        frames = max(0, frames - piece.shape[1])


def rechunked(pieces: Iterator[Samples], frames: int) -> Iterator[Samples]:
    """The same samples in pieces of a given length, the last of which may be shorter."""
    waiting: list[Samples] = []
    held = 0
    for piece in pieces:
        waiting.append(piece)
        held += piece.shape[1]
        if held >= frames:
            joined = np.concatenate(waiting, axis=1)
            whole = held // frames * frames
            for start in range(0, whole, frames):
                yield joined[:, start : start + frames]
            waiting, held = [joined[:, whole:]], held - whole
    if held:
        yield np.concatenate(waiting, axis=1)


def read_in_step(
    sources: Sequence[Source],
    looks: Sequence[Callable[[Samples], Seen]],
    *,
    start_frame: int = 0,
    frames: int | None = None,
) -> Iterator[Step[Seen]]:
    """Read recordings side by side; while one second is used, the next is decoded.

    Parameters
    ----------
    sources : sequence of Source
    looks : sequence of callable
        One for each source: called with its block, in order, in the thread that decodes it.
    start_frame, frames : int
        Part of the common timeline; to the end of the longest recording unless given.
    """
    readers = [source.blocks(start_frame) for source in sources]

    def read(index: int) -> tuple[Samples, Seen] | None:
        block = next(readers[index], None)
        return None if block is None else (block, looks[index](block))

    with ThreadPoolExecutor(READERS) as pool:
        waiting = [pool.submit(read, index) for index in range(len(sources))]
        place, end = start_frame, None if frames is None else start_frame + frames
        while True:
            read_now = [future.result() for future in waiting]
            longest = max((got[0].shape[1] for got in read_now if got), default=0)
            if end is not None:
                longest = min(longest, end - place)
            if longest <= 0:
                break
            waiting = [pool.submit(read, index) for index in range(len(sources))]
            blocks = [got and got[0] for got in read_now]
            yield Step(place, _stacked(blocks, longest), [got and got[1] for got in read_now])
            place += longest


def _stacked(blocks: Sequence[Samples | None], frames: int) -> NDArray[np.floating]:
    given = [block for block in blocks if block is not None]
    wide = any(block.dtype == np.float64 for block in given)
    shape = (len(blocks), len(given[0]), frames)
    stack = np.zeros(shape, np.float64 if wide else np.float32)
    for row, block in zip(stack, blocks, strict=True):
        if block is not None:
            part = block[:, :frames]
            row[:, : part.shape[1]] = part
    return stack


def open_all(
    paths: Sequence[str], opened: ExitStack
) -> tuple[list[AudioStream | None], list[AudioError | None]]:
    """Open recordings for as long as a stack lasts; the ones that cannot be read as errors."""
    streams: list[AudioStream | None] = []
    errors: list[AudioError | None] = []
    for path in paths:
        try:
            streams.append(opened.enter_context(open_audio(path)))
            errors.append(None)
        except AudioError as error:
            streams.append(None)
            errors.append(error)
    return streams, errors
