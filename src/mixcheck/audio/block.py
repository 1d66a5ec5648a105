"""Blocks of samples, and what every decoder gives.

Conventions
-----------
Samples are planar, shape ``(channels, frames)``, full scale 1.0, never clipped: lossy decodes
and float files go beyond ±1.0. They are float32 where that holds every value of the file
exactly (up to 24 bits, float32, lossy) and float64 otherwise. Every block is as long as
``AudioFormat.block_frames`` says, except the last. NaN and infinity are zeroed and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mixcheck.audio.format import AudioFormat

Samples = np.ndarray[tuple[int, int], np.dtype[np.floating]]

USABLE_SAMPLE = 1e30  # beyond this even the square of a float64 sum is in danger


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """A few seconds of a recording.

    Parameters
    ----------
    start_frame : int
        Place of the first frame in the file.
    samples : ndarray, shape (channels, frames)
        Finite samples, full scale 1.0; its own array, which may be kept.
    non_finite : ndarray of int, shape (n, 2)
        Channel and frame (within the block) of every NaN or infinity that was zeroed.
    is_cut_off : bool
        Whether the decoder failed after this block: what should follow is lost.
    """

    start_frame: int
    samples: Samples
    non_finite: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    is_cut_off: bool = False

    @property
    def frames(self) -> int:
        """Frames in this block."""
        return self.samples.shape[1]


class AudioStream(Protocol):
    """An open recording: its format, and its blocks."""

    format: AudioFormat

    def frames_there(self) -> int | None:
        """How many frames the bytes of the file hold; ``None`` where only decoding tells."""
        ...

    def blocks(self, start: int = 0, frames: int | None = None) -> Iterator[SampleBlock]:
        """Yield the recording in blocks; a damaged file ends early.

        Parameters
        ----------
        start : int
            Frame to begin with.
        frames : int, optional
            Frames of every block but the last: ``AudioFormat.block_frames`` unless given.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


_NONE_NON_FINITE = np.empty((0, 2), np.int64)


def usable_block(
    start_frame: int, samples: Samples, may_be_non_finite: bool, *, is_cut_off: bool = False
) -> SampleBlock:
    """Make a block whose samples and squares are all finite."""
    if not may_be_non_finite or np.isfinite(np.vdot(samples, samples)):
        return SampleBlock(start_frame, samples, _NONE_NON_FINITE, is_cut_off)
    samples = samples.astype(np.float64)  # float32 squares overflow above 1e19
    unusable = ~(np.abs(samples) < USABLE_SAMPLE)
    samples[unusable] = 0.0
    return SampleBlock(start_frame, samples, np.argwhere(unusable), is_cut_off)
