from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, noise, ratio, sine

from mixcheck import measure_array

METRIC = "bass.correlation"


def correlation(left: np.ndarray, right: np.ndarray, rate: int = RATE) -> object:
    return measure_array(np.stack([left, right]), rate).value(METRIC)


@pytest.mark.parametrize(("phase_deg", "expected"), [(0, 1), (60, 0.5), (90, 0), (180, -1)])
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_of_two_tones_it_is_the_cosine_of_their_phase(
    phase_deg: float, expected: float, rate: int
) -> None:
    tones = (0.1 * sine(60.0, 5.0, rate, phase_deg=phase) for phase in (0.0, phase_deg))
    assert correlation(*tones, rate) == pytest.approx(expected, abs=0.01)


def test_what_lies_above_does_not_count() -> None:
    """Bass in phase at -30 dBFS under treble in opposite phase at -10."""
    bass, treble = ratio(-30.0) * sine(60.0, 5.0), ratio(-10.0) * sine(1000.0, 5.0)
    assert correlation(bass + treble, bass - treble) == pytest.approx(1.0, abs=0.01)


def test_unrelated_noise() -> None:
    left, right = 0.1 * noise(3, 20.0, 2)
    assert abs(correlation(left, right)) < 0.1  # type: ignore[operator]


@pytest.mark.parametrize(
    "samples",
    [0.1 * noise(1, 2.0, 1), 0.1 * noise(1, 2.0, 6), np.tile(0.1 * sine(3000.0, 2.0), (2, 1))],
    ids=["mono", "5.1", "no bass"],
)
def test_what_cannot_be_measured_says_why(samples: np.ndarray) -> None:
    measured = measure_array(samples, RATE)
    assert measured.value(METRIC) is None
    assert measured.reason(METRIC)


def low_end(phase_deg: float, treble_phase_deg: float = 0.0) -> list[float | None]:
    """Values of the findings on 60 Hz and 1 kHz, the right channel of each turned."""
    left = 0.1 * sine(60.0, 6.0) + 0.1 * sine(1000.0, 6.0)
    right = 0.1 * sine(60.0, 6.0, phase_deg=phase_deg)
    right += 0.1 * sine(1000.0, 6.0, phase_deg=treble_phase_deg)
    measured = measure_array(np.stack([left, right]), RATE)
    return [one.value for one in measured.findings if one.code == "mono-loss"]


def test_a_low_end_out_of_phase_is_told_by_what_mono_loses() -> None:
    # Of two equal tones in a phase, the sum keeps the square of the cosine of half of it.
    (loss,) = low_end(150.0)
    assert loss == pytest.approx(20 * np.log10(np.cos(np.radians(75.0))), abs=0.1)
    assert not low_end(90.0)  # as of unrelated channels
    assert not low_end(180.0, treble_phase_deg=180.0)  # that is inverted polarity
