from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from scipy import signal
from tests.dsp.test_k_weighting import SOS_48_KHZ
from tests.signals import RATE, Signal, pink, programme, ratio, sine, steps

from mixcheck import Measurement, measure, measure_array


def windows_lufs(samples: Signal, seconds: float, hop_s: float) -> Signal:
    """Loudness of every whole window, from BS.1770-5 equations 1 and 2, at 48 kHz."""
    energy = np.square(signal.sosfilt(SOS_48_KHZ, samples)).sum(0)
    total = np.concatenate([[0.0], np.cumsum(energy)])
    length, hop = round(seconds * RATE), round(hop_s * RATE)
    starts = np.arange(0, samples.shape[1] - length + 1, hop)
    return np.asarray(-0.691 + 10.0 * np.log10((total[starts + length] - total[starts]) / length))


def mean_lufs(levels: Signal) -> float:
    return float(10.0 * np.log10(np.mean(10.0 ** (levels / 10.0))))


def integrated_by_definition(samples: Signal) -> tuple[float, float]:
    """BS.1770-5 equations 4 to 7: integrated loudness and relative gate."""
    blocks = windows_lufs(samples, 0.4, 0.1)
    blocks = blocks[blocks > -70.0]
    gate = mean_lufs(blocks) - 10.0
    return mean_lufs(blocks[blocks > gate]), gate


def range_by_definition(samples: Signal) -> float:
    """EBU Tech 3342: from the short-term loudness of the file and 1.5 s of silence."""
    levels = windows_lufs(np.pad(samples, ((0, 0), (0, 3 * RATE // 2))), 3.0, 0.1)
    levels = levels[levels >= -70.0]
    levels = np.sort(levels[levels >= mean_lufs(levels) - 20.0])
    low, high = (levels[round((len(levels) - 1) * share)] for share in (0.10, 0.95))
    return float(high - low)


def value(measured: Measurement, name: str) -> float:
    number = measured.value(f"loudness.{name}")
    assert isinstance(number, float)
    return number


@pytest.mark.parametrize("seconds", [0.4, 0.95, 3.0, 7.777, 12.3])
def test_everything_equals_its_definition(seconds: float) -> None:
    samples = programme(seconds)
    measured = measure_array(samples, RATE)
    integrated, gate = integrated_by_definition(samples)
    assert value(measured, "integrated_lufs") == pytest.approx(integrated, abs=1e-6)
    assert value(measured, "relative_gate_lufs") == pytest.approx(gate, abs=1e-6)
    momentary = windows_lufs(samples, 0.4, 0.01)
    assert value(measured, "max_momentary_lufs") == pytest.approx(momentary.max(), abs=1e-6)
    if seconds >= 3.0:
        short_term = windows_lufs(samples, 3.0, 0.01)
        assert value(measured, "max_short_term_lufs") == pytest.approx(short_term.max(), abs=1e-6)
        assert value(measured, "loudness_range_lu") == pytest.approx(
            range_by_definition(samples), abs=1e-4
        )


def test_range_of_a_wide_programme_equals_its_definition() -> None:
    levels = [-20.0, -34.0, -23.0, -60.0, -28.0, -90.0, -31.0, -22.0]
    samples = pink(45, 4.0 * len(levels), 1) * np.repeat([ratio(one) for one in levels], 4 * RATE)
    measured = value(measure_array(samples, RATE), "loudness_range_lu")
    assert measured == pytest.approx(range_by_definition(samples), abs=1e-3)


def test_repeating_a_programme_keeps_its_range() -> None:  # Tech 3342 clause 4
    once = pink(46, 18.0, 1) * np.repeat([0.1, 0.03, 0.06], 6 * RATE)
    ranges = [
        value(measure_array(np.tile(once, (1, times)), RATE), "loudness_range_lu")
        for times in (1, 2)
    ]
    assert ranges[1] == pytest.approx(ranges[0], abs=0.5)


@pytest.mark.parametrize(
    ("rate", "channels"),
    [(8_000, 1), (16_000, 1), (22_050, 2), (32_000, 2), (44_100, 2), (96_000, 1), (192_000, 2)],
)
def test_integrated_agrees_with_pyloudnorm(rate: int, channels: int) -> None:
    samples = programme(4.0, rate)[:channels]
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    expected = meter.integrated_loudness(samples.T)
    measured = measure_array(samples, rate)
    assert value(measured, "integrated_lufs") == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_agrees_with_ffmpeg(tmp_path: Path, ffmpeg: str, rate: int) -> None:
    path = tmp_path / "a.wav"
    samples = np.concatenate([programme(8.0, rate), 0.2 * programme(8.0, rate, seed=8)], axis=1)
    soundfile.write(path, samples.T, rate, "PCM_24")
    command = [ffmpeg, "-hide_banner", "-nostats", "-i", str(path)]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    integrated, loudness_range, peak = (
        float(re.findall(rf"{word}:\s+(-?[\d.]+) {unit}", said)[-1])
        for word, unit in (("I", "LUFS"), ("LRA", "LU"), ("Peak", "dBFS"))
    )
    measured = measure(path)
    assert value(measured, "integrated_lufs") == pytest.approx(integrated, abs=0.1)
    assert value(measured, "loudness_range_lu") == pytest.approx(loudness_range, abs=0.3)
    assert measured.value("peak.max_true_peak_dbtp") == pytest.approx(peak, abs=0.3)


def test_the_last_partial_gating_block_does_not_count() -> None:
    quiet, loud = np.full(RATE, 0.01), np.full(RATE // 11, 1.0)  # 91 ms of it
    carrier = np.sin(2 * np.pi * 1000 * np.arange(len(quiet) + len(loud)) / RATE)
    with_tail = (np.concatenate([quiet, loud]) * carrier)[None]
    plain = value(measure_array(with_tail[:, :RATE], RATE), "integrated_lufs")
    assert value(measure_array(with_tail, RATE), "integrated_lufs") == plain


def test_dual_mono_is_3_01_lu_louder(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    samples = programme(4.0)[0]
    soundfile.write(path, samples, RATE, "FLOAT")
    twice = measure_array(np.stack([samples, samples]), RATE)
    mono, dual = measure(path), measure(path, dual_mono=True)
    for name in ("integrated_lufs", "max_momentary_lufs", "max_short_term_lufs"):
        assert value(dual, name) == pytest.approx(value(twice, name), abs=1e-4)
        assert value(dual, name) - value(mono, name) == pytest.approx(10 * np.log10(2), abs=1e-4)


def test_dual_mono_leaves_a_stereo_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, programme(1.0).T, RATE, "FLOAT")
    assert measure(path, dual_mono=True).to_dict() == measure(path).to_dict()


def test_peak_to_loudness_is_peak_less_loudness() -> None:
    measured = measure_array(programme(5.0), RATE)
    peak = measured.value("peak.max_true_peak_dbtp")
    assert isinstance(peak, float)
    assert value(measured, "plr_lu") == pytest.approx(peak - value(measured, "integrated_lufs"))


def test_least_peak_to_short_term_is_that_of_the_densest_place() -> None:
    # A sine's true peak over its loudness in both channels: 1 kHz reads 0 LUFS at 0 dBFS.
    dense = steps([(6.0, -6.0)])
    peaky = steps([(6.0, -20.0)])
    peaky[:: RATE // 2] = ratio(-1.0)
    samples = np.tile(np.concatenate([peaky, dense, peaky]), (2, 1))
    assert value(measure_array(samples, RATE), "min_psr_lu") == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("seconds", [5.0, 5.1, 5.5, 5.9])
def test_a_second_cut_short_at_the_end_leaves_no_peak_out(seconds: float) -> None:
    """At 3, 4 and 5 s the three seconds before hold the peak; no second ends later."""
    samples = np.stack([ratio(-30.0) * sine(997.0, seconds)] * 2)
    samples[:, round(2.5 * RATE)] = 0.9
    assert value(measure_array(samples, RATE), "min_psr_lu") == pytest.approx(29.1, abs=0.5)


def test_without_a_layout_there_is_no_loudness() -> None:
    samples = np.random.default_rng(40).uniform(-0.5, 0.5, (7, 5 * RATE))
    measured = measure_array(samples, RATE)
    assert measured.value("loudness.integrated_lufs") is None
    assert "7 channels" in (measured.reason("loudness.integrated_lufs") or "")


@pytest.mark.parametrize(
    ("seconds", "names", "reason"),
    [
        (0.399, ("integrated_lufs", "max_momentary_lufs", "plr_lu"), "0.4 s"),
        (2.999, ("max_short_term_lufs", "loudness_range_lu", "min_psr_lu"), "3 s"),
    ],
)
def test_shorter_than_a_window_is_said(seconds: float, names: tuple[str, ...], reason: str) -> None:
    measured = measure_array(programme(seconds), RATE)
    for name in names:
        assert measured.value(f"loudness.{name}") is None
        assert reason in (measured.reason(f"loudness.{name}") or "")


def test_under_the_absolute_gate_there_is_no_integrated_loudness() -> None:
    measured = measure_array(np.tile(steps([(5.0, -71.0)]), (2, 1)), RATE)
    assert measured.value("loudness.integrated_lufs") is None
    assert "-70" in (measured.reason("loudness.integrated_lufs") or "")
    assert value(measured, "max_momentary_lufs") == pytest.approx(-71.0, abs=0.05)


def test_a_lone_lfe_has_no_loudness_and_the_reason_says_so() -> None:
    samples = np.zeros((6, 5 * RATE))
    samples[3] = 0.1 * np.random.default_rng(5).standard_normal(5 * RATE)
    measured = measure_array(samples, RATE, layout="5.1")
    assert measured.value("loudness.integrated_lufs") is None
    assert "LFE" in (measured.reason("loudness.integrated_lufs") or "")
    silent = measure_array(0.0 * samples, RATE, layout="5.1")
    assert "LFE" not in (silent.reason("loudness.integrated_lufs") or "")
