from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, faded, level, noise, pink, programme, sine

from mixcheck import Measurement, measure_array

# IEC 61260-1: exact base-ten centres from 20 Hz to 20 kHz, printed to five digits.
CENTRES_HZ = (
    19.953, 25.119, 31.623, 39.811, 50.119, 63.096, 79.433, 100.0, 125.89, 158.49, 199.53,
    251.19, 316.23, 398.11, 501.19, 630.96, 794.33, 1000.0, 1258.9, 1584.9, 1995.3, 2511.9,
    3162.3, 3981.1, 5011.9, 6309.6, 7943.3, 10000.0, 12589.0, 15849.0, 19953.0,
)  # fmt: skip


def bands(measured: Measurement) -> Signal:
    levels = measured.value("spectrum.band_level_db")
    assert isinstance(levels, tuple)
    return np.array([-np.inf if one is None else one for one in levels])


@pytest.mark.parametrize(
    ("rate", "highest_hz"), [(8_000, 3162.3), (44_100, 15_849.0), (192_000, 19_953.0)]
)
def test_centres_are_those_of_iec_61260(rate: int, highest_hz: float) -> None:
    # The band around 20 kHz reaches to 22.4 kHz, beyond half of 44.1 kHz.
    measured = measure_array(noise(60, 0.5, 1, rate), rate).value("spectrum.band_centre_hz")
    expected = [centre for centre in CENTRES_HZ if centre <= highest_hz]
    assert measured == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("rate", [48_000, 96_000])
@pytest.mark.parametrize("number", range(len(CENTRES_HZ)))
def test_a_sine_at_a_centre_lies_in_its_band(number: int, rate: int) -> None:
    tone = faded(sine(1000.0 * 10 ** ((number - 17) / 10), 3.0, rate, amplitude=0.5), 0.5, rate)
    levels = bands(measure_array(tone.astype(np.float32), rate))
    assert levels[number] == pytest.approx(level(tone), abs=0.1)
    others = np.delete(levels, number)
    assert others.max() < level(tone) - 15.0


@pytest.mark.parametrize("number", [3, 8, 13, 14, 16, 20, 25])
def test_a_sine_on_an_edge_is_shared_by_both_bands(number: int) -> None:
    edge_hz = 1000.0 * 10 ** ((number - 17 + 0.5) / 10)  # IEC 61260-1 clause 5.5
    tone = faded(sine(edge_hz, 6.0, amplitude=0.5), 0.5)
    below, above = bands(measure_array(tone, RATE))[number : number + 2]
    assert below == pytest.approx(above, abs=2.0)
    assert below == pytest.approx(level(tone) - 3.01, abs=1.5)


def test_a_full_scale_sine_reads_3_01_db_under_its_peak() -> None:
    levels = bands(measure_array(sine(1000.0, 20.0).astype(np.float32), RATE))
    assert levels[17] == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_the_bands_of_pink_noise_add_up_to_its_power(rate: int) -> None:
    samples = 0.1 * pink(61, 10.0, 2, rate, band_hz=(25.0, 18_000.0))
    measured = measure_array(samples, rate)
    powers = 10.0 ** (bands(measured) / 10.0)
    assert 10.0 * np.log10(powers.sum()) == pytest.approx(level(samples), abs=0.05)


def test_pink_noise_is_level_and_white_noise_rises_3_db_an_octave() -> None:
    for samples, tilt in ((0.1 * pink(62, 20.0), 0.0), (0.1 * noise(63, 20.0), 3.01)):
        measured = measure_array(samples, RATE)
        assert measured.value("spectrum.tilt_db_per_octave") == pytest.approx(tilt, abs=0.1)
        inner = bands(measured)[7:28]  # 100 Hz to 10 kHz
        octaves = np.log2(CENTRES_HZ[7:28])
        assert np.polyfit(octaves, inner, 1)[0] == pytest.approx(tilt, abs=0.1)
        assert np.abs(inner - np.polyval(np.polyfit(octaves, inner, 1), octaves)).max() < 1.0


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_centroid_and_bandwidth_of_white_noise_are_those_of_a_uniform_density(rate: int) -> None:
    measured = measure_array(0.1 * noise(64, 10.0, 2, rate), rate)
    assert measured.value("spectrum.centroid_hz") == pytest.approx(rate / 4, rel=0.01)
    assert measured.value("spectrum.bandwidth_hz") == pytest.approx(
        rate / 2 / np.sqrt(12), rel=0.01
    )


def test_centroid_and_bandwidth_of_two_tones() -> None:
    tones = faded(sine(2000, 5.0) + sine(8000, 5.0), 0.1)  # equal powers
    measured = measure_array(0.4 * tones, RATE)
    assert measured.value("spectrum.centroid_hz") == pytest.approx(5000, rel=0.01)
    assert measured.value("spectrum.bandwidth_hz") == pytest.approx(3000, rel=0.01)


def test_channels_are_averaged_by_power() -> None:
    left, right = 0.1 * pink(65, 5.0)
    stereo, first, second = (
        10.0 ** (bands(measure_array(part, RATE)) / 10.0)
        for part in (np.stack([left, right]), left, right)
    )
    np.testing.assert_allclose(stereo, (first + second) / 2, rtol=1e-6)


def test_without_enough_bands_there_is_no_tilt() -> None:
    measured = measure_array(np.zeros((1, RATE)), RATE)
    assert measured.value("spectrum.tilt_db_per_octave") is None
    assert "silence" in (measured.reason("spectrum.tilt_db_per_octave") or "")
    assert set(measured.value("spectrum.band_level_db") or ()) == {None}


def test_an_offset_is_not_bass() -> None:
    samples = programme(3.0)
    shifted = bands(measure_array(samples + 0.05, RATE))
    heard = slice(4, 29)  # 50 Hz to 12.5 kHz
    assert shifted[heard] == pytest.approx(bands(measure_array(samples, RATE))[heard], abs=0.1)
