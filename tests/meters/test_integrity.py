from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy import signal
from tests.signals import RATE, Signal, faded, noise, pink, programme, sine

from mixcheck import Finding, Measurement, measure, measure_array


def named(measured: Measurement, code: str) -> list[Finding]:
    return [item for item in measured.findings if item.code == code]


def on_grid(samples: Signal, bits: int) -> Signal:
    """On the grid of a depth, the lowest bit in use."""
    steps = 2.0 ** (bits - 1)
    return np.asarray(np.clip(np.round(samples * steps), -steps, steps - 1) / steps)


def write(path: Path, samples: Signal, codec: str) -> Path:
    data = samples.T
    if codec.startswith("PCM"):
        data = np.round(samples.T * 2.0**31).astype(np.int32)
    soundfile.write(path, data, RATE, codec)
    return path


@pytest.mark.parametrize(
    ("codec", "bits", "padded"),
    [
        ("PCM_16", 16, False),
        ("PCM_16", 12, False),
        ("PCM_16", 8, True),
        ("PCM_24", 24, False),
        ("PCM_24", 20, False),
        ("PCM_24", 16, True),
        ("PCM_32", 32, False),
        ("PCM_32", 24, False),  # how converters deliver
        ("PCM_32", 16, True),
        ("FLOAT", 24, False),
        ("FLOAT", 16, False),
        ("DOUBLE", 16, False),
    ],
)
def test_effective_bit_depth_is_what_the_samples_use(
    tmp_path: Path, codec: str, bits: int, padded: bool
) -> None:
    path = write(tmp_path / "a.wav", on_grid(programme(2.0), bits), codec)
    measured = measure(path)
    assert measured.value("integrity.effective_bit_depth") == bits
    assert bool(named(measured, "padded-bit-depth")) == padded


@pytest.mark.parametrize(
    ("suffix", "codec"), [("ogg", "VORBIS"), ("wav", "ULAW"), ("wav", "FLOAT")]
)
def test_without_a_grid_there_is_no_bit_depth(tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, programme(1.0).T, RATE, codec)
    measured = measure(path)
    assert measured.value("integrity.effective_bit_depth") is None
    assert measured.reason("integrity.effective_bit_depth")


@pytest.mark.parametrize("rate", [44_100, 96_000])
@pytest.mark.parametrize(
    ("colour", "cutoff_hz"),
    [("pink", 11_000), ("pink", 16_000), ("pink", 20_000), ("white", 16_000)],
)
def test_effective_bandwidth_is_where_a_steep_low_pass_cuts(
    rate: int, cutoff_hz: int, colour: str
) -> None:
    band = (30.0, rate / 2)
    wide = noise(100, 4.0, 1, rate) if colour == "white" else pink(100, 4.0, 1, rate, band_hz=band)
    taps = signal.firwin(4095, cutoff_hz, fs=rate, window=("kaiser", 12.0))
    samples = faded(0.1 * signal.fftconvolve(wide[0], taps, "same"), 0.02, rate)
    measured = measure_array(on_grid(samples, 24), rate)
    assert measured.value("integrity.effective_bandwidth_hz") == pytest.approx(cutoff_hz, abs=600)


@pytest.mark.parametrize("seconds", [4.0, 20.0])
def test_a_cut_without_a_fade_adds_no_bandwidth(seconds: float) -> None:
    samples = 0.1 * pink(105, seconds, 1, band_hz=(30.0, 10_000.0))
    samples = np.roll(samples, -np.argmax(samples))  # begins on top of a wave
    measured = measure_array(samples, RATE)
    assert measured.value("integrity.effective_bandwidth_hz") == pytest.approx(10_000, abs=600)


def test_effective_bandwidth_of_white_noise_is_the_whole_band() -> None:
    measured = measure_array(0.1 * noise(101, 2.0), RATE)
    assert measured.value("integrity.effective_bandwidth_hz") == pytest.approx(RATE / 2, abs=200)


@pytest.mark.parametrize("rate", [11_025, 48_000])
@pytest.mark.parametrize(("head_s", "tail_s"), [(0.0, 0.0), (0.5, 1.25), (4.0, 11.0)])
def test_silence_around_the_programme_is_timed(rate: int, head_s: float, tail_s: float) -> None:
    programme_ = 0.1 * pink(102, 2.0, 2, rate, band_hz=(50, 4000))
    samples = np.pad(programme_, ((0, 0), (round(head_s * rate), round(tail_s * rate))))
    samples += 10 ** (-70 / 20) * noise(103, samples.shape[1] / rate, 2, rate)
    measured = measure_array(samples, rate)
    assert measured.value("integrity.leading_silence_s") == pytest.approx(head_s, abs=0.011)
    assert measured.value("integrity.trailing_silence_s") == pytest.approx(tail_s, abs=0.011)
    assert bool(named(measured, "leading-silence")) == (head_s > 3.0)
    assert bool(named(measured, "trailing-silence")) == (tail_s > 10.0)


def test_a_silent_file_is_silent_from_end_to_end() -> None:
    measured = measure_array(np.zeros((2, 5 * RATE)), RATE)
    assert measured.value("integrity.leading_silence_s") == 5.0
    assert measured.value("integrity.trailing_silence_s") == 5.0


@pytest.mark.parametrize(("fade_in", "fade_out"), [(True, True), (False, True), (True, False)])
def test_a_cut_is_found_at_the_end_that_has_no_fade(fade_in: bool, fade_out: bool) -> None:
    samples = 0.2 * pink(104, 6.0)
    soft, half = faded(samples, 0.05), samples.shape[1] // 2
    samples[:, :half] = soft[:, :half] if fade_in else samples[:, :half]
    samples[:, half:] = soft[:, half:] if fade_out else samples[:, half:]
    measured = measure_array(samples, RATE)
    starts, ends = named(measured, "cut-start"), named(measured, "cut-end")
    assert (bool(starts), bool(ends)) == (not fade_in, not fade_out)
    for found, place_s in (*((one, 0.0) for one in starts), *((one, 6.0) for one in ends)):
        assert found.start_s == pytest.approx(place_s, abs=0.002)


def test_a_seamless_loop_is_not_cut() -> None:
    turns = np.arange(6 * RATE) / RATE
    loop = sum(0.02 * np.cos(2 * np.pi * hz * turns + hz) for hz in range(101, 5000, 97))
    assert not {"cut-start", "cut-end"} & {
        item.code for item in measure_array(np.asarray(loop), RATE).findings
    }
    broken = np.asarray(loop)[: -RATE // 3]
    assert named(measure_array(broken, RATE), "cut-end")


def test_what_is_not_a_number_is_placed() -> None:
    samples = programme(3.0)
    samples[1, RATE + 7], samples[0, 2 * RATE] = np.nan, -np.inf
    measured = measure_array(samples, RATE)
    assert measured.value("integrity.non_finite_samples") == 2
    places = [(item.channels, item.start_s) for item in named(measured, "non-finite")]
    assert places == [((1,), pytest.approx(1.0 + 7 / RATE)), ((0,), pytest.approx(2.0))]


def test_a_whole_file_of_nan_is_measured_as_silence() -> None:
    measured = measure_array(np.full((2, 2 * RATE), np.nan), RATE)
    assert measured.value("integrity.non_finite_samples") == 4 * RATE
    assert measured.value("level.rms_dbfs") is None
    (found,) = named(measured, "non-finite")
    assert (found.start_s, found.end_s, found.channels) == (0.0, 2.0, (0, 1))


@pytest.mark.parametrize("sample", [np.nan, np.inf, 1e30])
def test_what_is_no_number_is_not_called_silence(sample: float) -> None:
    measured = measure_array(np.full((2, 5 * RATE), sample, np.float32), RATE)
    assert set(measured.counts()) == {"non-finite"}
    assert (
        measured.reason("loudness.integrated_lufs") == "no sample is a number that can be measured"
    )
    assert not any(
        word in reason
        for reason in measured.unseen().values()
        for word in ("silence", "black", "louder")
    )


def test_a_channel_of_nan_is_not_silent_but_one_of_zeros_is() -> None:
    samples = programme(3.0)
    samples[1] = np.nan
    assert "silent-channel" not in measure_array(samples, RATE).counts()
    samples[1] = 0.0
    assert measure_array(samples, RATE).counts()["silent-channel"] == 1


def test_clean_programme_has_no_finding_of_integrity() -> None:
    # Not the programme of the other tests, which does end in a wall, at 15 kHz.
    samples = pink(19, 6.0, band_hz=(30.0, RATE / 2))
    samples = faded(0.5 * samples / np.abs(samples).max(), 0.2)
    samples = np.pad(samples, ((0, 0), (RATE // 4, RATE // 4)))
    measured = measure_array(samples + 1e-4 * sine(440, samples.shape[1] / RATE), RATE)
    assert not [item.code for item in measured.findings]
