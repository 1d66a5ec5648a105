"""Noise floor: what is left when the programme pauses; digital black apart.

Conventions: levels are RMS over all channels, a full-scale sine being -3.01 dBFS; a constant
offset is no noise and is taken out.

Method: The noise floor is the level of the quietest half second (every 10 ms looked at) that holds
no digital black. Digital black is counted in whole segments of 10 ms. The A-weighted floor is that
of the same half second. Room tone is what lies before and after the programme, which begins where
the level first rises 10 dB over the floor. Hum is looked for in the quietest stretches of 0.75
seconds: see mixcheck.meters.hum.

Source: Audacity ACX Check 1.0 (quietest 500 ms); IEC 61672-1:2013 (A-weighting).

Where the file has half a second of digital black and nothing else is 6 dB under the programme, no
floor is given: the pauses were gated.

Limits: in music without a pause the quietest half second is music.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.meters.base import Finding, Reading, finding, unmeasured
from mixcheck.meters.hum import HumFinder
from mixcheck.units import db_to_power, power_to_db, quantities, quantity
from mixcheck.views import SEGMENTS_PER_S, Block

WINDOW = SEGMENTS_PER_S // 2
PROGRAMME_OVER_FLOOR_DB = 10.0

GATED_S = 0.5  # of digital black in all
LEAST_SNR_DB = 6.0

HIGH_FLOOR_DBFS = -55.0
PAUSE_DEPTH_DB = 15.0  # programme over floor: less, and there was no pause
STEADY_DB = 6.0  # between the fifths of the floor, 0.1 s each
LEAST_NOISE_SHARE = 0.25  # of the floor's power, over the band where only rumble and tones are
LEAST_FLATNESS = 0.35  # of the floor's spectrum: music is far more tonal than noise
FLATNESS_BAND_HZ = (200.0, 6000.0)

_A_POLES_HZ = (20.598997, 107.652649, 737.862231, 12194.21715)  # IEC 61672-1:2013 annex E


@dataclass(frozen=True, kw_only=True)
class NoiseReading(Reading):
    """Noise of the quietest passage."""

    noise_floor_dbfs: float | None = quantity(
        "dBFS",
        "Noise floor",
        source="ACX Check 1.0 (quietest 500 ms)",
        about="RMS level of the quietest half second, digital black left out.",
    )
    noise_floor_dba: float | None = quantity(
        "dBFS(A)",
        "Noise floor, A-weighted",
        source="IEC 61672-1:2013",
        about="A-weighted level of the same half second.",
    )
    snr_db: float | None = quantity(
        "dB",
        "Signal over noise floor",
        source="definition",
        about="RMS level of the whole file less the noise floor.",
    )
    digital_silence_s: float | None = quantity(
        "s",
        "Digital silence",
        source="definition",
        about="Time in which every sample of every channel is exactly zero.",
        decimals=2,
    )
    hum_hz: float | None = quantity(
        "Hz",
        "Hum frequency",
        source="after Brandt and Bitzer, JAES 62(9), 2014",
        about="Mains frequency whose harmonics stand steadily in the pauses.",
        decimals=2,
        heuristic=True,
    )
    hum_dbfs: float | None = quantity(
        "dBFS",
        "Hum level",
        source="after Brandt and Bitzer, JAES 62(9), 2014",
        about="RMS level of the hum, all its harmonics together.",
        heuristic=True,
    )
    head_room_tone_s: float | None = quantity(
        "s",
        "Room tone at the head",
        source="mixcheck",
        about="Time until the level first rises 10 dB over the noise floor.",
        decimals=2,
        heuristic=True,
    )
    tail_room_tone_s: float | None = quantity(
        "s",
        "Room tone at the tail",
        source="mixcheck",
        about="Time after the level was last 10 dB over the noise floor.",
        decimals=2,
        heuristic=True,
    )


class NoiseMeter:
    """Meters the quietest passages."""

    name: ClassVar = "noise"
    reading: ClassVar = NoiseReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._frames = 0
        self._energy = np.zeros(audio.channels)
        self._black_frames = 0
        self._quietest = _QuietestWindow(audio)
        self._edges = _Edges()
        self._hum = HumFinder(audio)

    def update(self, block: Block) -> None:
        """Take the next block."""
        segments = block.segments
        self._frames += block.frames
        self._energy += segments.energy.sum(1)
        self._black_frames += int(segments.frames[~segments.energy.any(0)].sum())
        self._quietest.update(block)
        variance = segments.energy - segments.total**2 / segments.frames
        self._edges.update((variance / segments.frames).mean(0))
        self._hum.update(block)

    def finish(self) -> NoiseReading:
        """Noise of the whole file."""
        duration_s = self._frames / self._rate
        silence_s = self._black_frames / self._rate
        floor, samples = self._quietest.power, self._quietest.samples
        hum = self._hum.finish()
        values: dict[str, float | None] = dict.fromkeys(quantities(NoiseReading))
        values["digital_silence_s"] = silence_s
        values["hum_hz"], values["hum_dbfs"] = hum.frequency_hz, hum.level_dbfs
        reasons = dict(hum.reasons)
        findings = list(hum.findings)
        floor_dbfs = power_to_db(floor)
        rms_dbfs = power_to_db(float(self._energy.mean()) / self._frames)
        why_none = self._why_no_floor(floor_dbfs, rms_dbfs)
        if samples is None or floor_dbfs is None or rms_dbfs is None or why_none:
            names = ("noise_floor_dbfs", "noise_floor_dba", "snr_db", "high-noise-floor")
            reasons |= unmeasured(
                (*names, "head_room_tone_s", "tail_room_tone_s"),
                why_none or f"no half second without digital black in {duration_s:.2f} s",
            )
        else:
            values["noise_floor_dbfs"] = floor_dbfs
            values["noise_floor_dba"] = power_to_db(a_weighted_power(samples, self._rate))
            values["snr_db"] = rms_dbfs - floor_dbfs
            head, tail = self._edges.around(floor_dbfs + PROGRAMME_OVER_FLOOR_DB)
            if head is None or tail is None:
                reasons |= unmeasured(
                    ("head_room_tone_s", "tail_room_tone_s"),
                    f"nothing rises {PROGRAMME_OVER_FLOOR_DB:g} dB over the noise floor",
                )
            else:
                values["head_room_tone_s"], values["tail_room_tone_s"] = head, tail
            if is_high_noise(floor_dbfs, rms_dbfs, samples, self._rate):
                findings.append(self._high_floor(floor_dbfs))
        return NoiseReading(**values, reasons=reasons, findings=tuple(findings))

    def _why_no_floor(self, floor_dbfs: float | None, rms_dbfs: float | None) -> str | None:
        """Pauses of digital black leave only programme to be taken for noise."""
        if floor_dbfs is None or rms_dbfs is None:
            return None
        is_gated = self._black_frames >= GATED_S * self._rate
        if is_gated and rms_dbfs - floor_dbfs < LEAST_SNR_DB:
            return "the pauses are digital black, not room tone"
        return None

    def _high_floor(self, floor_dbfs: float) -> Finding:
        start_s = self._quietest.start_frame / self._rate
        return finding(
            "high-noise-floor",
            f"noise at {floor_dbfs:.1f} dBFS in the pauses",
            start_s=start_s,
            end_s=start_s + WINDOW / SEGMENTS_PER_S,
            value=floor_dbfs,
            unit="dBFS",
            confidence=0.8,
        )


def is_high_noise(floor_dbfs: float, rms_dbfs: float, samples: Samples, rate: int) -> bool:
    """Whether the quietest half second is a pause filled with noise, and not quiet music."""
    return (
        floor_dbfs > HIGH_FLOOR_DBFS
        and rms_dbfs - floor_dbfs > PAUSE_DEPTH_DB
        and _unsteadiness_db(samples) < STEADY_DB
        and is_noise(samples, rate)
    )


def _unsteadiness_db(samples: Samples) -> float:
    """How far apart the levels of its fifths are: noise stays, a decay falls, a word ends."""
    fifths = np.array_split(samples, 5, axis=1)
    levels = [10.0 * math.log10(float(fifth.var(1).mean()) + 1e-30) for fifth in fifths]
    return max(levels) - min(levels)


def _spectrum(samples: Samples, rate: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Frequencies, and energy per frequency and frame averaged over channels (Hann)."""
    frames = samples.shape[1]
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(frames) / frames)
    centred = samples - samples.mean(1, keepdims=True)
    energy = np.abs(np.fft.rfft(centred * window, axis=1)) ** 2
    energy[:, 1:] *= 2.0
    frequencies = np.arange(energy.shape[1]) * (rate / frames)
    return frequencies, energy.mean(0) / (frames * np.vdot(window, window))


def a_weighted_power(samples: Samples, sample_rate_hz: int) -> float:
    """A-weighted mean square of a stretch of planar samples."""
    frequency, power = _spectrum(samples, sample_rate_hz)
    f1, f2, f3, f4 = (pole**2 for pole in _A_POLES_HZ)
    square = frequency**2
    weight = f4 * square**2 / ((square + f1) * (square + f4))
    weight /= np.sqrt((square + f2) * (square + f3))
    at_1_khz = 10.0 ** (2.000 / 20.0)  # IEC 61672-1: 0 dB at 1 kHz
    return float(np.vdot(power, (weight * at_1_khz) ** 2))


def is_noise(samples: Samples, sample_rate_hz: int) -> bool:
    """Whether a stretch has its power where noise is heard, and no tones there.

    The flatness is the geometric over the arithmetic mean of the spectrum; noise reads 0.56.
    """
    frequency, power = _spectrum(samples, sample_rate_hz)
    low, high = FLATNESS_BAND_HZ
    if power[frequency >= low].sum() <= LEAST_NOISE_SHARE * power.sum():
        return False  # a tone or rumble under it
    heard = power[(frequency >= low) & (frequency <= min(high, 0.4 * sample_rate_hz))]
    return float(np.exp(np.log(heard + 1e-30).mean()) / heard.mean()) > LEAST_FLATNESS


class _QuietestWindow:
    """Keeps the quietest half second without digital black."""

    def __init__(self, audio: AudioFormat) -> None:
        self.power = np.inf
        self.samples: Samples | None = None
        self.start_frame = 0
        channels = audio.channels
        self._recent_frames = np.zeros(0, np.int64)
        self._recent_energy = np.zeros((channels, 0))
        self._recent_total = np.zeros((channels, 0))
        self._recent_samples: Samples = np.zeros((channels, 0), np.float32)

    def update(self, block: Block) -> None:
        segments = block.segments
        frames = np.concatenate([self._recent_frames, segments.frames])
        energy = np.concatenate([self._recent_energy, segments.energy], axis=1)
        total = np.concatenate([self._recent_total, segments.total], axis=1)
        if len(frames) >= WINDOW:
            self._search(frames, energy, total, block)
        kept = WINDOW - 1
        self._recent_frames, self._recent_energy = frames[-kept:], energy[:, -kept:]
        self._recent_total = total[:, -kept:]
        recent = int(self._recent_frames.sum())
        near = (self._recent_samples, block.samples[:, -recent:])
        self._recent_samples = np.concatenate(near, axis=1)[:, -recent:]

    def _search(
        self,
        frames: NDArray[np.int64],
        energy: NDArray[np.float64],
        total: NDArray[np.float64],
        block: Block,
    ) -> None:
        length = _moving_sum(frames.astype(np.float64))
        variance = _moving_sum(energy) / length - (_moving_sum(total) / length) ** 2
        power = variance.mean(0)
        power[_moving_sum(np.where(energy.any(0), 0.0, 1.0)) > 0.5] = np.inf
        best = int(power.argmin())
        if power[best] >= self.power:
            return
        self.power = max(float(power[best]), 0.0)
        near = np.concatenate([self._recent_samples, block.samples], axis=1)
        start = near.shape[1] - int(frames[best:].sum())
        self.start_frame = block.start_frame + block.frames - near.shape[1] + start
        self.samples = near[:, start : start + int(frames[best : best + WINDOW].sum())].copy()


def _moving_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of ``WINDOW`` neighbours along the last axis."""
    total = np.cumsum(values, axis=-1)
    total[..., WINDOW:] -= total[..., :-WINDOW].copy()
    return total[..., WINDOW - 1 :]


def _first_above(power: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.intp]:
    """Place of the first value that exceeds each level."""
    return np.searchsorted(np.maximum.accumulate(power), levels, "right")


class _Edges:
    """When each level, in steps of a decibel, was first and last exceeded."""

    def __init__(self) -> None:
        self._grid_dbfs = np.arange(-120.0, 1.0)
        self._powers = np.array([db_to_power(level) for level in self._grid_dbfs])
        self._first = np.full(len(self._grid_dbfs), -1)
        self._last = np.full(len(self._grid_dbfs), -1)
        self._segments = 0

    def update(self, power: NDArray[np.float64]) -> None:
        seen = power.max() > self._powers
        first = _first_above(power, self._powers) + self._segments
        last = len(power) - 1 - _first_above(power[::-1], self._powers) + self._segments
        self._first = np.where(seen & (self._first < 0), first, self._first)
        self._last = np.where(seen, last, self._last)
        self._segments += len(power)

    def around(self, level_dbfs: float) -> tuple[float | None, float | None]:
        """Seconds before and after the part of the file that is between crossings."""
        index = int(np.searchsorted(self._grid_dbfs, level_dbfs).clip(0, len(self._grid_dbfs) - 1))
        if self._first[index] < 0:
            return None, None
        return (
            float(self._first[index]) / SEGMENTS_PER_S,
            float(self._segments - 1 - self._last[index]) / SEGMENTS_PER_S,
        )
