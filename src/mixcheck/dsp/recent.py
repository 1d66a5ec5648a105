"""The latest samples of a stream, by their frames, without joining every block to the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import Samples


class Recent:
    """The block that was added last, and as many frames before it as were asked for.

    Parameters
    ----------
    channels, kept : int
        Frames that are kept of earlier blocks.
    """

    def __init__(self, channels: int, kept: int) -> None:
        self._kept = kept
        self._now: Samples = np.zeros((channels, 0), np.float32)
        self._before = self._latest = self._now
        self.end_frame = 0

    def add(self, samples: Samples) -> None:
        """Take the next block, shape (channels, frames), whose memory may be used again."""
        self._before, self._now = self._latest, samples
        missing = self._kept - samples.shape[1]
        self._latest = samples[:, max(0, -missing) :].copy()
        if missing > 0:
            self._latest = np.concatenate([self._before[:, -missing:], self._latest], axis=1)
        self.end_frame += samples.shape[1]

    def between(self, channel: int, start: int, end: int) -> NDArray[np.float64] | None:
        """Frames of a channel; ``None`` where they are not all there."""
        border = self.end_frame - self._now.shape[1]
        if start < max(0, border - self._before.shape[1]) or end > self.end_frame:
            return None
        parts = (
            self._before[channel, start - border + self._before.shape[1] :][: max(0, end - start)]
            if start < border
            else self._now[channel, :0],
            self._now[channel, max(0, start - border) : max(0, end - border)],
        )
        return np.concatenate(parts).astype(np.float64)
