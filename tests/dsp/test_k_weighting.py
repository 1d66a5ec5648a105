from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from scipy import signal
from tests.signals import noise

from mixcheck.dsp.k_weighting import k_weighting, k_weighting_sections

# ITU-R BS.1770-5 Annex 1, tables 1 and 2: coefficients at 48 kHz.
SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
SOS_48_KHZ = np.array([[*b, *a] for b, a in (SHELF, HIGH_PASS)])
RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000, 384_000)


def gain_db(sos: np.ndarray, frequencies_hz: np.ndarray, rate: int) -> np.ndarray:
    return 20.0 * np.log10(np.abs(signal.freqz_sos(sos, frequencies_hz, fs=rate)[1]))


def sos_of(rate: int) -> np.ndarray:
    return np.array([[*b, *a] for b, a in k_weighting_sections(rate)])


def test_coefficients_at_48_khz_are_those_of_the_tables() -> None:
    np.testing.assert_allclose(sos_of(48_000), SOS_48_KHZ, rtol=0, atol=1e-10)


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate >= 44_100])
def test_response_at_other_rates_is_that_of_48_khz(rate: int) -> None:
    frequencies = np.geomspace(10.0, 15_000.0, 200)
    difference = gain_db(sos_of(rate), frequencies, rate) - gain_db(SOS_48_KHZ, frequencies, 48_000)
    assert np.abs(difference).max() < 0.02


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate < 44_100])
def test_response_at_low_rates_is_that_of_other_meters(rate: int) -> None:
    filters = pyloudnorm.Meter(rate, filter_class="DeMan")._filters.values()
    others = np.array([[*one.b, *one.a] for one in filters])
    frequencies = np.geomspace(10.0, 0.45 * rate, 200)
    np.testing.assert_allclose(
        gain_db(sos_of(rate), frequencies, rate), gain_db(others, frequencies, rate), atol=0.001
    )


@pytest.mark.parametrize("rate", RATES)
def test_poles_lie_inside_the_unit_circle(rate: int) -> None:
    for _, a in k_weighting_sections(rate):
        assert np.abs(np.roots(a)).max() < 1.0


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float64, 1e-10)])
def test_filters_as_scipy_does_with_the_tables(dtype: type[np.floating], tolerance: float) -> None:
    samples = noise(5, 1.0).astype(dtype)
    weighted = k_weighting(48_000, 2).apply(samples)
    expected = signal.sosfilt(SOS_48_KHZ, samples.astype(np.float64))
    np.testing.assert_allclose(weighted, expected, rtol=0, atol=tolerance)
