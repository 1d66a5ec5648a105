"""Test signals of the standards, from their definitions: float64, full scale 1.0.

Source: EBU Tech 3341 v4 table 1; EBU Tech 3342 v4 table 1; ITU-R BS.1770-5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixcheck.units import db_to_ratio

Signal = NDArray[np.float64]

FADE_S = 0.010
_LOW_PASS_TAPS = 801
_LOW_PASS_BETA = 9.0
_LOW_PASS_SHARE = 0.95  # of half the final rate


def sine(
    frequency_hz: float,
    seconds: float,
    rate: int,
    *,
    amplitude: float = 1.0,
    phase_deg: float = 0.0,
) -> Signal:
    """A steady sine, shape ``(frames,)``."""
    turns = frequency_hz * np.arange(round(seconds * rate)) / rate + phase_deg / 360.0
    return np.asarray(amplitude * np.sin(2.0 * np.pi * turns))


def faded(samples: Signal, seconds: float, rate: int) -> Signal:
    """The same with raised-cosine fades at both ends."""
    frames = min(round(seconds * rate), samples.shape[-1] // 2)
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / frames)
    gain = np.ones(samples.shape[-1])
    gain[:frames], gain[samples.shape[-1] - frames :] = ramp, ramp[::-1]
    return samples * gain


def steps(parts: Iterable[Sequence[float]], frequency_hz: float, rate: int) -> Signal:
    """One sine through parts of ``(seconds, peak level in dBFS)``; ``-inf`` is silence."""
    gains = [np.full(round(seconds * rate), db_to_ratio(level)) for seconds, level in parts]
    gain = np.concatenate(gains)
    return np.asarray(gain * sine(frequency_hz, len(gain) / rate, rate))


def fraction_of_rate(
    fraction: str, amplitude: float, phase_deg: float, seconds: float, rate: int
) -> Signal:
    """Tech 3341 cases 15 to 19: a sine at a fraction of the rate, faded over 10 ms."""
    turns = float(Fraction(fraction))
    tone = sine(turns, round(seconds * rate), 1, amplitude=amplitude, phase_deg=phase_deg)
    return faded(tone, FADE_S, rate)


def inserted_period(offset: int, seconds: float, rate: int) -> Signal:
    """Tech 3341 cases 20 to 23: one period of fs/4 at 1.0 within fs/6 at 0.5.

    Made at four times the rate, low-passed, and decimated from ``offset`` on.
    """
    return _low_passed_insertion(seconds, rate)[offset::4]


@cache
def _low_passed_insertion(seconds: float, rate: int) -> Signal:
    periods = round(seconds * rate / 12)  # on each side
    around = 0.5 * np.sin(2.0 * np.pi * np.arange(24 * periods) / 24)
    inserted = np.sin(2.0 * np.pi * np.arange(16) / 16)
    fine = faded(np.concatenate([around, inserted, around]), FADE_S, 4 * rate)
    place = np.arange(_LOW_PASS_TAPS) - _LOW_PASS_TAPS // 2
    low_pass = np.sinc(_LOW_PASS_SHARE * place / 4) * np.kaiser(_LOW_PASS_TAPS, _LOW_PASS_BETA)
    return np.asarray(np.convolve(fine, low_pass / low_pass.sum(), "same"))


def swelling_noise(seconds: float, rate: int) -> Signal:
    """White noise in stereo that swells and fades between -50 and -10 dBFS, the same each time."""
    random = np.random.Generator(np.random.PCG64(1))
    frames = round(seconds * rate)
    level_db = -30.0 + 20.0 * np.sin(2.0 * np.pi * np.arange(frames) / (5.0 * rate))
    return np.asarray(random.standard_normal((2, frames)) * 10.0 ** (level_db / 20.0))


def _steps_of_part(recipe: Mapping[str, Any], part: int) -> list[tuple[float, float]]:
    lead_s = part * recipe.get("lead_s", 0.0)
    rise_db = part * recipe.get("rise_db", 0.0)
    levels = [(seconds, level_db + rise_db) for seconds, level_db in recipe["steps"]]
    levels *= recipe.get("repeat", 1)
    rest_s = recipe.get("each_s", 0.0) - lead_s - sum(seconds for seconds, _ in levels)
    return [(lead_s, -np.inf), *levels, (max(0.0, rest_s), -np.inf)]


def synthesise(recipe: Mapping[str, Any], rate: int, part: int = 0) -> Signal:
    """The signal that a row of a table describes, shape ``(channels, frames)``.

    Parameters
    ----------
    recipe : mapping
        ``kind`` names the generator. ``levels`` gives the level in dB at which each channel,
        in order, carries its tone; two channels at 0 dB without it.
    rate : int
        Sample rate in Hz.
    part : int
        Which of the signals of the row: ``lead_s`` seconds of silence more before, and ``rise_db``
        of level, for each. With ``in_turn``, so many of them follow one another, ``each_s`` apart.
    """
    if recipe["kind"] == "steps":
        numbers = range(recipe["in_turn"]) if "in_turn" in recipe else [part]
        parts = [step for number in numbers for step in _steps_of_part(recipe, number)]
        tone = steps(parts, recipe.get("hz", 1000.0), rate)
    elif recipe["kind"] == "fraction_of_rate":
        tone = fraction_of_rate(
            recipe["fraction"], recipe["amplitude"], recipe["phase_deg"], recipe["seconds"], rate
        )
    elif recipe["kind"] == "swelling_noise":
        return swelling_noise(recipe["seconds"], rate)
    else:
        tone = inserted_period(recipe["offset"], recipe["seconds"], rate)
    gains = [db_to_ratio(offset_db) for offset_db in recipe.get("levels", [0.0, 0.0])]
    return np.outer(gains, tone)
