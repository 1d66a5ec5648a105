from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.signals import ratio, sine

from mixcheck import measure_array

RATE = 16_000
LEVEL, SHARE = "speech.active_level_dbfs", "speech.activity_share"


def reference(samples: np.ndarray, rate: int) -> tuple[float, float]:
    """P.56 clause 7 as written: a sample at a time, thresholds a factor of two apart."""
    held = math.exp(-1.0 / (0.03 * rate))
    hangover = math.ceil(0.2 * rate)
    thresholds = [2.0**-power for power in range(15, 0, -1)]
    active, hung = [0] * len(thresholds), [hangover] * len(thresholds)
    p = q = energy = 0.0
    for sample in samples.tolist():
        energy += sample * sample
        p = held * p + (1.0 - held) * abs(sample)
        q = held * q + (1.0 - held) * p
        for place, threshold in enumerate(thresholds):
            if q >= threshold:
                active[place] += 1
                hung[place] = 0
            elif hung[place] < hangover:
                active[place] += 1
                hung[place] += 1
    levels = [10 * math.log10(energy / count) if count else -math.inf for count in active]
    over = [level - 20 * math.log10(c) - 15.9 for level, c in zip(levels, thresholds, strict=True)]
    place = next(place for place, one in enumerate(over) if one <= 0.0)
    found = float(
        np.interp(0.0, [over[place], over[place - 1]], [levels[place], levels[place - 1]])
    )
    return found, 10 ** ((10 * math.log10(energy / len(samples)) - found) / 10)


def talk(seed: int, seconds: float = 12.0, floor_dbfs: float = -70.0) -> np.ndarray:
    """Noise that comes and goes like phrases and syllables."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    time = np.arange(n) / RATE
    syllables = np.sqrt(np.maximum(0.0, np.sin(2 * np.pi * 4.0 * time)))
    phrases = np.repeat(rng.random(round(seconds)) < 0.6, RATE)[:n]
    phrases[:RATE] = True
    return ratio(-20.0) * rng.standard_normal(n) * syllables * phrases + ratio(
        floor_dbfs
    ) * rng.standard_normal(n)


@pytest.mark.parametrize("seed", range(4))
def test_as_the_recommendation_has_it(seed: int) -> None:
    samples = talk(seed)
    measured = measure_array(samples[None], RATE)
    level, share = reference(samples, RATE)
    assert measured.value(LEVEL) == pytest.approx(level, abs=0.05)
    assert measured.value(SHARE) == pytest.approx(share, abs=0.01)


def test_a_steady_tone_is_active_throughout() -> None:
    measured = measure_array(ratio(-20.0) * sine(1000.0, 20.0)[None], 48_000)
    assert measured.value(LEVEL) == pytest.approx(-23.01, abs=0.03)
    assert measured.value(SHARE) == pytest.approx(1.0, abs=0.01)


def test_pauses_do_not_count() -> None:
    """A tone for 10 of 40 s: the level is that of the tone, the long-term level 6 dB lower."""
    samples = np.zeros(40 * 48_000)
    samples[15 * 48_000 : 25 * 48_000] = ratio(-20.0) * sine(1000.0, 10.0)
    measured = measure_array(samples[None], 48_000)
    assert measured.value(LEVEL) == pytest.approx(-23.01, abs=0.15)  # 0.2 s of hangover
    assert measured.value(SHARE) == pytest.approx(0.25, abs=0.01)
    assert measured.value("level.rms_dbfs") == pytest.approx(-29.03, abs=0.01)


@given(gain_db=st.floats(-40.0, 10.0), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_gain_moves_the_level_by_the_gain(gain_db: float, seed: int) -> None:
    samples = talk(seed, 4.0, -90.0)
    before, after = (
        measure_array(samples[None] * gain, RATE).value(LEVEL) for gain in (1.0, ratio(gain_db))
    )
    assert after - before == pytest.approx(gain_db, abs=0.002)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 96_000, 44_101])
def test_any_rate(rate: int) -> None:
    samples = ratio(-26.0) * np.random.default_rng(1).standard_normal((1, 5 * rate))
    measured = measure_array(samples, rate)
    assert measured.value(LEVEL) == pytest.approx(-26.0, abs=0.1)


def test_two_equal_channels_read_as_one() -> None:
    samples = talk(5)
    one, two = (measure_array(np.tile(samples, (n, 1)), RATE).value(LEVEL) for n in (1, 2))
    assert two == pytest.approx(one, abs=1e-6)


def test_what_has_no_level_says_why() -> None:
    for samples in (np.zeros((1, 2 * RATE)), 0.1 * np.ones((1, 100))):
        measured = measure_array(samples, RATE)
        assert measured.value(LEVEL) is None
        assert measured.reason(LEVEL)
