"""Traces of a lossy codec's frames: coefficients that were left out come back as zeros.

Method: six short stretches, the loudest of a dozen spread over the file, are transformed as an MP3
or Vorbis encoder does, with frames that begin at every sample in turn. Where they begin as those of
the codec did, more coefficients from 2 to 16 kHz are no larger than rounding makes them than
anywhere else. How far that beginning stands out of all others, measured by how far these differ
among themselves, is averaged over the stretches, of which two at least must agree on where frames
begin.

Source: the codecs' own transforms, see mixcheck.dsp.lapped; thresholds from files made for the
purpose, see docs/detection.md.

Limits: frames are seen as long as no sample was moved: after a change of rate or speed they are
not, nor after noise or other sound was added. At high bit rates few coefficients are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.dsp.lapped import VORBIS_FRAMES, Wave, mp3_lines, vorbis_lines
from mixcheck.units import db_to_power
from mixcheck.views import Block

STRETCHES = 6
HEARD_DBFS = -50.0
BAND_HZ = (2_000.0, 16_000.0)
LEFT_OUT = 0.9 / 2**15  # three standard deviations of 16-bit rounding
BESIDE = 3  # samples off, a frame is still partly seen
LEAST_SPREAD = 0.003  # of the lines, between beginnings
LEAST_OVER = 1.0  # times the spread; of what was never lossy it is 0.1, and 0.44 at most
LEAST_AGREE = 2  # stretches, on where frames begin
ENOUGH = 3  # stretches, after which to give up where they show next to nothing
HOPELESS_OVER = 0.25


class Codec(NamedTuple):
    """A codec by its transform, and by how many samples its frames are apart."""

    name: str
    lines: Callable[[Wave], Wave]
    grid: int


CODECS = (
    Codec("MP3", mp3_lines, 576),
    Codec("Vorbis", vorbis_lines, 64),  # short blocks shift the long ones
)


class Frames(NamedTuple):
    """Frames of a codec, and how far they stand out."""

    codec: str
    over: float


class CodecFrames:
    """Keeps a few stretches, then looks for frames in them."""

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._every = 1
        self._kept: list[tuple[int, Samples]] = []

    def update(self, block: Block) -> None:
        """Take the next block: of every so many seconds the beginning is kept."""
        for start in range(0, block.frames - VORBIS_FRAMES + 1, self._rate):
            second = (block.start_frame + start) // self._rate
            stretch = block.samples[:2, start : start + VORBIS_FRAMES]
            if second % self._every or np.square(stretch).mean() < db_to_power(HEARD_DBFS):
                continue
            self._kept.append((second, stretch.copy()))
            if len(self._kept) > 2 * STRETCHES:
                self._every *= 2
                self._kept = [one for one in self._kept if one[0] % self._every == 0]

    def find(self) -> Frames | None:
        """The frames of a codec, if they are seen."""
        # In the loudest the fewest coefficients are drowned by rounding.
        loudest = sorted(self._kept, key=lambda one: -float(np.square(one[1]).sum()))
        stretches = [
            (second * self._rate, _middle_and_side(one)) for second, one in loudest[:STRETCHES]
        ]
        for codec in CODECS:
            over: list[float] = []
            begin: list[int] = []
            for start, waves in stretches:
                stands_out, best = self._stands_out(codec.lines, waves)
                over.append(stands_out)
                begin.append((start + best) % codec.grid)
                if len(over) == ENOUGH and np.mean(over) < HOPELESS_OVER:
                    break
            agree = max(map(begin.count, begin), default=0)
            if agree >= LEAST_AGREE and np.mean(over) >= LEAST_OVER:
                return Frames(codec.name, float(np.mean(over)))
        return None

    def _stands_out(self, lines: Callable[[Wave], Wave], waves: Wave) -> tuple[float, int]:
        """How far one beginning stands out of all the others, and which."""
        zeros: NDArray[np.float64] | float = 0.0
        for wave in waves:
            found = lines(wave)
            low, high = (int(2 * hz / self._rate * found.shape[1]) for hz in BAND_HZ)
            zeros = zeros + (np.abs(found[:, low:high]) < LEFT_OUT).mean(1) / len(waves)
        zeros = np.asarray(zeros)
        best, count = int(zeros.argmax()), len(zeros)
        away = np.abs((np.arange(count) - best + count // 2) % count - count // 2)
        others = zeros[away > BESIDE]
        spread = max(float(others.max() - np.median(others)), LEAST_SPREAD)
        return float(zeros[best] - others.max()) / spread, best


def _middle_and_side(stretch: Samples) -> Wave:
    """Sum and difference, of the power of either channel; codecs may store these."""
    wave = stretch.astype(np.float64)
    if len(wave) == 1:
        return wave
    return np.stack([wave[0] + wave[1], wave[0] - wave[1]]) / np.float64(2**0.5)
