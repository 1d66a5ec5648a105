from __future__ import annotations

import numpy as np
import pytest
from tests.signals import RATE, noise, sine

from mixcheck import Measurement, load_profile, load_target, measure_array
from mixcheck.compare.usual import Usual, usual_spectrum


def shaped(target: str, seconds: float = 12.0) -> Measurement:
    """Noise whose third octaves are the middle of a target, and nothing beside them."""
    bands = load_target(target).bands
    spectrum = np.fft.rfft(noise(1, seconds, 1)[0])
    hz = np.fft.rfftfreq(round(seconds * RATE), 1 / RATE)
    density = [band.middle - 10.0 * np.log10(band.hz) for band in bands]
    wanted = np.interp(np.log(hz.clip(1.0)), np.log([band.hz for band in bands]), density)
    edges = bands[0].hz * 2 ** (-1 / 6), bands[-1].hz * 2 ** (1 / 6)
    spectrum *= np.where((hz > edges[0]) & (hz < edges[1]), 10.0 ** (wanted / 20.0), 0.0)
    samples = np.fft.irfft(spectrum)
    return measure_array(0.1 * samples / np.abs(samples).max(), RATE)


@pytest.mark.parametrize("content", ["music", "speech"])
def test_the_shape_of_a_target_is_shown_against_it_and_lies_on_it(content: str) -> None:
    measured = shaped(content)
    usual = usual_spectrum(measured, [])
    assert isinstance(usual, Usual)
    assert usual.name == content
    levels = dict(
        zip(
            np.round(measured.value("spectrum.band_centre_hz")),  # type: ignore[call-overload]
            measured.value("spectrum.band_level_db"),  # type: ignore[arg-type]
            strict=True,
        )
    )
    at = {hz: level for hz, level in levels.items() if 250 <= hz <= 4000}
    middle = np.interp(np.log(list(at)), np.log(usual.hz), usual.middle)
    np.testing.assert_allclose(middle, list(at.values()), atol=1.5)


def test_the_profile_counts_before_the_content_and_the_user_before_both() -> None:
    music = shaped("music")
    for profiles, wanted, name in (
        (["acx"], None, "speech"),
        (["spotify", "tidal"], None, "music"),
        (["general"], None, "music"),
        (["acx", "spotify"], None, "music"),  # they differ: the content decides
        (["spotify"], "speech", "speech"),
    ):
        usual = usual_spectrum(music, [load_profile(one) for one in profiles], wanted)
        assert isinstance(usual, Usual)
        assert usual.name == name
    assert usual_spectrum(music, [load_profile("acx")], "none") == "none was wanted"


def test_what_has_no_usual_shape_is_shown_against_none() -> None:
    acx = [load_profile("acx")]
    assert "shorter than 10 s" in str(usual_spectrum(shaped("music", 3.0), acx))
    assert "neither" in str(
        usual_spectrum(measure_array(0.5 * np.asarray(sine(1000.0, 12.0)), RATE), [])
    )
    silent = measure_array(np.zeros((2, 12 * RATE)), RATE)
    assert usual_spectrum(silent, acx) == "there is no spectrum"
