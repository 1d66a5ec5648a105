"""What a mastering engineer would say of an album, from measurements written down by hand."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.frozen import CLEAN, audio_format, measured
from tests.signals import RATE, faded, pink, ratio

from mixcheck import Measurement, measure_array
from mixcheck.measurement import Measurement as Plain
from mixcheck.sets import RecordingSet, set_metrics, survey_set

LOUDNESS, PEAK = "loudness.integrated_lufs", "peak.max_true_peak_dbtp"
HEAD, TAIL = "integrity.leading_silence_s", "integrity.trailing_silence_s"
FLOOR = "noise.noise_floor_dbfs"


def album(metric: str, values: Sequence[float | None], **format_of: Sequence[Any]) -> RecordingSet:
    """An album that differs in one metric only, and in its formats."""
    tracks: list[Plain] = []
    for number, value in enumerate(values):
        changed = {name: each[number] for name, each in format_of.items()}
        tracks.append(
            measured(
                {**CLEAN, metric: value},
                path=f"disc/{number + 1:02d}.wav",
                audio=audio_format(**changed),
            )
        )
    return survey_set(tracks)


def odd(found: RecordingSet) -> Mapping[str | None, str]:
    return {one.path: one.message for one in found.odd}


@pytest.mark.parametrize(
    ("metric", "values", "message"),
    [
        (LOUDNESS, [-14.0, -13.8, -10.9, -14.3, -14.1], "3.1 LU louder than the median"),
        (LOUDNESS, [-14.0, -13.8, -19.0, -14.3, -14.1], "4.9 LU softer than the median"),
        (PEAK, [-1.0, -1.0, 0.4, -1.0, -1.1], "peaks 1.40 dB over the median of the set (-1.00"),
        (FLOOR, [-80.0, -78.0, -51.0, -82.0, -79.0], "28.0 dB over the median"),
        (HEAD, [0.1, 0.1, 3.0, 0.2, 0.1], "2.90 s more silence at the head"),
        (TAIL, [2.0, 2.1, 9.0, 1.9, 2.0], "7.00 s more silence at the tail"),
        (TAIL, [3.0, 3.1, 0.0, 2.9, 3.0], "3.00 s less silence at the tail"),
    ],
)
def test_the_odd_one_is_named_with_the_reason(
    metric: str, values: list[float], message: str
) -> None:
    (named,) = odd(album(metric, values)).items()
    assert named[0] == "disc/03.wav"
    assert message in named[1]


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        (LOUDNESS, [-14.0, -13.5, -15.2, -12.9, -14.4]),  # an album breathes
        (LOUDNESS, [-18.0, -16.0, -13.0, -17.5, -14.0]),  # all are different: none is odd
        (LOUDNESS, [-14.0, -14.0, -14.1, -16.9, -14.0]),  # a softer song among like ones
        (LOUDNESS, [-14.0, -20.0]),  # of two, which is the odd one?
        (LOUDNESS, [-14.0, None, -14.1, None]),
        (PEAK, [-1.0, -1.0, -1.6, -1.0, -1.1]),
        (FLOOR, [-60.0, -60.0, -96.0, -60.0, -60.0]),  # a cleaner file is no fault
        (TAIL, [2.0, 2.0, 3.5, 2.0, 2.0]),
        (HEAD, [0.0, 0.0, 0.3, 0.0, 0.0]),
    ],
)
def test_what_nobody_would_call_odd(metric: str, values: list[float | None]) -> None:
    assert odd(album(metric, values)) == {}


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("sample_rate_hz", [44_100, 44_100, 48_000], "sample rate 48000 Hz, most of the set 44100"),
        ("codec", ["PCM_24", "PCM_24", "PCM_16"], "codec PCM 16, most of the set PCM 24"),
        ("bit_depth", [24, 24, 16], "bit depth 16 bit, most of the set 24 bit"),
        ("channels", [2, 2, 1], "channels 1 channel, most of the set 2 channels"),
    ],
)
def test_another_format_is_odd(name: str, values: list[Any], message: str) -> None:
    found = odd(album(LOUDNESS, [-14.0] * 3, **{name: values}))
    assert set(found) == {"disc/03.wav"}
    assert message in found["disc/03.wav"]


def test_the_ends_of_a_wide_album_are_named() -> None:
    """Ten tracks as wide as a game's music: the softest is a step that everybody hears."""
    levels = [-9.9, -11.0, -11.5, -12.8, -13.2, -13.4, -14.6, -15.5, -16.0, -18.5]
    assert odd(album(LOUDNESS, levels)) == {
        "disc/10.wav": "10.wav: 5.2 LU softer than the median of the set (-13.3 LUFS)"
    }
    levels[0] = -8.9
    assert set(odd(album(LOUDNESS, levels))) == {"disc/01.wav", "disc/10.wav"}


@given(st.lists(st.floats(-40.0, -5.0), min_size=3, max_size=20, unique=True))
def test_no_end_over_4_lu_goes_unnamed(levels: list[float]) -> None:
    named = set(odd(album(LOUDNESS, levels)))
    middle = statistics.median(levels)
    for end in (min(levels), max(levels)):
        if abs(end - middle) > 4.0:
            assert f"disc/{levels.index(end) + 1:02d}.wav" in named
    for number, level in enumerate(levels, 1):
        if abs(level - middle) <= 3.0:
            assert f"disc/{number:02d}.wav" not in named


def test_a_softer_peak_is_no_word_about_a_limiter() -> None:
    (found,) = album(PEAK, [-1.0, -1.0, -7.0, -1.0, -1.1]).odd
    assert "6.00 dB under the median" in found.message
    assert "No fault in itself" in found.do
    assert "limiter" not in found.do


def test_formats_without_a_majority_are_told_of_the_set() -> None:
    found = album(LOUDNESS, [-14.0] * 4, sample_rate_hz=[44_100, 44_100, 48_000, 48_000])
    assert odd(found) == {None: "Sample rate differs: 44100 Hz (2), 48000 Hz (2)"}


def test_numbers_of_the_whole() -> None:
    found = album(LOUDNESS, [-14.0, -12.5, -17.0])
    assert found.value("set.max_integrated_lufs") == -12.5
    assert found.value("set.loudness_spread_lu") == 4.5
    assert found.value("set.max_true_peak_dbtp") == CLEAN[PEAK]
    assert found.value("set.total_duration_s") == pytest.approx(3 * 227.0)
    (spread,) = [one for one in found.spreads if one.trait == LOUDNESS]
    assert (spread.lowest, spread.median, spread.highest) == (-17.0, -14.0, -12.5)
    assert (spread.lowest_path, spread.highest_path) == ("disc/03.wav", "disc/02.wav")


def test_what_has_no_value_has_a_reason() -> None:
    nothing = survey_set([])
    assert (nothing.files, nothing.spreads, nothing.odd) == (0, (), ())
    for metric in set_metrics():
        assert (nothing.value(metric) is None) == (nothing.reason(metric) is not None)


def tilted(db_over_1_khz: float, seed: int) -> Measurement:
    """Pink noise with more or less over a kilohertz."""
    signal = pink(seed, 8.0)
    spectrum = np.fft.rfft(signal)
    hertz = np.fft.rfftfreq(signal.shape[-1], 1.0 / RATE)
    gain = np.where(hertz > 3500.0, ratio(db_over_1_khz), 1.0)
    louder = 0.1 * np.fft.irfft(spectrum * gain, signal.shape[-1])
    return measure_array(faded(louder, 0.01, RATE), RATE, name=f"{seed}.wav")


def test_the_dull_one_is_named() -> None:
    found = survey_set([tilted(db, seed) for seed, db in enumerate((0.0, 0.5, -0.5, -9.0, 0.2))])
    (named,) = odd(found).items()
    assert named[0] == "3.wav"
    assert "9.1 dB duller" in named[1] or "9.0 dB duller" in named[1] or "8.9 dB" in named[1]


def test_gain_is_no_difference_of_tone() -> None:
    tracks = [measure_array(ratio(-3.0 * n) * 0.1 * pink(n, 4.0), RATE) for n in range(4)]
    assert {one.trait for one in survey_set(tracks).odd} <= {LOUDNESS, PEAK}
