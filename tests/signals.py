"""Signals that the tests measure, from their definitions: float64, full scale 1.0.

A signal of one channel has shape ``(frames,)``, of several ``(channels, frames)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

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


def fraction_of_rate(
    fraction: str, amplitude: float, phase_deg: float, seconds: float = 1.0, rate: int = RATE
) -> Signal:
    """EBU Tech 3341 cases 15 to 19: a sine at a fraction of the rate, faded over 10 ms."""
    part = Fraction(fraction)
    tone = sine(float(part), round(seconds * rate), 1, amplitude=amplitude, phase_deg=phase_deg)
    return faded(tone, 0.010, rate)


def inserted_period(offset: int, seconds: float = 1.0, rate: int = RATE) -> Signal:
    """EBU Tech 3341 cases 20 to 23: one period of fs/4 at 1.0 within fs/6 at 0.5.

    Made at four times the rate, low-passed and decimated from ``offset`` on.
    """
    periods = round(seconds * rate / 12)  # on each side
    around = 0.5 * np.sin(2.0 * np.pi * np.arange(24 * periods) / 24)
    inserted = np.sin(2.0 * np.pi * np.arange(16) / 16)
    fine = faded(np.concatenate([around, inserted, around]), 0.010, 4 * rate)
    low_pass = signal.firwin(801, 0.95 / 4, window=("kaiser", 9.0))
    return np.asarray(np.convolve(fine, low_pass, "same")[offset::4])


def synthesise(recipe: Mapping[str, Any], rate: int, part: int = 0) -> Signal:
    """The signal that a row of a conformance table describes, shape ``(channels, frames)``.

    Parameters
    ----------
    recipe : mapping
        ``kind`` names the generator. ``levels`` gives the level in dB at which each channel,
        in order, carries its tone; two channels at 0 dB without it.
    rate : int
        Sample rate in Hz.
    part : int
        Which of the signals of the row: ``lead_s`` seconds of silence more for each.
    """
    if recipe["kind"] == "steps":
        lead = [(part * recipe.get("lead_s", 0.0), -np.inf)]
        parts = lead + [tuple(step) for step in recipe["steps"]] * recipe.get("repeat", 1)
        tone = steps(parts, recipe.get("hz", 1000.0), rate)
    elif recipe["kind"] == "fraction_of_rate":
        tone = fraction_of_rate(
            recipe["fraction"], recipe["amplitude"], recipe["phase_deg"], rate=rate
        )
    else:
        tone = inserted_period(recipe["offset"], rate=rate)
    gains = [ratio(offset_db) for offset_db in recipe.get("levels", [0.0, 0.0])]
    return np.outer(gains, tone)
