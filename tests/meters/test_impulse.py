from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, noise, pink, programme

from mixcheck import Finding, Measurement, measure_array


def clicks(measured: Measurement) -> list[Finding]:
    return [item for item in measured.findings if item.code == "click"]


def music() -> Signal:
    return np.asarray(0.03 * pink(160, 6.0, band_hz=(60, 10_000)))


@pytest.mark.parametrize("length", [1, 3, 10])
@pytest.mark.parametrize("at_s", [0.5, 3.9999, 4.0, 5.2])
def test_a_click_is_found_where_it_is(length: int, at_s: float) -> None:
    samples, start = music(), round(at_s * RATE)
    samples[1, start : start + length] += 10.0 * samples.std()  # 20 dB over
    measured = measure_array(samples, RATE)
    (found,) = clicks(measured)
    assert measured.value("impulse.clicks") == 1
    assert found.start_s == pytest.approx(at_s, abs=3 / RATE)
    assert found.channels == (1,)
    assert found.value == pytest.approx(20.0, abs=3.0)


def _drums() -> Signal:
    """Bursts of noise that begin at once and die away."""
    hits, samples = np.arange(0.5, 5.5, 0.25), music()
    decay = np.exp(-np.arange(RATE // 5) / (0.02 * RATE))
    for number, at_s in enumerate(hits):
        start = round(at_s * RATE)
        samples[:, start : start + len(decay)] += 0.5 * decay * noise(number, 0.2)
    return samples


def _pulses() -> Signal:
    """A buzz of 80 Hz: a pulse in every period."""
    samples = 0.01 * music()
    samples[:, :: RATE // 80] += 0.3
    return samples


@pytest.mark.parametrize(
    "samples",
    [music(), programme(6.0), _drums(), _pulses(), np.zeros((2, 2 * RATE))],
    ids=["music", "programme", "drums", "buzz", "silence"],
)
def test_what_is_no_click_is_not_found(samples: Signal) -> None:
    assert not clicks(measure_array(samples, RATE))


def test_a_pulse_that_rings_is_of_the_sound_itself() -> None:
    """Lips part: a pulse, and some milliseconds of noise that dies away."""
    samples = music()
    ring = np.exp(-np.arange(RATE // 100) / (0.002 * RATE)) * noise(161, 0.01)
    for at_s in (1.0, 2.0, 3.0, 4.0):
        start = round(at_s * RATE)
        samples[:, start : start + 3] += 20.0 * samples.std()
        samples[:, start : start + ring.shape[1]] += 1.5 * samples.std() * ring
    assert not clicks(measure_array(samples, RATE))
