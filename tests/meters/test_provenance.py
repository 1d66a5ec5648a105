from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from scipy import signal
from tests.signals import RATE, Signal, noise, pink, sine

from mixcheck import Measurement, measure, measure_array


def codes(measured: Measurement) -> set[str]:
    return {item.code for item in measured.findings} & {"lossy-source", "upsampled"}


def rounded(samples: Signal) -> Signal:
    return np.asarray(np.round(samples * 2**15) / 2**15)


def music(seconds: float = 6.0, rate: int = RATE) -> Signal:
    """Over the whole band, with no wall of its own."""
    return np.asarray(0.05 * pink(150, seconds, 2, rate, band_hz=(40.0, rate / 2)))


@pytest.mark.parametrize(("container", "codec"), [("OGG", "VORBIS"), ("OGG", "OPUS")])
def test_a_decoded_lossy_file_is_told(tmp_path: Path, container: str, codec: str) -> None:
    lossy = tmp_path / "a.ogg"
    soundfile.write(lossy, music().T, RATE, codec, format=container, compression_level=0.6)
    decoded, _ = soundfile.read(lossy)
    verdicts = []
    for name, subtype in (("b.wav", "PCM_16"), ("c.flac", "PCM_16"), ("d.wav", "PCM_24")):
        soundfile.write(tmp_path / name, rounded(decoded), RATE, subtype)
        verdicts.append(codes(measure(tmp_path / name)))
    assert verdicts == [{"lossy-source"}] * 3
    assert not codes(measure(lossy))  # no secret there


def dull(seconds: float = 8.0) -> Signal:
    """Its treble falls off into rounding, so that no codec has a wall to show."""
    low = signal.butter(4, 2500, fs=RATE, output="sos")
    swell = 1.0 + 0.5 * sine(0.7, seconds)
    return np.asarray(signal.sosfilt(low, music(seconds)) * swell)


@pytest.mark.parametrize("encoded", [("MP3", "MPEG_LAYER_III", "MP3"), ("OGG", "VORBIS", "Vorbis")])
def test_a_codec_is_told_by_its_frames_where_it_has_no_wall(
    tmp_path: Path, encoded: tuple[str, str, str]
) -> None:
    container, codec, name = encoded
    lossy = tmp_path / "a.lossy"
    soundfile.write(lossy, dull().T, RATE, codec, format=container, compression_level=0.5)
    decoded, _ = soundfile.read(lossy)
    findings = measure_array(rounded(decoded.T), RATE).findings
    (message,) = [one.message for one in findings if one.code == "lossy-source"]
    assert f"frames of {name}" in message
    late = measure_array(rounded(0.7 * decoded.T[:, 1234:]), RATE)  # turned down, and trimmed
    assert codes(late) == {"lossy-source"}


def walled(samples: Signal) -> Signal:
    """Without anything over 16 kHz."""
    return np.asarray(
        signal.fftconvolve(samples, signal.firwin(601, 16_000, fs=RATE)[None], "same")
    )


def test_a_residue_that_changes_with_the_programme_is_a_codec_s() -> None:
    """As a decoder leaves it whose output was clipped: with the loud seconds, and not else."""
    loud = np.repeat([1.0, 0.1, 0.6, 0.05, 0.8, 0.2, 0.5, 0.1], RATE)
    samples = walled(music(8.0)) * loud
    residue = 3e-4 * noise(153, 8.0) * loud
    assert codes(measure_array(rounded(samples + residue), RATE)) == {"lossy-source"}
    assert not codes(measure_array(rounded(samples + 3e-4 * noise(153, 8.0)), RATE))


CLEAN = {
    "full band": rounded(music()),
    "duller": rounded(dull()),
    "dull": rounded(signal.sosfilt(signal.butter(2, 3000, fs=RATE, output="sos"), music())),
    "converter at 20.8 kHz": rounded(
        signal.fftconvolve(music(), signal.firwin(301, 20_800, fs=RATE)[None], "same")
    ),
    "a wall under even hiss": rounded(walled(music()) + 3e-4 * noise(152, 6.0)),
    "telephone hiss": rounded(1e-3 * noise(151, 6.0)),
    "tone": rounded(0.5 * sine(11_987, 6.0)),
}


@pytest.mark.parametrize("name", CLEAN)
def test_no_wall_or_no_empty_space_is_no_codec(name: str) -> None:
    assert not codes(measure_array(CLEAN[name], RATE))


@pytest.mark.parametrize(("up", "down", "rate"), [(320, 147, 96_000), (2, 1, 88_200)])
def test_upsampling_is_told(up: int, down: int, rate: int) -> None:
    samples = rounded(music(5.0, 44_100))
    assert codes(measure_array(signal.resample_poly(samples, up, down, axis=1), rate)) == {
        "upsampled"
    }


@pytest.mark.parametrize(("source", "rate"), [(44_100, 96_000), (48_000, 96_000), (44_100, 88_200)])
@pytest.mark.parametrize("bits", [16, 24])
def test_upsampling_by_a_steep_converter_is_told(source: int, rate: int, bits: int) -> None:
    """At 24 bits what the converter leaves in the empty band is no even noise."""
    low = rounded(music(5.0, source))
    high = soxr.resample(low.T, source, rate).T
    measured = measure_array(np.rint(high * 2 ** (bits - 1)) / 2 ** (bits - 1), rate)
    assert codes(measured) == {"upsampled"}
    assert measured.value("provenance.wall_hz") == source / 2


def test_a_high_rate_with_content_is_not_upsampled() -> None:
    assert not codes(measure_array(music(5.0, 96_000), 96_000))
