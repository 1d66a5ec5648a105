"""What several meters need of a block, computed once.

The engine hands every block to :class:`Views`, which runs the stateful stages in order and
gives all meters the same :class:`Block`. Blocks are one second long, except the last, so every
block divides into the same segments of 10 ms (or as near as whole frames allow), and the last
segment of a file may be cut short.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Block:
    """One second of a recording, with all shared views.

    Parameters
    ----------
    start_frame : int
        Place of the first frame in the file.
    samples : ndarray, shape (channels, frames)
        Finite samples, read-only, valid only during the call.
    non_finite : ndarray of int, shape (n, 2)
        Channel and frame within the block of each sample that was not a number.
    segments : Segments
        Sums over segments of 10 ms.
    sample_peak : ndarray, shape (channels,)
        Largest magnitude.
    true_peaks : TruePeaks
        Peaks between the samples.
    runs : Runs
        Runs of equal samples that end in this block.
    bass : ndarray, shape (channels, low-rate frames)
        The low-rate copy of the bottom of the band.
    spectrum, bass_spectrum : ndarray, shape (channels, bins)
        Energy of the frames that this block completes.
    """

    start_frame: int
    samples: Samples
    non_finite: NDArray[np.int64]
    segments: Segments
    sample_peak: NDArray[np.float64]
    true_peaks: TruePeaks
    runs: Runs
    bass: NDArray[np.floating]
    spectrum: NDArray[np.float64]
    bass_spectrum: NDArray[np.float64]

    @property
    def frames(self) -> int:
        """Frames in this block."""
        return self.samples.shape[1]


class Views:
    """Runs the shared stages over the blocks of one recording."""

    def __init__(self, audio: AudioFormat) -> None:
        rate, channels = audio.sample_rate_hz, audio.channels
        self._rate = rate
        self._k_weighting = k_weighting(rate, channels)
        self._true_peaks = TruePeakFinder(rate, channels)
        self._runs = RunFinder(channels)
        self._decimator = Decimator(rate, channels)
        self._spectrum = PowerSpectrum(frame_size(rate, SPECTRUM_S), channels)
        self._bass_spectrum = PowerSpectrum(
            frame_size(round(self._decimator.rate_hz), BASS_SPECTRUM_S), channels
        )

    def block(self, block: SampleBlock, *, last: bool) -> Block:
        """All views of the next block; the last one completes what the stages held back."""
        samples = block.samples
        samples.setflags(write=False)
        bass = self._decimator.decimate(samples)
        return Block(
            start_frame=block.start_frame,
            samples=samples,
            non_finite=block.non_finite,
            segments=self._segments(samples),
            sample_peak=np.maximum(samples.max(1), -samples.min(1)).astype(np.float64),
            true_peaks=self._true_peaks.find(samples, last=last),
            runs=self._runs.find(samples, last=last),
            bass=bass,
            spectrum=self._spectrum.add(samples, last=last),
            bass_spectrum=self._bass_spectrum.add(bass, last=last),
        )

    def _segments(self, samples: Samples) -> Segments:
        bounds = segment_bounds(self._rate, samples.shape[1])
        weighted = self._k_weighting.apply(samples)
        is_stereo = len(samples) == 2
        return Segments(
            frames=np.diff(bounds),
            energy=_sums_of_products(samples, samples, bounds),
            total=np.add.reduceat(samples, bounds[:-1], axis=1, dtype=np.float64),
            k_energy=_sums_of_products(weighted, weighted, bounds),
            cross=_sums_of_products(samples[:1], samples[1:], bounds)[0] if is_stereo else None,
        )


def segment_bounds(sample_rate_hz: int, frames: int) -> NDArray[np.int64]:
    """First frame of each 10 ms segment of a block, and the block's end."""
    count = -(-frames * SEGMENTS_PER_S // sample_rate_hz)
    bounds = (np.arange(count + 1) * sample_rate_hz + SEGMENTS_PER_S // 2) // SEGMENTS_PER_S
    return np.unique(np.minimum(bounds, frames))


def _sums_of_products(
    left: Samples, right: Samples, bounds: NDArray[np.int64]
) -> NDArray[np.float64]:
    return np.asarray(np.add.reduceat(left * right, bounds[:-1], axis=1, dtype=np.float64))
