"""The levels over time: against the readings, against definitions, and however the blocks fall."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from numpy.typing import NDArray
from tests.signals import RATE, Signal, noise, pink, programme, ratio, sine, steps

import mixcheck
from mixcheck import FileReport, Measurement, MeasurementCache, Series, measure_array
from mixcheck.audio import AudioFormat, SampleBlock
from mixcheck.engine import measure_blocks
from mixcheck.meters import METERS
from mixcheck.report.schema import json_schema
from mixcheck.series import SeriesCollector, SeriesOfSamples
from mixcheck.series.grid import MOST_COLUMNS, Grid
from mixcheck.views import Views


def measured(samples: Signal, rate: int = RATE) -> tuple[Measurement, Series]:
    measurement = measure_array(samples, rate, series=True)
    assert measurement.series is not None
    return measurement, measurement.series


def in_blocks(samples: NDArray[np.floating], seconds: int, rate: int = RATE) -> Series:
    channels, frames = samples.shape
    audio = AudioFormat("array", "FLOAT", rate, channels, frames, frames / rate,
                        channel_layout=("left", "right")[:channels])  # fmt: skip

    def blocks() -> Iterator[SampleBlock]:
        for start in range(0, frames, seconds * rate):
            piece = samples[:, start : start + seconds * rate].copy()
            yield SampleBlock(start, piece, np.empty((0, 2), np.int64))

    series = measure_blocks("array", audio, blocks(), series=True).series
    assert series is not None
    return series


def assert_same(one: object, other: object, tolerance: float = 1e-5) -> None:
    """Equal arrays in every field, to the rounding of single precision."""
    assert dataclasses.is_dataclass(one)
    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            np.testing.assert_allclose(left, right, tolerance, tolerance, err_msg=field.name)
        elif dataclasses.is_dataclass(left):
            assert_same(left, right, tolerance)
        else:
            assert left == right, field.name


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_extremes_of_the_series_are_those_of_the_readings(rate: int, channels: int) -> None:
    samples = programme(7.3, rate)[:channels]
    measurement, series = measured(samples, rate)

    def highest(values: NDArray[np.float64]) -> float:
        return float(np.nanmax(values))

    for name in ("max_momentary_lufs", "max_short_term_lufs"):
        expected = measurement.value(f"loudness.{name}")
        assert highest(getattr(series, name)) == pytest.approx(expected, abs=1e-12)
    true_peak = measurement.value("peak.max_true_peak_dbtp")
    assert highest(series.max_true_peak_dbtp) == pytest.approx(true_peak, abs=1e-12)
    np.testing.assert_array_equal(series.min_sample_fs.min(1), samples.min(1))
    np.testing.assert_array_equal(series.max_sample_fs.max(1), samples.max(1))
    assert series.columns == 730


def test_a_steady_tone_is_as_loud_all_the_time() -> None:
    """EBU Tech 3341 cases 1 and 9: -23.0 LUFS within 0.1, every window once it is full."""
    tone = np.stack([sine(1000.0, 10.0, amplitude=ratio(-23.0))] * 2)
    _, series = measured(tone)
    for kind, full in (("momentary", 40), ("short_term", 300)):
        for end in ("min", "max"):
            values = getattr(series, f"{end}_{kind}_lufs")
            assert np.isnan(values[: full - 1]).all()
            np.testing.assert_allclose(values[full - 1 :], -23.0, atol=0.1)


def test_short_term_is_steady_where_the_standard_says_so() -> None:
    """EBU Tech 3341 case 9: bursts of 1.34 s at -20 and 1.66 s at -30 dBFS, five times."""
    tone = steps([(1.34, -20.0), (1.66, -30.0)] * 5)
    _, series = measured(np.stack([tone, tone]))
    np.testing.assert_allclose(series.min_short_term_lufs[299:], -23.0, atol=0.1)
    np.testing.assert_allclose(series.max_short_term_lufs[299:], -23.0, atol=0.1)


def test_silence_is_minus_infinity_and_a_column_says_when() -> None:
    tone = np.concatenate([np.zeros(2 * RATE), sine(1000.0, 2.0), np.zeros(2 * RATE)])
    _, series = measured(tone[None])
    momentary = series.max_momentary_lufs
    assert np.isnan(momentary[:39]).all()
    assert np.isneginf(momentary[39:199]).all()
    assert momentary[201] > -25.0
    assert np.isneginf(series.max_true_peak_dbtp[[0, 5]]).all()
    assert series.correlation is None
    assert series.bass_correlation is None


def test_correlation_over_time() -> None:
    """The same, unrelated, inverted, in turn; the bass always the same in both."""
    left, other = pink(1, 12.0, band_hz=(400.0, 12_000.0)) * 0.1
    bass = sine(60.0, 12.0, amplitude=0.1)
    third = len(left) // 3
    right = np.concatenate([left[:third], other[third : 2 * third], -left[2 * third :]])
    _, series = measured(np.stack([left, right]))
    _, with_bass = measured(np.stack([left + bass, right + bass]))
    assert series.correlation is not None
    assert with_bass.bass_correlation is not None
    same, unrelated, inverted = np.split(series.correlation, 3)
    np.testing.assert_allclose(same[:-26], 1.0, atol=1e-5)
    assert np.abs(unrelated[26:-26]).max() < 0.25
    np.testing.assert_allclose(inverted[26:], -1.0, atol=1e-5)
    np.testing.assert_allclose(with_bass.bass_correlation[100:-100], 1.0, atol=0.01)


def test_columns_of_nothing_have_no_correlation() -> None:
    tone = np.stack([np.concatenate([sine(100.0, 2.0), np.zeros(2 * RATE)])] * 2)
    _, series = measured(tone)
    assert series.correlation is not None
    assert np.isfinite(series.correlation[:200]).all()
    assert np.isnan(series.correlation[230:]).all()


@pytest.mark.parametrize("rate", [44_100, 11_025])
@pytest.mark.parametrize("seconds", [2, 3, 60])
def test_any_split_into_blocks_gives_the_same(rate: int, seconds: int) -> None:
    samples = programme(8.61, rate).astype(np.float32)
    assert_same(in_blocks(samples, 1, rate), in_blocks(samples, seconds, rate), 2e-4)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(2, 9), st.data())
def test_merged_columns_are_those_of_the_coarser_grid(
    pieces: list[int], most: int, data: st.DataObject
) -> None:
    """Whatever the pieces and however often neighbours were merged."""
    whole = np.random.default_rng(data.draw(st.integers(0, 99))).standard_normal(sum(pieces))
    grid = Grid(most)
    merges = (np.fmin, np.fmax, np.add)
    tracks = [grid.track(1, merge) for merge in merges]
    start = 0
    for piece in pieces:
        for track in tracks:
            track.add(whole[None, start : start + piece])
        grid.settle()
        start += piece
    grid.fit()
    for track, merge in zip(tracks, merges, strict=True):
        assert track.columns <= most
        starts = range(0, len(whole), grid.cells_in_column)
        expected = [merge.reduce(whole[at : at + grid.cells_in_column]) for at in starts]
        np.testing.assert_allclose(track.values[0], expected, atol=1e-12)


def test_two_hours_take_no_more_room_than_two_minutes() -> None:
    """At a low rate, so that the test is quick: what counts is the time."""
    rate, seconds = 8_000, 60
    piece = noise(3, seconds, 1, rate).astype(np.float32) * 0.1

    def room(minutes: int) -> int:
        frames = minutes * 60 * rate
        audio = AudioFormat("array", "FLOAT", rate, 1, frames, frames / rate,
                            channel_layout=("mono",))  # fmt: skip
        views, meters = Views(audio), {meter.name: meter(audio) for meter in METERS}
        collector, of_samples = SeriesCollector(audio, meters), SeriesOfSamples(audio)
        starts = range(0, frames, seconds * rate)
        blocks = (SampleBlock(at, piece.copy(), np.empty((0, 2), np.int64)) for at in starts)
        for block in views.complete(views.begin(blocks)):
            for name in ("loudness", "bass"):
                meters[name].update(block)
            collector.update(block)
            of_samples.update(block)
        held = len(pickle.dumps((collector._parts, of_samples._parts)))
        series = collector.finish(of_samples.finish())
        assert series.columns <= MOST_COLUMNS
        assert series.column_s * series.columns == pytest.approx(minutes * 60, rel=1e-3)
        return held

    assert room(120) < 1.5 * room(2) < 6 << 20


def test_none_unless_asked_for() -> None:
    assert measure_array(programme(1.0), RATE).series is None


def test_json_holds_it_by_its_schema() -> None:
    for samples in (programme(4.0), programme(0.3), np.zeros((1, 4800))):
        measurement, series = measured(samples)
        text = mixcheck.render([FileReport(measurement)], "json")
        document = json.loads(text, parse_constant=pytest.fail)
        Draft202012Validator(json_schema()).validate(document)
        told = document["files"][0]["series"]
        assert len(told["max_momentary_lufs"]) == series.columns
        assert told["column_s"] == 0.01
        assert Measurement.from_dict(measurement.to_dict()).series is None


def test_spectrogram_shows_a_tone_in_its_band_and_at_its_time() -> None:
    """1 kHz at -20 dBFS (RMS) for two seconds, then silence, then 8 kHz."""
    level = ratio(-20.0 + 3.01)
    parts = [sine(1000.0, 2.0, amplitude=level), np.zeros(RATE), sine(8000.0, 2.0, amplitude=level)]
    _, series = measured(np.concatenate(parts)[None])
    shown = series.spectrogram
    starts = np.arange(shown.level_db.shape[1]) * shown.column_s
    for frequency, start, end in ((1000.0, 0.1, 1.9), (8000.0, 3.1, 4.9)):
        inside = (starts > start) & (starts + shown.column_s < end)
        near = slice(*np.searchsorted(shown.edge_hz, [frequency / 1.06, frequency * 1.06]))
        power = 10.0 ** (shown.level_db[near, inside] / 10.0)
        np.testing.assert_allclose(10.0 * np.log10(power.sum(0)), -20.0, atol=0.2)
    assert (shown.level_db[:, (starts > 2.1) & (starts < 2.8)] < -120.0).all()


@pytest.mark.parametrize("seconds", [3.0, 700.0])
def test_spectrogram_and_percentiles_hold_the_power_of_the_file(seconds: float) -> None:
    """Steady noise: fine columns or seconds, each has the level of the whole."""
    rate = 8_000
    samples = noise(5, seconds, 2, rate) * 0.05
    measurement, series = measured(samples, rate)
    whole = measurement.value("level.rms_dbfs")
    power = (10.0 ** (series.spectrogram.level_db / 10.0)).sum(0)
    assert 10.0 * np.log10(power[1:-2].mean()) == pytest.approx(whole, abs=0.2)
    ten, half, ninety = series.bands.level_db
    assert (ten <= half).all()
    assert (half <= ninety).all()
    band = measurement.value("spectrum.band_level_db")
    np.testing.assert_allclose(half[-8:], band[-8:], atol=1.0)


def test_percentiles_are_of_the_time() -> None:
    """A tone of 1 kHz, at -20 dBFS (RMS) in a quarter of the seconds, else at -40."""
    tone = steps([(30.0, -37.0), (10.0, -17.0)])
    _, series = measured(tone[None])
    band = int(np.abs(series.bands.centre_hz - 1000.0).argmin())
    assert series.bands.percent.tolist() == [10.0, 50.0, 90.0]
    np.testing.assert_allclose(series.bands.level_db[:, band], [-40.0, -40.0, -20.0], atol=0.2)


def test_level_histogram_counts_every_segment() -> None:
    """Three seconds at -20 dBFS (RMS), one of silence."""
    tone = steps([(3.0, -17.0), (1.0, -np.inf)])
    _, series = measured(tone[None])
    histogram = series.level_histogram
    assert histogram.softer_segments == 100
    assert histogram.segments.sum() == 300
    loudest = int(histogram.segments.argmax())
    assert histogram.segments[loudest] == 300
    assert histogram.edge_dbfs[loudest] <= -20.0 + 0.02 <= histogram.edge_dbfs[loudest + 1] + 0.02


def test_goniometer_draws_the_lines_that_engineers_know() -> None:
    """Mono stands upright, inverted lies, left alone leans to the left."""
    tone = sine(997.0, 2.0)
    nothing = np.zeros_like(tone)

    def drawn(left: Signal, right: Signal) -> NDArray[np.int64]:
        _, series = measured(np.stack([left, right]))
        assert series.goniometer is not None
        rows, columns = np.nonzero(series.goniometer.frames)
        return np.stack([columns, rows]) - series.goniometer.frames.shape[0] // 2

    side, mid = drawn(tone, tone)
    assert (side == 0).all()
    assert mid.max() == -mid.min() == 48
    side, mid = drawn(tone, -tone)
    assert (mid == 0).all()
    assert side.max() == 48
    side, mid = drawn(tone, nothing)
    assert (side == -mid).all()
    assert len(np.unique(mid)) > 30


@pytest.mark.parametrize(("suffix", "subtype"), [("flac", "PCM_24"), ("aiff", "PCM_24")])
def test_series_are_the_same_in_any_container(tmp_path: Path, suffix: str, subtype: str) -> None:
    """Wherever the samples are decoded: longer than what two processes share."""
    paths = [tmp_path / "a.wav", tmp_path / f"a.{suffix}"]
    samples = np.rint(programme(24.0).T * 2**23).astype(np.int32) << 8
    for path in paths:
        soundfile.write(path, samples, RATE, subtype)
    first, second = (mixcheck.measure(path, series=True).series for path in paths)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.max_momentary_lufs, second.max_momentary_lufs)
    np.testing.assert_array_equal(first.spectrogram.level_db, second.spectrogram.level_db)


def test_excerpts_are_the_samples_around_the_worst_places(tmp_path: Path) -> None:
    """A gap in a tone: its place, and what the file holds around it."""
    tone = np.stack([sine(440.0, 4.0, amplitude=0.3)] * 2)
    tone[:, 2 * RATE : 2 * RATE + 960] = 0.0
    path = tmp_path / "gap.wav"
    soundfile.write(path, tone.T, RATE, subtype="FLOAT")
    series = mixcheck.measure(path, series=True).series
    assert series is not None
    assert any(abs(one.at_s - 2.0) < 0.001 for one in series.excerpts)
    assert len(series.excerpts) <= 3
    for one in series.excerpts:
        start = round(one.start_s * RATE)
        assert one.start_s <= one.at_s
        held = tone[:, start : start + one.samples.shape[1]]
        np.testing.assert_allclose(one.samples, held, atol=1e-7)


def test_series_of_many_files_though_the_cache_knows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(1.0).T, RATE)
    with MeasurementCache(tmp_path / "cache") as cache:
        for asked in (False, True, True, False):
            (outcome,) = mixcheck.measure_many([path], cache=cache, series=asked)
            assert isinstance(outcome, Measurement)
            assert (outcome.series is not None) == asked
