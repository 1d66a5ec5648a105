"""One pass over all stems, and the mix, at once: levels, tops, spectra, likeness, the residual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.lockstep import Step
from mixcheck.audio import AudioFormat, Samples
from mixcheck.bands import BandSpectra
from mixcheck.dsp.runs import RunFinder
from mixcheck.meters.clipping import ClippingMeter
from mixcheck.meters.spectrum import third_octaves

FULL_GRAM_STEMS = 32  # of more stems, products are taken of fewer seconds
TENTHS = 10
NEAR_PEAK = 0.98
NEAR_FULL_SCALE = 0.98
FULL_SCALE = 1.0 - 2.0**-14
SAME_TOP = 0.998


def tenth_frames(sample_rate_hz: int) -> int:
    """Frames of the segments that levels are kept for: a tenth of a second, or a whole one."""
    return sample_rate_hz // TENTHS if sample_rate_hz % TENTHS == 0 else sample_rate_hz


def tenths(samples: Samples, frames: int) -> NDArray[np.float64]:
    """Sum of squares over all channels in each segment of a block."""
    whole = samples.shape[1] // frames
    cut = samples[:, : whole * frames].reshape(len(samples), whole, frames)
    sums = np.vecdot(cut, cut).sum(0).astype(np.float64)
    rest = samples[:, whole * frames :]
    return np.append(sums, np.vdot(rest, rest)) if rest.size else sums


@dataclass(frozen=True, slots=True)
class StemLook:
    """What is kept of one second of a stem: energy of its tenths, and of its third octaves."""

    energy: NDArray[np.float64]
    bands: NDArray[np.float64]
    k_energy: float


@dataclass(frozen=True, slots=True)
class StemReading:
    """What is known of one stem's samples.

    Parameters
    ----------
    peak : float
        Its highest sample.
    second_peaks : tuple of float
        The highest sample of each second.
    clip_runs : int
        Flat tops.
    clip_level_dbfs : float
        Where they are cut.
    clip_severity : str
        What a check of the stem alone makes of them: ``"warning"`` for few and short ones, else
        ``"error"``.
    non_finite : int
        Samples that were no numbers.
    """

    peak: float
    second_peaks: tuple[float, ...]
    clip_runs: int
    clip_level_dbfs: float
    clip_severity: str
    non_finite: int

    def with_later(self, later: StemReading) -> StemReading:
        """The reading of both parts of a stem: flat tops count at the highest level of both."""
        peak = max(self.peak, later.peak)
        lowest = 20.0 * np.log10(max(min(peak, FULL_SCALE) * SAME_TOP, 1e-9))
        cut = [one for one in (self, later) if one.clip_level_dbfs >= lowest]
        return StemReading(
            peak,
            self.second_peaks + later.second_peaks,
            sum(one.clip_runs for one in cut),
            max((one.clip_level_dbfs for one in cut), default=-np.inf),
            next((one.clip_severity for one in cut if one.clip_severity == "error"), "warning"),
            self.non_finite + later.non_finite,
        )


class StemWatch:
    """Looks at one stem's blocks as they are decoded."""

    def __init__(self, audio: AudioFormat, sample_rate_hz: int, channels: int) -> None:
        self._tenth = tenth_frames(sample_rate_hz)
        self._channels = channels
        self._clipping = ClippingMeter(replace(audio, channels=channels))
        self._spectra = BandSpectra(sample_rate_hz)
        self.peak = 0.0
        self.second_peaks: list[float] = []

    def __call__(self, samples: Samples) -> StemLook:
        """Take the next block."""
        lowest, highest = samples.min(1), samples.max(1)
        peak = float(max(highest.max(), -lowest.min()))
        self.second_peaks.append(peak)
        self.peak = max(self.peak, peak)
        if peak >= NEAR_PEAK * self.peak:  # flat tops are as high as anything so far
            runs = RunFinder(self._channels).find(samples, last=True)
            self._clipping.add(samples, lowest, highest, runs)
        bands, k_energy = self._spectra.of(samples)
        return StemLook(tenths(samples, self._tenth), bands, k_energy)

    def reading(self, non_finite: int) -> StemReading:
        """What was seen of the stem, and how many of its samples were no numbers."""
        clipping = self._clipping.finish()
        level = clipping.clip_level_dbfs
        severities = {found.severity for found in clipping.findings}
        return StemReading(
            self.peak,
            tuple(self.second_peaks),
            clipping.clip_runs or 0,
            -np.inf if level is None else level,
            "error" if "error" in severities else "warning",
            non_finite,
        )


@dataclass
class Survey:
    """Sums over the whole of a set.

    Parameters
    ----------
    stems : int
        Stems; where there is a mix, it is one recording more, the last.
    with_mix : bool
    sample_rate_hz : int
    first_second : int
        Where on the timeline it begins.
    """

    stems: int
    with_mix: bool
    sample_rate_hz: int
    first_second: int = 0
    frames: int = 0
    gram: NDArray[np.float64] = field(init=False)
    overlap: NDArray[np.float64] = field(init=False)
    worst_overlap: NDArray[np.float64] = field(init=False)
    worst_second: NDArray[np.int64] = field(init=False)
    bands: NDArray[np.float64] = field(init=False)
    k_energy: NDArray[np.float64] = field(init=False)
    residual_bands: NDArray[np.float64] | float = 0.0
    residual_peak: float = 0.0
    sum_peak: float = 0.0
    over_energy: float = 0.0

    def __post_init__(self) -> None:
        count = self.stems + self.with_mix
        self.centres, _ = third_octaves(self.sample_rate_hz)
        bands = len(self.centres)
        self.gram = np.zeros((count, count))
        self.overlap = np.zeros((self.stems, self.stems, bands))
        self.worst_overlap = np.zeros((self.stems, self.stems))
        self.worst_second = np.zeros((self.stems, self.stems), np.int64)
        self.bands = np.zeros((count, bands))
        self.k_energy = np.zeros(count)
        self._spectra = BandSpectra(self.sample_rate_hz)
        self._tenth = tenth_frames(self.sample_rate_hz)
        self._energy: list[NDArray[np.float32]] = []
        self._residual_energy: list[NDArray[np.float64]] = []
        self._gram_every = max(1, count // FULL_GRAM_STEMS)
        self._second = self.first_second

    def update(self, step: Step[StemLook]) -> Samples:
        """Take one second of all recordings; gives the sum of the stems."""
        samples = step.samples
        count, channels, frames = samples.shape
        total = np.add.reduce(samples[: self.stems], axis=0)
        self.sum_peak = max(self.sum_peak, float(np.abs(total).max(initial=0.0)))
        if self._second % self._gram_every == 0:
            flat = samples.reshape(count, channels * frames)
            self.gram += (flat @ flat.T).astype(np.float64)
        self._add_looks(step.seen, -(-frames // self._tenth))
        if self.with_mix:
            self._add_residual(samples[-1], total)
        self.frames += frames
        self._second += 1
        return np.asarray(total)

    def extend(self, later: Survey) -> None:
        """Add the survey of what follows on the timeline."""
        self.gram += later.gram
        self.overlap += later.overlap
        more = later.worst_overlap > self.worst_overlap
        self.worst_overlap[more] = later.worst_overlap[more]
        self.worst_second[more] = later.worst_second[more]
        self.bands += later.bands
        self.k_energy += later.k_energy
        self.residual_bands = self.residual_bands + later.residual_bands
        self.residual_peak = max(self.residual_peak, later.residual_peak)
        self.sum_peak = max(self.sum_peak, later.sum_peak)
        self.over_energy += later.over_energy
        self.frames += later.frames
        self._energy += later._energy
        self._residual_energy += later._residual_energy

    def _add_looks(self, looks: Sequence[StemLook | None], segments: int) -> None:
        energy = np.zeros((len(looks), segments), np.float32)
        bands = np.zeros_like(self.bands)
        for index, look in enumerate(looks):
            if look is not None:
                part = look.energy[:segments]
                energy[index, : len(part)] = part
                bands[index] = look.bands
                self.k_energy[index] += look.k_energy
        self._energy.append(energy)
        self.bands += bands
        self._add_overlap(bands[: self.stems])

    def _add_overlap(self, bands: NDArray[np.float64]) -> None:
        """Where two stems are as loud as each other in a band, each covers the other."""
        if self._second % self._gram_every:
            return
        for index in np.flatnonzero(bands.any(1)):
            covered = np.minimum(bands[index], bands[index + 1 :])
            self.overlap[index, index + 1 :] += covered
            now = covered.sum(1)
            more = now > self.worst_overlap[index, index + 1 :]
            self.worst_overlap[index, index + 1 :][more] = now[more]
            self.worst_second[index, index + 1 :][more] = self._second

    def _add_residual(self, mix: Samples, total: Samples) -> None:
        residual = mix - total
        self._residual_energy.append(tenths(residual, self._tenth))
        peak = float(np.abs(residual).max(initial=0.0))
        self.residual_peak = max(self.residual_peak, peak)
        self.residual_bands = self.residual_bands + self._spectra.of(residual)[0]
        if peak and np.abs(total).max() > NEAR_FULL_SCALE:
            over = residual[np.abs(total) > NEAR_FULL_SCALE]
            self.over_energy += float(np.vdot(over, over))

    @property
    def energy(self) -> NDArray[np.float32]:
        """Sum of squares, shape (recordings, segments)."""
        return np.concatenate(self._energy, axis=1)

    @property
    def residual_energy(self) -> NDArray[np.float64]:
        """Sum of squares of the residual, shape (segments,)."""
        return np.concatenate(self._residual_energy)

    @property
    def segment_s(self) -> float:
        """Length of a segment."""
        return self._tenth / self.sample_rate_hz

    def correlation(self) -> NDArray[np.float64]:
        """Correlation of all samples of each pair, shape (recordings, recordings)."""
        scale = np.sqrt(np.maximum(np.diag(self.gram), 1e-30))
        return np.asarray(self.gram / np.outer(scale, scale))
