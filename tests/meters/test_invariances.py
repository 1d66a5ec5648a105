"""What must hold for every number of every meter, whatever it measures."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.signals import RATE, Signal, faded, noise, pink, programme, ratio, sine

from mixcheck import Measurement, measure, measure_array, metrics
from mixcheck.meters import METERS, finding_kinds
from mixcheck.meters.base import LISTED_PER_CODE
from mixcheck.units import quantities

LEVEL_UNITS = {"LUFS", "dBTP", "dBFS", "dBFS(A)"}
METRICS = {path: about for path, about in metrics().items() if not path.startswith("format.")}


def values(measured: Measurement) -> dict[str, Any]:
    return {path: measured.value(path) for path in METRICS}


def close(value: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, tuple):
        return len(value) == len(expected) and all(
            close(one, other, tolerance) for one, other in zip(value, expected, strict=True)
        )
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=tolerance, abs_tol=tolerance)


def assert_close(
    measured: Measurement,
    expected: dict[str, Any],
    tolerance: float = 1e-3,
    leave: frozenset[str] = frozenset(),
) -> None:
    found = values(measured)
    wrong = {
        path: (found[path], number)
        for path, number in expected.items()
        if path not in leave and not close(found[path], number, tolerance)
    }
    assert not wrong


def mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(mapped(one, function) for one in value)
    return None if value is None else function(value)


def flatten(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for pair in data.items() for part in pair for leaf in flatten(part)]
    if isinstance(data, list | tuple):
        return [leaf for part in data for leaf in flatten(part)]
    return [data]


def assert_sound(measured: Measurement) -> None:
    """What is true of every measurement, of whatever."""
    for meter in METERS:
        reading = measured.readings[meter.name]
        assert isinstance(reading, meter.reading)
        fields = quantities(meter.reading)
        for name in fields:
            value = getattr(reading, name)
            if value is None or (isinstance(value, tuple) and None in value):
                assert reading.reasons.get(name), f"{meter.name}.{name} is None without a reason"
            else:
                assert name not in reading.reasons, f"{meter.name}.{name} has a value and a reason"
        assert set(reading.reasons) <= set(fields) | set(finding_kinds())
    plain = measured.to_dict()
    assert {type(leaf) for leaf in flatten(plain)} <= {str, int, float, bool, type(None)}
    text = json.dumps(plain, allow_nan=False)
    again = Measurement.from_dict(json.loads(text))
    assert again.to_dict() == plain
    assert pickle.loads(pickle.dumps(measured)) == measured
    for item in measured.findings:
        assert item.code in finding_kinds()
        kind = finding_kinds()[item.code]
        assert item.severity in {kind.severity, kind.mildest, kind.info_below and "info"}
        assert set(item.channels) <= set(range(measured.format.channels)), item
        assert 0.0 <= item.confidence <= 1.0
        assert item.message
    codes = [item.code for item in measured.findings]
    assert max(map(codes.count, codes), default=0) <= LISTED_PER_CODE


STRANGE = {
    "silence": np.zeros((2, 4 * RATE)),
    "one channel silent": np.stack([0.1 * sine(440, 4.0), np.zeros(4 * RATE)]),
    "silence with one sample": np.eye(1, 4 * RATE, 2 * RATE),
    "offset alone": np.full((2, 4 * RATE), -0.3),
    "full-scale square": np.tile(np.sign(sine(440, 4.0, phase_deg=1.0)), (2, 1)),
    "inverted": np.outer([0.3, -0.3], sine(440, 4.0)),
    "far beyond full scale": 1e4 * noise(1, 4.0),
    "as good as nothing": 1e-9 * noise(1, 4.0),
    "under what float32 can square": 1e-30 * noise(1, 4.0),
    "over what float32 can square": 1e20 * noise(1, 4.0),
    "clicks at both ends": np.pad(np.zeros((2, 4 * RATE)), ((0, 0), (1, 1)), constant_values=1.5),
    "hum": np.tile(0.01 * sine(50, 4.5) + 1e-5 * noise(2, 4.5, 1)[0], (2, 1)),
    "all NaN": np.full((2, RATE), np.nan),
    "NaN and infinity here and there": np.where(
        np.arange(4 * RATE) % 9973 == 5, np.array([[np.nan], [-np.inf]]), 0.1 * noise(3, 4.0)
    ),
    "7 channels": 0.1 * noise(4, 3.5, 7),
    "5.1 with silent LFE": 0.1 * noise(5, 3.5, 6) * np.array([1, 1, 1, 0, 1, 1])[:, None],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", STRANGE)
def test_strange_signals_are_measured_soundly(name: str, dtype: type[np.floating]) -> None:
    assert_sound(measure_array(STRANGE[name].astype(dtype), RATE))


@pytest.mark.parametrize("name", STRANGE)
def test_findings_lie_within_the_file(name: str) -> None:
    with np.errstate(invalid="ignore"):
        measured = measure_array(STRANGE[name], RATE)
    for item in measured.findings:
        assert 0.0 <= item.start_s <= item.end_s <= measured.format.duration_s + 1e-9, item


@pytest.mark.parametrize("exponent", [4, 10, 14, 18, 22, 38])
def test_any_magnitude_that_float32_holds_is_measured_soundly(exponent: int) -> None:
    samples = (10.0**exponent * noise(6, 2.2).clip(-3, 3)).astype(np.float32)
    assert_sound(measure_array(samples, RATE))


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000, 384_000])
@pytest.mark.parametrize("channels", [1, 2, 5, 8])
@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.013, 0.3, 0.45, 1.0, 1.01, 2.5])
def test_short_files_are_measured_soundly(rate: int, channels: int, seconds: float) -> None:
    frames = max(1, round(seconds * rate))
    samples = 0.1 * np.random.default_rng(7).standard_normal((channels, frames))
    assert_sound(measure_array(samples.astype(np.float32), rate))


@given(
    frames=st.integers(1, 5000),
    channels=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
    grid=st.sampled_from([2, 4, 256, 2**15]),
    rate=st.sampled_from([8_000, 44_100]),
)
@settings(max_examples=60)
def test_coarse_noise_of_any_length_is_measured_soundly(
    frames: int, channels: int, seed: int, grid: int, rate: int
) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.integers(-grid, grid + 1, (channels, frames)) / grid
    assert_sound(measure_array(samples, rate))


PROGRAMME = programme(8.3)
MEASURED = values(measure_array(PROGRAMME, RATE))


def test_the_programme_of_these_tests_has_every_number_but_hum() -> None:
    missing = {path for path, value in MEASURED.items() if value is None}
    absent = {"noise.hum_hz", "noise.hum_dbfs", "clipping.clip_level_dbfs"}
    assert missing == absent | {"integrity.effective_bit_depth"}


@given(gain_db=st.floats(-6.0, 5.5))
@settings(max_examples=12)
def test_gain_moves_levels_and_nothing_else(gain_db: float) -> None:
    expected: dict[str, Any] = {}
    for path, value in MEASURED.items():
        if METRICS[path].unit in LEVEL_UNITS or path == "spectrum.band_level_db":
            expected[path] = mapped(value, lambda level: level + gain_db)
        elif METRICS[path].unit == "FS":
            expected[path] = mapped(value, lambda share: share * ratio(gain_db))
        else:
            expected[path] = value
    measured = measure_array(PROGRAMME * ratio(gain_db), RATE)
    # Silence is told by a fixed level, and the room tone by whole decibels.
    fixed = frozenset({"integrity.leading_silence_s", "integrity.trailing_silence_s"})
    fixed |= {"noise.head_room_tone_s", "noise.tail_room_tone_s"}
    assert_close(measured, expected, 1e-3, leave=fixed)
    for path in fixed:
        assert measured.value(path) == pytest.approx(MEASURED[path], abs=0.03)


@pytest.mark.parametrize("rate", [44_100, 88_200, 96_000, 192_000])
def test_the_rate_moves_no_number_of_the_sound(rate: int) -> None:
    """The same sound at another rate; the band of both is full up to 15 kHz."""
    common = math.gcd(rate, RATE)
    resampled = signal.resample_poly(PROGRAMME, rate // common, RATE // common, axis=1)
    measured = measure_array(resampled, rate)
    for path, tolerance in (
        ("loudness.integrated_lufs", 0.02),
        ("loudness.loudness_range_lu", 0.05),
        ("loudness.max_momentary_lufs", 0.03),
        ("loudness.max_short_term_lufs", 0.03),
        ("peak.max_true_peak_dbtp", 0.05),
        ("level.rms_dbfs", 0.01),
        ("stereo.correlation", 0.002),
        ("stereo.mono_sum_loss_db", 0.01),
        ("noise.noise_floor_dbfs", 0.1),
        ("spectrum.tilt_db_per_octave", 0.02),
        ("spectrum.centroid_hz", 20.0),
    ):
        assert measured.value(path) == pytest.approx(MEASURED[path], abs=tolerance), path


def test_swapped_channels_swap_what_is_per_channel() -> None:
    expected = {
        path: value[::-1] if isinstance(value, tuple) and len(value) == 2 else value
        for path, value in MEASURED.items()
    }
    expected["stereo.balance_db"] = -expected["stereo.balance_db"]
    assert_close(measure_array(PROGRAMME[::-1], RATE), expected, 1e-6)


def test_polarity_changes_the_sign_of_the_offset_only() -> None:
    expected = MEASURED | {
        "level.dc_offset_fs": mapped(MEASURED["level.dc_offset_fs"], lambda x: -x)
    }
    assert_close(measure_array(-PROGRAMME, RATE), expected, 1e-9)


def test_silence_before_and_after_moves_neither_loudness_nor_peaks() -> None:
    kept = {
        "loudness.max_momentary_lufs", "loudness.max_short_term_lufs",
        "peak.max_true_peak_dbtp", "peak.true_peak_dbtp", "peak.max_sample_peak_dbfs",
        "peak.sample_peak_dbfs", "peak.inter_sample_overs", "clipping.clip_runs",
        "clipping.clipped_samples", "stereo.correlation", "stereo.balance_db",
        "stereo.mono_sum_loss_db", "stereo.side_to_mid_db", "noise.noise_floor_dbfs",
        "noise.noise_floor_dba", "continuity.dropouts",
    }  # fmt: skip
    padded = np.pad(PROGRAMME, ((0, 0), (3 * RATE, 5 * RATE)))
    measured = measure_array(padded, RATE)
    assert_close(measured, {path: MEASURED[path] for path in kept}, 1e-4)
    assert measured.value("loudness.integrated_lufs") == pytest.approx(
        MEASURED["loudness.integrated_lufs"],
        abs=0.3,  # blocks that the edges cut
    )


def test_more_silence_does_not_move_the_integrated_loudness() -> None:
    short, long = (np.pad(PROGRAMME, ((0, 0), (RATE, pad * RATE))) for pad in (1, 20))
    integrated = [
        measure_array(part, RATE).value("loudness.integrated_lufs") for part in (short, long)
    ]
    assert integrated[1] == pytest.approx(integrated[0], abs=1e-9)


@pytest.mark.parametrize("offset", [1, 240, 12_345, 47_999])
def test_where_blocks_begin_does_not_matter(offset: int) -> None:
    later = measure_array(np.pad(PROGRAMME, ((0, 0), (offset, 0))), RATE)
    same = {
        path: MEASURED[path]
        for path in MEASURED
        if path.startswith(("peak.", "clipping.", "continuity."))
    }
    assert_close(later, same, 1e-6)
    # These look every 10 ms or half second, from the file's beginning on.
    for path in ("loudness.integrated_lufs", "loudness.max_momentary_lufs"):
        assert later.value(path) == pytest.approx(MEASURED[path], abs=0.15)
    for path in ("loudness.max_short_term_lufs", "noise.noise_floor_dbfs", "level.crest_factor_db"):
        assert later.value(path) == pytest.approx(MEASURED[path], abs=0.6)


def test_single_precision_reads_the_same() -> None:
    measured = measure_array(PROGRAMME.astype(np.float32), RATE)
    assert_close(measured, MEASURED, 1e-3)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_any_floating_point_is_taken(dtype: type[np.floating]) -> None:
    samples = PROGRAMME[:, :RATE].astype(dtype)
    measured = measure_array(samples, RATE)
    assert_sound(measured)
    assert_close(measured, values(measure_array(samples.astype(np.float64), RATE)), 0.05)


@pytest.mark.parametrize(
    ("container", "codec", "other"),
    [
        ("WAV", "PCM_16", ("FLAC", "PCM_16")),
        ("WAV", "PCM_24", ("FLAC", "PCM_24")),
        ("AIFF", "PCM_24", ("RF64", "PCM_24")),
        ("CAF", "FLOAT", ("W64", "FLOAT")),
        ("WAV", "DOUBLE", ("AIFF", "DOUBLE")),
    ],
)
def test_the_container_does_not_matter(
    tmp_path: Path, container: str, codec: str, other: tuple[str, str]
) -> None:
    samples = np.round(PROGRAMME[:, : 3 * RATE + 77] * 2**15) / 2**15
    first = tmp_path / "first.file"
    second = tmp_path / "second.file"
    soundfile.write(first, samples.T, RATE, codec, format=container)
    soundfile.write(second, samples.T, RATE, other[1], format=other[0])
    measured = measure(first)
    assert measured.readings == measure(second).readings
    array = measure_array(samples.astype(np.float64 if codec == "DOUBLE" else np.float32), RATE)
    if codec in ("FLOAT", "DOUBLE"):
        assert measured.readings == array.readings
    # In PCM the rounding of its bit depth hides what lies below.
    assert_close(array, values(measured), 0.0, frozenset({"integrity.effective_bandwidth_hz"}))


def test_what_is_not_a_number_counts_as_zero() -> None:
    holes = PROGRAMME.copy()
    holes[0, 1234], holes[1, 200_000] = np.nan, np.inf
    zeros = np.where(np.isfinite(holes), holes, 0.0)
    expected = values(measure_array(zeros, RATE)) | {"integrity.non_finite_samples": 2}
    assert_close(measure_array(holes, RATE), expected, 1e-9)


def test_repeating_it_keeps_what_is_an_average() -> None:
    half = faded(0.1 * pink(8, 6.0), 0.05)
    once, twice = (values(measure_array(np.tile(half, (1, n)), RATE)) for n in (1, 2))
    for path in METRICS:
        if path.startswith(("level.", "spectrum.", "stereo.")) and path != "level.dynamic_range_dr":
            assert close(twice[path], once[path], 0.02), path


def test_measuring_leaves_the_samples_alone() -> None:
    samples = PROGRAMME.copy()
    measure_array(samples, RATE)
    np.testing.assert_array_equal(samples, PROGRAMME)
    assert samples.flags.writeable


def test_a_measurement_is_frozen() -> None:
    measured = measure_array(np.zeros((1, 100)), RATE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        measured.path = "other"  # type: ignore[misc]


def test_an_unknown_metric_is_a_key_error() -> None:
    measured = measure_array(np.zeros((1, 100)), RATE)
    for path in ("loudness", "loudness.nothing", "nothing.rms_dbfs", "loudness.reasons", ""):
        with pytest.raises(KeyError):
            measured.value(path)


def test_findings_are_in_order_of_time() -> None:
    samples: Signal = programme(6.0)
    samples[:, 3 * RATE : 3 * RATE + 900] = 0.0
    samples[0, RATE : RATE + 9] = 1.0
    starts = [item.start_s for item in measure_array(samples, RATE).findings]
    assert len(starts) >= 2
    assert starts == sorted(starts)
