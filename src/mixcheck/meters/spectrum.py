"""Long-term spectrum: third octaves, tilt, centroid, bandwidth.

Conventions: levels are RMS over all channels, as in the level meter; the bands' powers
add up to the power of the file, less what lies under 18 Hz and over 22 kHz.

Method: the bands under about 390 Hz come from a low-rate copy with 0.7 Hz resolution, the others
from frames of 85 ms; a bin that an edge cuts is shared in proportion.

Source: IEC 61260-1:2014 (base-ten third octaves); tilt is a straight line through the band levels
from 100 Hz to 10 kHz, pink noise being level; centroid and bandwidth weigh by power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.dsp.decimation import Decimator
from mixcheck.meters.base import Reading, unmeasured
from mixcheck.units import power_to_db, quantity
from mixcheck.views import Block

OCTAVE_RATIO = 10.0**0.3  # IEC 61260-1 clause 5.2
BAND_NUMBERS = range(-17, 14)  # 20 Hz to 20 kHz
TILT_BAND_HZ = (95.0, 10_500.0)
LEAST_TILT_BANDS = 6


@dataclass(frozen=True, kw_only=True)
class SpectrumReading(Reading):
    """Long-term average spectrum."""

    band_level_db: tuple[float | None, ...] = quantity(
        "dB",
        "Third-octave levels",
        source="IEC 61260-1:2014",
        about="RMS level of each third octave, re full scale.",
    )
    band_centre_hz: tuple[float, ...] = quantity(
        "Hz",
        "Third-octave centres",
        source="IEC 61260-1:2014",
        about="Exact centre frequency of each third octave that the sample rate allows.",
    )
    tilt_db_per_octave: float | None = quantity(
        "dB/oct",
        "Spectral tilt",
        source="mixcheck",
        about="Slope of the third-octave levels from 100 Hz to 10 kHz; pink noise has 0.",
        decimals=2,
    )
    centroid_hz: float | None = quantity(
        "Hz",
        "Spectral centroid",
        source="definition",
        about="Mean frequency, weighted by power.",
        decimals=0,
    )
    bandwidth_hz: float | None = quantity(
        "Hz",
        "Spectral bandwidth",
        source="definition",
        about="Standard deviation of frequency around the centroid, weighted by power.",
        decimals=0,
    )


class SpectrumMeter:
    """Meters the long-term spectrum."""

    name: ClassVar = "spectrum"
    reading: ClassVar = SpectrumReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._decimator = Decimator(audio.sample_rate_hz, 1)
        self._frames = 0
        self._energy: NDArray[np.float64] | float = 0.0
        self._bass_energy: NDArray[np.float64] | float = 0.0

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        self._energy = self._energy + block.spectra.mean(1).sum(0)
        self._bass_energy = self._bass_energy + block.bass_spectrum.mean(0)

    def finish(self) -> SpectrumReading:
        """Spectrum of all blocks together."""
        energy = np.asarray(self._energy) / self._frames
        bass = np.asarray(self._bass_energy) * self._decimator.factor / self._frames
        centres, edges = third_octaves(self._rate)
        powers = np.where(
            edges[:, 1] <= self._decimator.usable_hz,
            band_powers(bass, self._decimator.rate_hz, edges),
            band_powers(energy, self._rate, edges),
        )
        levels = tuple(power_to_db(power) for power in powers.tolist())
        if not energy.any():
            return SpectrumReading(
                band_level_db=levels,
                band_centre_hz=tuple(centres.tolist()),
                reasons=unmeasured(
                    ("band_level_db", "tilt_db_per_octave", "centroid_hz", "bandwidth_hz"),
                    "digital silence has no spectrum",
                ),
            )
        frequency = np.arange(len(energy)) * (self._rate / 2 / (len(energy) - 1))
        share = energy / energy.sum()
        centroid = float(np.vdot(frequency, share))
        tilt = _tilt(centres, levels)
        reasons = {} if None not in levels else {"band_level_db": "a band holds no energy"}
        if tilt is None:
            reasons["tilt_db_per_octave"] = "too few bands with energy from 100 Hz to 10 kHz"
        return SpectrumReading(
            band_level_db=levels,
            band_centre_hz=tuple(centres.tolist()),
            tilt_db_per_octave=tilt,
            centroid_hz=centroid,
            bandwidth_hz=float(np.sqrt(np.vdot((frequency - centroid) ** 2, share))),
            reasons=reasons,
        )


def third_octaves(sample_rate_hz: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres, shape (bands,), and edges, shape (bands, 2), of the bands under half the rate."""
    centres = 1000.0 * OCTAVE_RATIO ** (np.array(BAND_NUMBERS) / 3.0)
    edges = centres[:, None] * OCTAVE_RATIO ** np.array([-1.0 / 6.0, 1.0 / 6.0])
    fits = edges[:, 1] <= sample_rate_hz / 2
    return centres[fits], edges[fits]


def band_powers(
    spectrum: NDArray[np.float64], rate_hz: float, edges_hz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Power between each pair of edges, a bin spreading evenly over its width."""
    step_hz = rate_hz / 2 / (len(spectrum) - 1)
    bin_edges = (np.arange(len(spectrum) + 1) - 0.5) * step_hz
    below = np.concatenate([[0.0], np.cumsum(spectrum)])
    return np.asarray(np.diff(np.interp(edges_hz, bin_edges, below), axis=1)[:, 0].clip(0.0))


def _tilt(centres: NDArray[np.float64], levels: tuple[float | None, ...]) -> float | None:
    low, high = TILT_BAND_HZ
    points = [
        (np.log2(centre), level)
        for centre, level in zip(centres, levels, strict=True)
        if low <= centre <= high and level is not None
    ]
    if len(points) < LEAST_TILT_BANDS:
        return None
    octaves, decibels = np.array(points).T
    octaves -= octaves.mean()
    return float(np.vdot(octaves, decibels) / np.vdot(octaves, octaves))
