from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, pink, sine

from mixcheck import Finding, Measurement, measure_array


def repeats(measured: Measurement) -> list[Finding]:
    return [item for item in measured.findings if item.code == "repeated-block"]


def rounded(samples: Signal) -> Signal:
    return np.asarray(np.round(samples * 2**15) / 2**15)


def music() -> Signal:
    return rounded(0.1 * pink(170, 6.0, band_hz=(60, 12_000)))


@pytest.mark.parametrize("lasting_s", [0.005, 0.02, 0.05, 0.2])
@pytest.mark.parametrize("at_s", [0.7, 3.99, 4.0])
@pytest.mark.parametrize("times", [1, 4])
def test_a_buffer_that_comes_again_is_found(lasting_s: float, at_s: float, times: int) -> None:
    samples, start, length = music(), round(at_s * RATE), round(lasting_s * RATE)
    again = np.tile(samples[:, start - length : start], (1, times))
    samples[:, start : start + times * length] = again
    measured = measure_array(samples, RATE)
    (found,) = repeats(measured)
    assert measured.value("repetition.repeated_blocks") == 1
    assert found.start_s == pytest.approx(at_s, abs=3 / RATE)
    assert found.end_s == pytest.approx(at_s + times * lasting_s, abs=3 / RATE)
    assert found.value == pytest.approx(lasting_s, abs=1 / RATE)


CLEAN = {
    "music": music(),
    "tone whose period is whole": np.round(0.5 * sine(100, 4.0) * 2**15) / 2**15,
    "sawtooth, its corners rounded anew": rounded(0.4 * (np.arange(8 * RATE) / RATE * 200 % 1.0)),
    "square": 0.5 * np.sign(sine(50, 4.0, phase_deg=1.0)),
    "silence": np.zeros((2, 2 * RATE)),
    "loop of a second": np.tile(music()[:, :RATE], (1, 4)),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_repeats_by_nature_is_not_found(name: str) -> None:
    assert not repeats(measure_array(CLEAN[name], RATE))
