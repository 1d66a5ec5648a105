from __future__ import annotations

import numpy as np
import pytest
from scipy import signal
from tests.signals import RATE, faded, noise, programme, sine

from mixcheck import Finding, Measurement, measure_array


def overs(measured: Measurement) -> list[Finding]:
    return [item for item in measured.findings if item.code == "inter-sample-over"]


def burst(at_s: float, seconds: float = 0.004, amplitude: float = 1.2) -> np.ndarray:
    """Two seconds with a tone that peaks between samples that stay under full scale."""
    tone = sine(RATE / 4, 2.0, amplitude=amplitude, phase_deg=45.0)
    time_s = np.arange(len(tone)) / RATE
    return np.where((time_s >= at_s) & (time_s < at_s + seconds), tone, 0.01 * tone)


@pytest.mark.parametrize("rate", [44_100, 96_000, 192_000])
def test_true_peak_is_near_that_of_another_interpolator(rate: int) -> None:
    samples = programme(1.0, rate)
    fine = signal.resample_poly(samples, 32, 1, axis=1)
    measured = measure_array(samples, rate).value("peak.true_peak_dbtp")
    assert measured == pytest.approx(20.0 * np.log10(np.abs(fine).max(1)), abs=0.05)


def test_sample_peak_is_the_largest_magnitude() -> None:
    samples = 0.1 * noise(41, 2.5, 3)
    samples[1, 100_000] = -0.9
    measured = measure_array(samples, RATE)
    expected = 20.0 * np.log10(np.abs(samples).max(1))
    assert measured.value("peak.sample_peak_dbfs") == pytest.approx(expected)
    assert measured.value("peak.max_sample_peak_dbfs") == pytest.approx(20.0 * np.log10(0.9))


def test_a_silent_channel_has_no_level_and_the_others_do() -> None:
    measured = measure_array(np.stack([sine(997, 1.0), np.zeros(RATE)]), RATE)
    assert measured.value("peak.sample_peak_dbfs") == (pytest.approx(0.0, abs=1e-4), None)
    assert measured.reason("peak.sample_peak_dbfs")
    assert measured.value("peak.max_sample_peak_dbfs") == pytest.approx(0.0, abs=1e-4)


def test_an_over_is_placed_where_it_sounds() -> None:
    quiet = 0.01 * burst(0.0)
    measured = measure_array(np.stack([quiet, burst(0.7)]), RATE)
    assert measured.value("peak.inter_sample_overs") == 1
    (found,) = overs(measured)
    assert found.channels == (1,)
    assert found.start_s == pytest.approx(0.700, abs=0.001)
    assert found.end_s == pytest.approx(0.704, abs=0.001)
    assert found.value == pytest.approx(20.0 * np.log10(1.2), abs=0.5)
    assert found.unit == "dBTP"


@pytest.mark.parametrize(
    ("starts", "events"),
    [([0.2, 0.5, 1.9], 3), ([0.2, 0.208], 1), ([0.2, 0.208, 0.3], 2), ([0.998], 1), ([], 0)],
)
def test_overs_apart_are_counted_apart(starts: list[float], events: int) -> None:
    samples = sum((burst(start) for start in starts), 0.01 * sine(440, 2.0))
    measured = measure_array(samples, RATE)
    assert measured.value("peak.inter_sample_overs") == events
    assert len(overs(measured)) == events


def test_overs_in_both_channels_at_once_are_one_event() -> None:
    measured = measure_array(np.stack([burst(0.5), burst(0.502)]), RATE)
    (found,) = overs(measured)
    assert found.channels == (0, 1)


def test_a_full_scale_sine_is_no_over() -> None:
    tone = faded(sine(997, 2.0), 0.01)
    assert measure_array(tone, RATE).value("peak.inter_sample_overs") == 0


def test_more_overs_than_are_listed_are_still_counted() -> None:
    samples = 0.01 * sine(440, 5.0)
    places = np.arange(150) * RATE // 31 + 100
    samples[places] = 1.5
    measured = measure_array(samples, RATE)
    assert measured.value("peak.inter_sample_overs") == 150
    assert len(overs(measured)) == 100


def test_only_the_highest_over_is_a_warning_from_3_db() -> None:
    """A tone of a quarter of the rate with samples at full scale peaks at +3.01 dBTP."""
    low, high, higher = (
        burst(0.5, amplitude=1.2),
        burst(1.0, amplitude=1.45),
        burst(1.5, amplitude=1.5),
    )
    assert [one.severity for one in overs(measure_array(low, RATE))] == ["info"]
    found = overs(measure_array(np.concatenate([low, high, higher, high]), RATE))
    assert [one.severity for one in found] == ["info", "info", "warning", "info"]
