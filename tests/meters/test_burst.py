from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, noise, pink, programme

from mixcheck import measure_array
from mixcheck.meters import Finding


def bursts(samples: Signal, rate: int = RATE) -> list[Finding]:
    return [item for item in measure_array(samples, rate).findings if item.code == "noise-burst"]


def with_burst(seconds: float, at_s: float = 1.5, amplitude: float = 0.5) -> Signal:
    """Random samples, evenly spread, in place of a quiet programme."""
    samples = 0.25 * programme(4.0)
    start, length = round(at_s * RATE), round(seconds * RATE)
    random = np.random.default_rng(41).uniform(-amplitude, amplitude, (2, length))
    samples[:, start : start + length] = random
    return samples


@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.8])
@pytest.mark.parametrize("at_s", [0.5, 0.995, 1.003])
def test_a_burst_is_placed_in_time(seconds: float, at_s: float) -> None:
    (found,) = bursts(with_burst(seconds, at_s))
    assert found.start_s == pytest.approx(at_s, abs=0.001)
    assert found.end_s == pytest.approx(at_s + seconds, abs=0.001)
    assert found.channels == (0, 1)
    # Evenly spread samples have an RMS of their amplitude over the square root of three.
    assert found.value == pytest.approx(20 * np.log10(0.5 / np.sqrt(3)), abs=0.5)


def test_bursts_are_counted() -> None:
    samples = np.concatenate([with_burst(0.02), with_burst(0.05)], axis=1)
    assert measure_array(samples, RATE).value("burst.noise_bursts") == 2


def struck(decay_s: float, colour: tuple[float, ...]) -> Signal:
    """A drum of noise, struck four times."""
    samples = 0.25 * programme(4.0)
    time = np.arange(RATE // 2) / RATE
    hit = 0.5 * np.exp(-time / decay_s) * np.random.default_rng(42).standard_normal(len(time))
    hit = np.convolve(hit, colour, "same")
    for start in range(RATE // 2, 4 * RATE - len(hit), RATE):
        samples[:, start : start + len(hit)] += hit
    return samples


CLEAN = {
    "programme": programme(4.0),
    "white noise": 0.2 * noise(43, 4.0),
    "pink noise": pink(44, 4.0),
    "a snare": struck(0.05, (1.0,)),
    "a hat": struck(0.01, (1.0, -0.8)),
    "a gate on low noise": with_burst(0.1, amplitude=0.005),
    "a hiss of two seconds": with_burst(2.0, 1.0),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_no_burst(name: str) -> None:
    assert not bursts(CLEAN[name])


def test_a_burst_at_the_rate_of_a_telephone() -> None:
    samples = with_burst(0.1)[:, ::6]
    (found,) = bursts(samples, RATE // 6)
    assert found.start_s == pytest.approx(1.5, abs=0.002)
