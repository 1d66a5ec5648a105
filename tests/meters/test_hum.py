from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, Signal, noise, pink, programme, ratio, sine

from mixcheck import Finding, Measurement, measure_array

SECONDS = 9.5


def speech(noise_dbfs: float) -> Signal:
    """Programme over 250 Hz for two seconds, then noise for two, and so on."""
    talking = np.arange(round(SECONDS * RATE)) // RATE % 4 < 2
    talk = 0.1 * pink(91, SECONDS, band_hz=(250, 8000)) * talking
    return np.asarray(talk + ratio(noise_dbfs) * noise(92, SECONDS))


def hum(mains_hz: float, levels_dbfs: tuple[float, ...], rate: int = RATE) -> Signal:
    """A steady sum of harmonics 1, 2, 3 …, each at an RMS level."""
    return np.asarray(
        sum(
            sine(mains_hz * number, SECONDS, rate, amplitude=np.sqrt(2) * ratio(level))
            for number, level in enumerate(levels_dbfs, 1)
        )
    )


def findings(measured: Measurement) -> list[Finding]:
    return [item for item in measured.findings if item.code == "hum"]


def power_sum(levels_dbfs: tuple[float, ...]) -> float:
    return float(10.0 * np.log10(sum(10.0 ** (level / 10.0) for level in levels_dbfs)))


@pytest.mark.parametrize("mains_hz", [50.0, 60.0, 49.9, 60.1])
@pytest.mark.parametrize("levels", [(-50.0, -60.0, -55.0), (-65.0, -58.0), (-55.0,)])
def test_hum_under_speech_is_measured(mains_hz: float, levels: tuple[float, ...]) -> None:
    measured = measure_array(speech(-80.0) + hum(mains_hz, levels), RATE)
    assert measured.value("noise.hum_hz") == pytest.approx(mains_hz, abs=0.2)
    assert measured.value("noise.hum_dbfs") == pytest.approx(power_sum(levels), abs=1.0)
    (found,) = findings(measured)
    assert found.start_s == 0.0
    assert found.end_s == pytest.approx(SECONDS)


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_hum_is_measured_at_any_rate(rate: int) -> None:
    samples = 0.1 * pink(90, SECONDS, 2, rate, band_hz=(300, 3000))
    measured = measure_array(samples + hum(50.0, (-45.0, -55.0), rate), rate)
    assert measured.value("noise.hum_hz") == pytest.approx(50.0, abs=0.2)
    assert measured.value("noise.hum_dbfs") == pytest.approx(power_sum((-45.0, -55.0)), abs=1.0)


def test_what_has_no_pause_says_that_hum_was_not_looked_for() -> None:
    loud = measure_array(0.1 * pink(94, SECONDS), RATE)
    assert loud.reason("hum") == "less than 4 s of pauses to hear it in"
    assert measure_array(speech(-80.0), RATE).reason("hum") is None


def bass_line() -> Signal:
    """Notes of half a second: G1 is 49.0 Hz, B1 is 61.7 Hz."""
    notes = [49.0, 61.7, 55.0, 49.0, 65.4] * 4
    line = np.concatenate([sine(note, 0.5) + 0.5 * sine(2 * note, 0.5) for note in notes])
    return np.asarray(0.1 * line[: round(SECONDS * RATE)])


CLEAN = {
    "speech": speech(-80.0),
    "programme": programme(SECONDS),
    "bass line": speech(-70.0) + bass_line(),
    "drone on G1": speech(-70.0) + hum(49.0, (-40.0, -46.0)),
    "tremolo at mains": speech(-80.0)
    + hum(50.0, (-40.0, -45.0)) * (np.arange(round(SECONDS * RATE)) // RATE % 3 == 1),
    "inaudible": speech(-80.0) + hum(50.0, (-100.0,)),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_no_hum_is_not_found(name: str) -> None:
    measured = measure_array(CLEAN[name], RATE)
    assert not findings(measured)
    assert measured.value("noise.hum_dbfs") is None
    assert measured.reason("noise.hum_dbfs")


def test_too_short_to_tell_is_said() -> None:
    measured = measure_array(hum(50.0, (-40.0,))[: 3 * RATE], RATE)
    assert measured.value("noise.hum_hz") is None
    assert "4 s" in (measured.reason("hum") or "")
