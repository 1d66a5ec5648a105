"""Signals that the tests measure, from their definitions: float64, full scale 1.0.

A signal of one channel has shape ``(frames,)``, of several ``(channels, frames)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]
RATE = 48_000


def ratio(level_db: float) -> float:
    return float(10.0 ** (level_db / 20.0))


def level(samples: Signal) -> float:
    """RMS level in dBFS, a full-scale sine being -3.01."""
    return float(10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def sine(
    frequency_hz: float,
    seconds: float,
    rate: int = RATE,
    *,
    amplitude: float = 1.0,
    phase_deg: float = 0.0,
) -> Signal:
    turns = frequency_hz * np.arange(round(seconds * rate)) / rate + phase_deg / 360.0
    return np.asarray(amplitude * np.sin(2.0 * np.pi * turns))


def faded(samples: Signal, seconds: float, rate: int = RATE) -> Signal:
    """With raised-cosine fades at both ends."""
    frames = min(round(seconds * rate), samples.shape[-1] // 2)
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / frames)
    gain = np.ones(samples.shape[-1])
    gain[:frames], gain[samples.shape[-1] - frames :] = ramp, ramp[::-1]
    return samples * gain


def steps(
    parts: Iterable[Sequence[float]], frequency_hz: float = 1000.0, rate: int = RATE
) -> Signal:
    """One sine through parts of ``(seconds, peak level in dBFS)``; ``-inf`` is silence."""
    gains = [np.full(round(seconds * rate), ratio(peak_dbfs)) for seconds, peak_dbfs in parts]
    gain = np.concatenate(gains)
    return np.asarray(gain * sine(frequency_hz, len(gain) / rate, rate))


def noise(seed: int, seconds: float, channels: int = 2, rate: int = RATE) -> Signal:
    """White Gaussian noise of power 1."""
    return np.random.default_rng(seed).standard_normal((channels, round(seconds * rate)))


def pink(
    seed: int,
    seconds: float,
    channels: int = 2,
    rate: int = RATE,
    *,
    band_hz: tuple[float, float] = (30.0, 15_000.0),
) -> Signal:
    """Noise of power 1 whose power density falls as 1/f within a band, and is nil outside."""
    spectrum = np.fft.rfft(noise(seed, seconds, channels, rate))
    frequency = np.fft.rfftfreq(round(seconds * rate), 1.0 / rate)
    inside = (frequency >= band_hz[0]) & (frequency <= band_hz[1])
    shape = np.where(inside, 1.0 / np.sqrt(np.maximum(frequency, 1e-3)), 0.0)
    samples = np.fft.irfft(spectrum * shape, round(seconds * rate))
    return np.asarray(samples / np.sqrt(np.mean(samples**2, axis=1, keepdims=True)))


def programme(seconds: float, rate: int = RATE, *, seed: int = 7, peak: float = 0.5) -> Signal:
    """Something like music: stereo, loud and soft passages, a noisy pause, fades, no clipping."""
    left, right = pink(seed, seconds, 2, rate, band_hz=(40.0, min(15_000.0, 0.45 * rate)))
    time_s = np.arange(len(left)) / rate
    swell = 10.0 ** ((6.0 * np.sin(2.0 * np.pi * time_s / 2.7) - 6.0) / 20.0)
    pause = np.abs(time_s - 0.6 * seconds) < 0.4
    gain = np.where(pause, 0.01, swell)
    mix = np.stack([left, 0.6 * left + 0.6 * right]) * gain
    mix = faded(mix, 0.05, rate)
    return np.asarray(mix * (peak / np.abs(mix).max()))
