"""The lag of a part: tones and loops have many that are nearly as good, and one that is right."""

from __future__ import annotations

import numpy as np
import pytest

from mixcheck.alignment.fit import fit_parts
from mixcheck.alignment.lags import exact_lag, fast_size, shifted

RATE = 16_000
STEP = 2.0**-15
NOISE_POWER = STEP**2


def stored(signal: np.ndarray) -> np.ndarray:
    return np.rint(signal / STEP) * STEP


def tone(hertz: float, seconds: float = 4.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.1 * np.stack([np.sin(2 * np.pi * hertz * time)] * 2)


@pytest.mark.parametrize("late", [7, -99, 643])
def test_a_tone_that_is_late_is_not_taken_for_one_some_periods_off(late: int) -> None:
    parts = [tone(hertz) for hertz in (311.13, 523.25, 739.99)]
    total = stored(np.sum(parts, axis=0))
    parts[1] = shifted(parts[1], late)
    found = fit_parts(total, [stored(part) for part in parts], NOISE_POWER)
    assert found.lags.tolist() == [0, -late, 0]
    np.testing.assert_allclose(found.gains, 1.0, atol=1e-3)


def test_a_low_part_that_is_a_little_late() -> None:
    random = np.random.default_rng(3)
    low = np.cumsum(random.standard_normal((2, 4 * RATE)), axis=1)
    low = 0.2 * (low - low.mean(1, keepdims=True)) / np.abs(low).max() + 0.05  # with an offset
    high = 0.01 * np.diff(random.standard_normal((2, 4 * RATE + 1)), axis=1)
    found = fit_parts(stored(low + high), [stored(shifted(low, 5)), stored(high)], NOISE_POWER)
    assert found.lags.tolist() == [-5, 0]


def test_of_a_loop_that_repeats_the_lag_that_fills_most_of_the_excerpt() -> None:
    loop = 0.1 * np.random.default_rng(4).standard_normal((1, RATE))
    part = np.tile(loop, 4)
    assert exact_lag(part, shifted(part, 400), -400 - RATE, NOISE_POWER) == -400


def test_a_lag_is_kept_where_another_is_no_better() -> None:
    random = np.random.default_rng(5)
    part, foreign = random.standard_normal((2, 1, RATE))
    assert exact_lag(shifted(part, 30) + 10.0 * foreign, part, 30, NOISE_POWER) == 30


@pytest.mark.parametrize("frames", [1, 2, 5, 7, 1000, 1025, 2**17 + 1])
def test_a_fast_size_holds_the_frames_and_is_no_longer_than_a_third_more(frames: int) -> None:
    size = fast_size(frames)
    assert frames <= size <= max(2, 4 * frames // 3 + 1)
    while size % 2 == 0:
        size //= 2
    assert size in (1, 3, 5)
