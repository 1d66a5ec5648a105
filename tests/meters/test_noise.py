from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, faded, level, noise, pink, programme, ratio, sine

from mixcheck import Measurement, measure_array
from mixcheck.meters.noise import a_weighted_power

# IEC 61672-1, table of A-weighting at the base-ten third-octave centres.
A_DB = {
    19.953: -50.45, 50.119: -30.23, 100.0: -19.14, 199.53: -10.87, 501.19: -3.23,
    1000.0: 0.0, 1995.3: 1.20, 3981.1: 0.97, 7943.3: -1.11, 15849.0: -6.60, 19953.0: -9.32,
}  # fmt: skip


def speech(noise_dbfs: float, seconds: float = 8.0, *, white: bool = True) -> Signal:
    """Bursts of programme with noise beneath and pauses of 0.8 s between."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    talking = (time_s % 2.0 > 0.6) & (time_s % 2.0 < 1.8)
    talk = 0.1 * pink(80, seconds, band_hz=(100, 8000)) * talking
    floor = noise(81, seconds) if white else pink(82, seconds)
    return np.asarray(talk + ratio(noise_dbfs) * floor)


def codes(measured: Measurement) -> set[str]:
    return {item.code for item in measured.findings}


def quietest_by_definition(samples: Signal, rate: int) -> float:
    """Level of the quietest half second without digital black, every 10 ms looked at."""
    levels = []
    for start in range(0, samples.shape[1] - rate // 2 + 1, rate // 100):
        part = samples[:, start : start + rate // 2]
        if np.abs(part).reshape(len(samples), -1, rate // 100).max(axis=(0, 2)).all():
            levels.append(10 * np.log10(part.var(axis=1).mean()))
    return float(min(levels))


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_the_floor_is_that_of_the_quietest_half_second(rate: int) -> None:
    samples = programme(5.3, rate) + 0.01  # an offset is no noise
    samples[:, 3 * rate : 3 * rate + rate // 4] = 0.0  # digital black is none either
    measured = measure_array(samples, rate)
    expected = quietest_by_definition(samples, rate)
    assert measured.value("noise.noise_floor_dbfs") == pytest.approx(expected, abs=1e-3)
    assert measured.value("noise.snr_db") == pytest.approx(level(samples) - expected, abs=1e-3)


@pytest.mark.parametrize("noise_dbfs", [-80.0, -60.0, -45.0])
def test_the_floor_of_speech_is_its_noise(noise_dbfs: float) -> None:
    measured = measure_array(speech(noise_dbfs), RATE)
    assert measured.value("noise.noise_floor_dbfs") == pytest.approx(noise_dbfs, abs=0.2)
    assert ("high-noise-floor" in codes(measured)) == (noise_dbfs > -55.0)


@pytest.mark.parametrize("frequency_hz", A_DB)
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_a_weighting_is_that_of_the_table(frequency_hz: float, rate: int) -> None:
    tone = sine(frequency_hz, 0.5, rate)[None]
    weighted = 10.0 * np.log10(a_weighted_power(tone, rate)) - level(tone)
    assert weighted == pytest.approx(A_DB[frequency_hz], abs=0.35 if frequency_hz < 40 else 0.1)


def test_the_weighted_floor_is_of_the_same_half_second() -> None:
    samples = 0.1 * noise(83, 6.0)
    samples[:, 2 * RATE : 3 * RATE] = ratio(-60.0) * np.sqrt(2) * sine(100, 1.0)
    measured = measure_array(samples, RATE)
    assert measured.value("noise.noise_floor_dbfs") == pytest.approx(-60.0, abs=0.01)
    assert measured.value("noise.noise_floor_dba") == pytest.approx(-60.0 + A_DB[100.0], abs=0.1)


def test_digital_silence_is_counted_apart() -> None:
    samples = speech(-60.0)
    samples[:, RATE : RATE + RATE // 2] = 0.0
    samples[0, 4 * RATE : 5 * RATE] = 0.0  # one channel alone is not silence
    measured = measure_array(samples, RATE)
    assert measured.value("noise.digital_silence_s") == pytest.approx(0.5, abs=0.011)
    assert measured.value("noise.noise_floor_dbfs") == pytest.approx(-60.0, abs=3.2)


def test_a_gated_file_has_no_floor_and_says_so() -> None:
    time_s = np.arange(6 * RATE) / RATE
    samples = 0.1 * noise(84, 6.0) * (time_s % 0.5 < 0.3)
    measured = measure_array(samples, RATE)
    assert measured.value("noise.noise_floor_dbfs") is None
    assert "digital black" in (measured.reason("noise.noise_floor_dbfs") or "")


@pytest.mark.parametrize("dc", [0.0, 0.02])
def test_room_tone_is_what_lies_around_the_programme(dc: float) -> None:
    # The programme begins with a breath 15 dB over the floor; a rustle of 6 dB is no programme.
    gain = np.repeat([ratio(-65.0)] * 36, RATE // 4)
    gain[RATE // 2 : RATE] *= ratio(6.0)
    gain[round(1.5 * RATE) : round(1.75 * RATE)] *= ratio(15.0)
    samples = gain * noise(85, 9.0) + dc
    samples[:, round(1.75 * RATE) : round(6.25 * RATE)] += 0.1 * pink(86, 4.5)
    measured = measure_array(samples, RATE)
    assert measured.value("noise.head_room_tone_s") == pytest.approx(1.5, abs=0.03)
    assert measured.value("noise.tail_room_tone_s") == pytest.approx(2.75, abs=0.03)


def test_quiet_music_is_no_noise() -> None:
    chord = sum(sine(hertz, 8.0, amplitude=0.02) for hertz in (220.0, 277.2, 329.6, 440.0))
    drums = 0.3 * pink(87, 8.0, 1)[0] * (np.arange(8 * RATE) % RATE < RATE // 4)
    measured = measure_array(faded(np.stack([chord + drums, chord - drums]), 0.1), RATE)
    assert "high-noise-floor" not in codes(measured)


def test_under_half_a_second_there_is_no_floor() -> None:
    measured = measure_array(0.1 * noise(88, 0.49), RATE)
    assert measured.value("noise.noise_floor_dbfs") is None
    assert measured.reason("noise.noise_floor_dbfs")


def test_a_decay_that_rustles_is_no_noise_floor() -> None:
    """A drum hit: noise that dies away from full level to the end of the file."""
    decay = 10.0 ** (-np.arange(2 * RATE) / RATE)  # 20 dB a second
    measured = measure_array(noise(89, 2.0) * 0.5 * decay, RATE)
    floor = measured.value("noise.noise_floor_dbfs")
    assert isinstance(floor, float)
    assert floor > -55.0
    assert "high-noise-floor" not in codes(measured)


def test_gated_speech_has_no_noise_floor_but_a_reason() -> None:
    samples = speech(-60.0)
    envelope = np.abs(samples).max(0).reshape(-1, RATE // 100).max(1)
    gate = np.repeat(envelope > 0.02, RATE // 100)
    measured = measure_array(samples * gate, RATE)
    assert measured.value("noise.noise_floor_dbfs") is None
    assert "digital black" in (measured.reason("noise.noise_floor_dbfs") or "")
