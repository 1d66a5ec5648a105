from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.dsp.test_runs import runs_by_definition
from tests.signals import RATE, Signal, faded, noise, pink, programme, ratio, sine

from mixcheck import Measurement, measure, measure_array


def codes(measured: Measurement) -> list[str]:
    return [item.code for item in measured.findings if item.code == "clipping"]


def loud(seconds: float = 4.0, seed: int = 70) -> Signal:
    """Noise like music whose highest tops reach 1.8 times full scale."""
    samples = pink(seed, seconds)
    return np.asarray(1.8 * faded(samples, 0.05) / np.abs(samples).max())


def quantised(samples: Signal, bits: int) -> Signal:
    steps = 2.0 ** (bits - 1)
    return np.asarray(np.clip(np.round(samples * steps), -steps, steps - 1) / steps)


@pytest.mark.parametrize("gain_db", [0.0, -0.3, -3.0, -12.0])
def test_flat_tops_are_counted_at_any_level(gain_db: float) -> None:
    samples = (ratio(gain_db) * np.clip(loud(), -1.0, 1.0)).astype(np.float32)
    top = np.abs(samples).max()
    flat = [run for run in runs_by_definition(samples) if abs(run[3]) == top]
    assert len(flat) > 20
    # Below full scale a top that is left by little more than nothing is not counted.
    share = 0.0 if gain_db == 0.0 else 0.02
    clipped = sum(run[2] for run in flat)
    measured = measure_array(samples, RATE)
    assert measured.value("clipping.clip_runs") == pytest.approx(len(flat), rel=share)
    assert measured.value("clipping.clipped_samples") == pytest.approx(clipped, rel=share)
    assert measured.value("clipping.clip_level_dbfs") == pytest.approx(gain_db, abs=0.01)
    assert codes(measured)


@pytest.mark.parametrize("codec", ["PCM_16", "PCM_24", "FLOAT"])
def test_clipping_on_the_way_to_a_file_is_seen(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.clip(loud(), -1.0, 1.0).T, RATE, codec)
    measured = measure(path)
    assert measured.value("clipping.clip_level_dbfs") == pytest.approx(0.0, abs=0.01)
    assert codes(measured)


def test_a_flat_top_is_placed_in_time_and_channel() -> None:
    samples = 0.5 * programme(3.0)
    samples[1, RATE + 480 : RATE + 487] = 1.0
    (found,) = [item for item in measure_array(samples, RATE).findings if item.code == "clipping"]
    assert found.channels == (1,)
    assert found.start_s == pytest.approx(1.01)
    assert found.end_s == pytest.approx(1.01 + 7 / RATE)
    assert (found.value, found.unit) == (7.0, "samples")


def held_here_and_there() -> Signal:
    """A clean mono programme that repeats a sample now and then, once at its top."""
    samples = programme(4.0)[0]
    for start in (*np.random.default_rng(75).integers(1000, 190_000, 300), np.argmax(samples)):
        samples[start : start + 5] = samples[start]
    return samples


CLEAN = {
    "held here and there": held_here_and_there(),
    "programme": programme(4.0),
    "full-scale programme": programme(4.0, peak=1.0),
    "programme beyond full scale": programme(4.0, peak=1.7),
    "full-scale sine": sine(997, 3.0),
    "slow full-scale sine in 16 bits": quantised(sine(20, 3.0), 16),
    "slow sine in 8 bits": quantised(0.5 * sine(20, 3.0), 8),
    "sine locked to the rate": sine(RATE / 8, 3.0, amplitude=0.7, phase_deg=22.5),
    "square": 0.5 * np.sign(sine(440, 3.0, phase_deg=1.0)),
    "full-scale square": np.sign(sine(440, 3.0, phase_deg=1.0)),
    "sample and hold": np.repeat(0.2 * noise(71, 0.5, 1)[0], 4),
    "quiet noise in 16 bits": quantised(3e-5 * noise(72, 3.0), 16),
    "soft-limited": np.tanh(loud()),
    "silence": np.zeros((2, RATE)),
    "offset": np.full((2, RATE), 0.5),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_material_is_not_clipped(name: str) -> None:
    measured = measure_array(CLEAN[name], RATE)
    assert not codes(measured)
    assert measured.value("clipping.clip_runs") == 0
    assert measured.value("clipping.clipped_samples") == 0
    assert measured.reason("clipping.clip_level_dbfs")


@pytest.mark.parametrize("frequency_hz", [30, 60, 90])
def test_a_smooth_bass_elsewhere_in_the_file_hides_no_clipping(frequency_hz: int) -> None:
    """A slow wave in 16 bits holds values by the thousand, one step apart: no square wave."""
    clipped = quantised(0.5 * np.clip(2.0 * loud(2.0, seed=74)[:1], -1.0, 1.0), 16)
    bass = quantised(0.05 * sine(frequency_hz, 20.0), 16)[None]
    alone = measure_array(clipped, RATE).value("clipping.clip_runs")
    assert isinstance(alone, int)
    assert alone > 20
    joined = np.concatenate([clipped, bass], axis=1)
    assert measure_array(joined, RATE).value("clipping.clip_runs") == alone


def test_many_flat_tops_are_counted_beyond_those_listed() -> None:
    samples = np.clip(loud(8.0, seed=74) * 2.0, -1.0, 1.0)
    measured = measure_array(samples, RATE)
    flat = [run for run in runs_by_definition(samples) if abs(run[3]) == 1.0]
    assert len(flat) > 200
    assert measured.value("clipping.clip_runs") == len(flat)
    assert len(codes(measured)) == 100


def test_a_top_at_full_scale_that_is_left_by_a_step_first_is_clipping() -> None:
    """As where a soft limiter, or noise of a step or two, follows the cut."""
    samples = 0.5 * quantised(programme(3.0), 16)
    top = np.array([20000, 32765, *[32767] * 8, 32766, 32740, 30000]) / 32768
    samples[0, RATE : RATE + len(top)] = top
    (found,) = [item for item in measure_array(samples, RATE).findings if item.code == "clipping"]
    assert found.start_s == pytest.approx(1.0 + 2 / RATE)
    assert found.value == 8.0


@pytest.mark.parametrize("at", [-9, -4, -1, 0, 3])
def test_a_slow_top_at_full_scale_is_none_wherever_a_second_ends(at: int) -> None:
    quiet = 0.1 * programme(3.0)[0]
    slow = np.round(32767 * np.cos(2 * np.pi * 20 * np.arange(-600, 600) / RATE)) / 32768
    samples = np.concatenate([quiet[: RATE + at - 600], slow, quiet])
    assert not codes(measure_array(samples, RATE))


def low_rate(clip_at: float) -> Signal:
    """Noise at 8 kHz, its tops one or two samples wide."""
    samples = np.convolve(noise(76, 2.0, 1)[0], [0.6, 1.0, 0.6])
    samples /= np.abs(samples).max()
    return quantised(0.5 * np.clip(samples / clip_at, -1.0, 1.0), 16)


def test_narrow_tops_are_told_by_how_many_lie_at_the_highest_level() -> None:
    measured = measure_array(low_rate(0.7), 8000)
    assert measured.value("clipping.clip_level_dbfs") == pytest.approx(-6.02, abs=0.01)
    assert codes(measured)
    assert not codes(measure_array(low_rate(1.0), 8000))


def test_a_limiter_that_meets_its_ceiling_with_single_samples_does_not_clip() -> None:
    samples = loud(8.0, seed=77)
    for at in np.flatnonzero(np.abs(samples[0]) > 1.0):
        gain = 1.0 / max(1.0, float(np.abs(samples[0, at])))
        near = slice(max(0, at - 64), at + 65)
        samples[:, near] *= 1.0 - (1.0 - gain) * np.hanning(129)[: samples[:, near].shape[1]]
    assert not codes(measure_array(quantised(0.7 * samples / np.abs(samples).max(), 16), RATE))


@pytest.mark.parametrize(
    ("lengths", "severity"),
    [((3,), "warning"), ((4,) * 9, "warning"), ((60,), "error"), ((9,) * 12, "error")],
    ids=["one short top", "few short tops", "one of a millisecond", "many"],
)
def test_few_short_tops_are_slight(lengths: tuple[int, ...], severity: str) -> None:
    samples = 0.5 * programme(4.0)
    for number, length in enumerate(lengths):
        start = (number + 1) * RATE // 4
        samples[0, start : start + length] = 1.0
    found = [one for one in measure_array(samples, RATE).findings if one.code == "clipping"]
    assert {one.severity for one in found} == {severity}
    assert len(found) == len(lengths)
