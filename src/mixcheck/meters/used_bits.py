"""Effective bit depth: the bits that any sample uses, on the grid of the declared depth."""

from __future__ import annotations

import numpy as np

from mixcheck.audio import AudioFormat, Samples

MOST_CODE = 2.0**62  # beyond, no integer holds a sample


class UsedBits:
    """The bits that any sample sets, on the integer grid of the file."""

    def __init__(self, audio: AudioFormat) -> None:
        self._is_float = audio.is_float
        self._depth = 24 if audio.is_float else audio.bit_depth
        self._used = 0
        self._off_grid = False
        if audio.is_lossy:
            self._why_not = "a lossy codec has no bit depth"
        elif self._depth is None:
            self._why_not = f"codec {audio.codec} has no linear bit depth"
        else:
            self._why_not = ""

    def update(self, samples: Samples) -> None:
        """Take the samples of the next block, shape (channels, frames)."""
        # Once the lowest bit was seen, no sample can change the answer.
        if self._depth is None or self._why_not or self._off_grid or self._used & 1:
            return
        scaled = samples * samples.dtype.type(2.0 ** (self._depth - 1))
        if self._is_float and np.abs(scaled).max() >= MOST_CODE:
            self._off_grid = True
            return
        codes = scaled.astype(np.int64)
        if self._is_float and (codes != scaled).any():
            self._off_grid = True
            return
        self._used |= int(np.bitwise_or.reduce(codes, axis=None))

    def finish(self) -> tuple[int | None, str]:
        """Bits in use, or ``None`` and why."""
        if self._why_not or self._depth is None:
            return None, self._why_not
        if self._off_grid:
            return None, "floating-point samples off the 24-bit grid"
        if not self._used:
            return None, "digital silence uses no bits"
        padding = (self._used & -self._used).bit_length() - 1
        return self._depth - padding, ""
