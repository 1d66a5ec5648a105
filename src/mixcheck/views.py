"""What several meters need of a block, computed once.

The engine hands every block to :class:`Views`, which runs the stateful stages in order and
gives all meters the same :class:`Block`. Blocks are a whole number of seconds long, except the
last, so every second divides into the same segments of 10 ms (or as near as whole frames allow),
and the last segment of a file may be cut short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, SampleBlock, Samples
from mixcheck.dsp.decimation import Decimator
from mixcheck.dsp.interpolation import TruePeakFinder, TruePeaks
from mixcheck.dsp.k_weighting import k_weighting
from mixcheck.dsp.runs import RunFinder, Runs
from mixcheck.dsp.spectrum import PowerSpectrum, frame_size

SEGMENTS_PER_S = 100
SPECTRUM_S = 0.085  # 4096 points at 44.1 and 48 kHz
BASS_SPECTRUM_S = 1.4  # resolves the third octave at 20 Hz
LONG_SAMPLES = 1 << 21  # over all channels: 20 s of stereo at 48 kHz


@dataclass(frozen=True, slots=True)
class Segments:
    """Sums over the 10 ms segments of a block.

    Parameters
    ----------
    frames : ndarray of int, shape (segments,)
        Frames in each segment.
    energy : ndarray, shape (channels, segments)
        Sum of squares.
    total : ndarray, shape (channels, segments)
        Sum of samples.
    k_energy : ndarray, shape (channels, segments)
        Sum of squares after K-weighting.
    cross : ndarray, shape (segments,), or None
        Sum of left times right; ``None`` for other than two channels.
    """

    frames: NDArray[np.int64]
    energy: NDArray[np.float64]
    total: NDArray[np.float64]
    k_energy: NDArray[np.float64]
    cross: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfBlock(SampleBlock):
    """A block with the first half of its views.

    Parameters
    ----------
    last : bool
        Whether no other follows.
    lowest, highest : ndarray, shape (channels,)
        Extreme samples.
    runs : Runs
        Runs of equal samples that end in this block.
    bass : ndarray, shape (channels, low-rate frames)
        The low-rate copy of the bottom of the band.
    spectra : ndarray, shape (seconds, channels, bins), or None
        Energy of the frames that each second of this block completes; ``None`` where that is left
        for the second half.
    bass_spectrum : ndarray, shape (channels, bins)
        Energy of the low-rate frames that this block completes.
    """

    last: bool
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    runs: Runs
    bass: NDArray[np.floating]
    spectra: NDArray[np.float64] | None
    bass_spectrum: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(HalfBlock):
    """A few seconds of a recording, with all shared views.

    Parameters
    ----------
    segments : Segments
        Sums over segments of 10 ms.
    true_peaks : TruePeaks
        Peaks between the samples.
    """

    spectra: NDArray[np.float64]
    segments: Segments
    true_peaks: TruePeaks

    @property
    def sample_peak(self) -> NDArray[np.float64]:
        """Largest magnitude of each channel."""
        return np.maximum(self.highest, -self.lowest)


class Views:
    """Runs the shared stages over the blocks of one recording, in two halves of like cost.

    The halves share nothing, so that the engine can run them side by side. Decoding goes with the
    first: where it is dear, the spectra move to the second.
    """

    def __init__(self, audio: AudioFormat) -> None:
        rate, channels = audio.sample_rate_hz, audio.channels
        self._rate = rate
        self.makes_spectra_first = not audio.is_compressed
        self._k_weighting = k_weighting(rate, channels)
        self._true_peaks = TruePeakFinder(rate, channels)
        self._runs = RunFinder(channels)
        self._decimator = Decimator(rate, channels)
        self._spectrum = PowerSpectrum(frame_size(rate, SPECTRUM_S), channels)
        bass_rate = round(self._decimator.rate_hz)
        self._bass_spectrum = PowerSpectrum(frame_size(bass_rate, BASS_SPECTRUM_S), channels)

    def begin(self, blocks: Iterable[SampleBlock]) -> Iterator[HalfBlock]:
        """First half of the views; the last block completes what was held back."""
        for block, last in _marked_last(blocks):
            samples = block.samples
            samples.setflags(write=False)
            bass = self._decimator.decimate(samples)
            yield HalfBlock(
                **_fields(block),
                last=last,
                lowest=samples.min(1).astype(np.float64),
                highest=samples.max(1).astype(np.float64),
                runs=self._runs.find(samples, last=last),
                bass=bass,
                spectra=self._spectra(samples, last=last) if self.makes_spectra_first else None,
                bass_spectrum=self._bass_spectrum.add(bass, last=last)[0],
            )

    def complete(self, halves: Iterable[HalfBlock]) -> Iterator[Block]:
        """Second half, on top of the first."""
        for half in halves:
            begun = _fields(half)
            if half.spectra is None:
                begun["spectra"] = self._spectra(half.samples, last=half.last)
            yield Block(
                **begun,
                segments=self._segments(half.samples),
                true_peaks=self._true_peaks.find(half.samples, last=half.last),
            )

    def _spectra(self, samples: Samples, *, last: bool) -> NDArray[np.float64]:
        seconds = range(self._rate, samples.shape[1], self._rate)
        return self._spectrum.add(samples, last=last, ends=seconds)

    def _segments(self, samples: Samples) -> Segments:
        bounds = segment_bounds(self._rate, samples.shape[1])
        weighted = self._k_weighting.apply(samples)
        is_stereo = len(samples) == 2
        return Segments(
            frames=np.diff(bounds),
            energy=_sums_of_products(samples, samples, bounds),
            total=_sums_of_products(samples, np.ones_like(samples), bounds),
            k_energy=_sums_of_products(weighted, weighted, bounds),
            cross=_sums_of_products(samples[:1], samples[1:], bounds)[0] if is_stereo else None,
        )


def _fields(block: SampleBlock) -> dict[str, Any]:
    return {field.name: getattr(block, field.name) for field in fields(block)}


def is_long(audio: AudioFormat) -> bool:
    """Whether a recording has so many samples that a slow start pays."""
    return audio.frames * audio.channels >= LONG_SAMPLES


def block_bytes(audio: AudioFormat) -> int:
    """Most memory that the arrays of a :class:`HalfBlock` can take."""
    samples = audio.channels * audio.block_frames
    return 2 * samples * np.dtype(np.float64).itemsize  # the spectra have fewer points


def _marked_last(blocks: Iterable[SampleBlock]) -> Iterator[tuple[SampleBlock, bool]]:
    waiting: SampleBlock | None = None
    for block in blocks:
        if waiting is not None:
            yield waiting, False
        waiting = block
    if waiting is not None:
        yield waiting, True


@lru_cache(16)
def segment_bounds(sample_rate_hz: int, frames: int) -> NDArray[np.int64]:
    """First frame of each 10 ms segment of a block, and the block's end."""
    count = -(-frames * SEGMENTS_PER_S // sample_rate_hz)
    bounds = (np.arange(count + 1) * sample_rate_hz + SEGMENTS_PER_S // 2) // SEGMENTS_PER_S
    bounds = np.append(bounds[bounds < frames], frames)
    bounds.setflags(write=False)
    return bounds


def _sums_of_products(
    left: Samples, right: Samples, bounds: NDArray[np.int64]
) -> NDArray[np.float64]:
    size, rest = divmod(int(bounds[-1]), len(bounds) - 1)
    if not rest and (np.diff(bounds) == size).all():
        # Dot products of equal segments cost a fifth of multiplying and then adding.
        shape = (len(left), len(bounds) - 1, size)
        sums = np.vecdot(left.reshape(shape), right.reshape(shape))
        return np.asarray(sums, np.float64)
    return np.asarray(np.add.reduceat(left * right, bounds[:-1], axis=1, dtype=np.float64))
