from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.signals import faded, noise, pink, sine

from mixcheck.conformance.signals import fraction_of_rate, inserted_period
from mixcheck.dsp.interpolation import (
    FINE_PHASES,
    FINE_TAPS,
    KAISER_BETA,
    OVER,
    TAPS,
    WINDOW,
    TruePeakFinder,
    TruePeaks,
    bend_gain,
    interpolator,
    oversampling,
)

PHASES = {44_100: 16, 48_000: 16, 79_999: 16, 88_200: 8, 96_000: 8, 176_400: 4, 192_000: 4}
BEFORE = TAPS // 2 - 1
SINE_DB = 0.02  # issue: any phase, up to 0.45 of the rate
BURST_DB = 0.05


def all_points(row: np.ndarray, phases: int, taps: int = TAPS) -> np.ndarray:
    """Magnitude of samples and of the points after each, from a window before the first on."""
    padded = np.pad(row.astype(np.float64), (WINDOW + taps // 2 - 1, 2 * taps))
    contexts = np.lib.stride_tricks.sliding_window_view(padded, taps)
    contexts = contexts[: WINDOW + len(row) + taps]
    points = contexts @ interpolator(phases, taps).T
    return np.abs(np.column_stack([contexts[:, taps // 2 - 1], points]))


def peak_by_definition(row: np.ndarray) -> float:
    return float(all_points(row, FINE_PHASES, FINE_TAPS).max())


def ideal_peak_db(samples: np.ndarray) -> float:
    """Peak of the ideal interpolation between silences, at 64 points a sample."""
    padded = np.pad(samples, 4096)
    return float(20.0 * np.log10(np.abs(signal.resample(padded, 64 * len(padded))).max()))


def find(samples: np.ndarray, rate: int = 48_000, lengths: tuple[int, ...] = ()) -> TruePeaks:
    finder = TruePeakFinder(rate, len(samples))
    parts = np.split(samples, np.cumsum(lengths), axis=1) if lengths else [samples]
    found = [finder.find(part, last=index == len(parts) - 1) for index, part in enumerate(parts)]
    peaks, *columns = zip(*found, strict=True)
    return TruePeaks(np.concatenate(peaks, axis=1), *(np.concatenate(c) for c in columns))


def peak_db(samples: np.ndarray, rate: int = 48_000) -> float:
    return float(20.0 * np.log10(find(samples[None], rate).peak[0]))


def overs(found: TruePeaks) -> list[tuple[int, int]]:
    return sorted(zip(found.over_channel.tolist(), found.over_frame.tolist(), strict=True))


def windows_over(row: np.ndarray, phases: int, taps: int, reach: int = 0) -> set[int]:
    """First frame of the windows with a point over full scale in or next to them, by a filter."""
    highest = all_points(row, phases, taps).max(1)
    if reach:  # a top between two windows is read for both
        beside = np.pad(highest, 1)
        highest = np.maximum(highest, np.maximum(beside[:-2], beside[2:]))
    windows = np.flatnonzero(highest > OVER) // WINDOW - 1
    return set((windows * WINDOW).tolist())


def assert_overs_are_right(found: TruePeaks, samples: np.ndarray, rate: int) -> None:
    """No window is reported that is over by neither filter; what both see lies in some event.

    Beside a far higher peak a window may be passed over; the event is the same.
    """
    for channel, row in enumerate(samples):
        reported = {frame for other, frame in overs(found) if other == channel}
        short = windows_over(row, PHASES[rate], TAPS)
        long = windows_over(row, FINE_PHASES, FINE_TAPS)
        long_or_beside = windows_over(row, FINE_PHASES, FINE_TAPS, reach=1)
        assert reported <= short | long_or_beside
        for frame in short & long:
            near = [abs(place - frame) for place in reported]
            assert min(near, default=rate) <= 0.010 * rate


def near_nyquist(rng: np.random.Generator, frames: int) -> np.ndarray:
    time = np.arange(frames)
    frequencies = rng.uniform(0.3, 0.499, 4)
    phases = rng.uniform(0, 2 * np.pi, 4)
    return np.sin(2 * np.pi * np.outer(frequencies, time) + phases[:, None]).sum(0) / 4


def bursts(rng: np.random.Generator, frames: int) -> np.ndarray:
    envelope = np.repeat(10.0 ** rng.uniform(-3, 0, frames // 50 + 1), 50)[:frames]
    return envelope * rng.standard_normal(frames)


def square(rng: np.random.Generator, frames: int) -> np.ndarray:
    turns = rng.uniform(0.001, 0.3) * np.arange(frames) + rng.uniform()
    return np.where(turns % 1.0 < 0.5, 1.0, -1.0)


def impulses(rng: np.random.Generator, frames: int) -> np.ndarray:
    return np.where(rng.uniform(size=frames) < 0.03, rng.uniform(-1, 1, frames), 0.0)


def flipping(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Alternating samples that now and then hold: the worst that samples can hide."""
    flips = np.where(rng.uniform(size=frames) < 0.1, 1.0, -1.0)
    return np.cumprod(flips) * rng.uniform(0.5, 1.0)


KINDS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "white-noise": lambda rng, frames: rng.standard_normal(frames) / 3,
    "clipped-noise": lambda rng, frames: np.clip(rng.standard_normal(frames), -1, 1),
    "near-nyquist": near_nyquist,
    "bursts": bursts,
    "square": square,
    "impulses": impulses,
    "flipping": flipping,
    "random-signs": lambda rng, frames: rng.choice([-1.0, 1.0], frames),
}


# What the search may miss: 0.01 dB. With energy next to half the rate, where the two filters rank
# tops differently, 0.1 dB; with all of it there, where no finite filter has the answer, more.
WITHIN = {"flipping": 0.08, "near-nyquist": 0.012, "random-signs": 0.012, "square": 0.012}


@pytest.mark.parametrize("rate", PHASES)
def test_oversampling(rate: int) -> None:
    assert oversampling(rate) == PHASES[rate]


@pytest.mark.parametrize("phases", [4, 8, 16])
def test_taps_are_a_kaiser_windowed_sinc(phases: int) -> None:
    # scipy.signal.firwin with the cut-off at half the low rate gives all phases interleaved.
    length = TAPS * phases + 1
    prototype = signal.firwin(length, 1.0 / phases, window=("kaiser", KAISER_BETA)) * phases
    by_phase = np.array([prototype[phases - k :: phases][:TAPS][::-1] for k in range(1, phases)])
    by_phase = by_phase[:, ::-1]
    by_phase /= by_phase.sum(1, keepdims=True)
    np.testing.assert_allclose(interpolator(phases), by_phase, rtol=0, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [48_000, 96_000, 192_000])
@given(seed=st.integers(0, 2**32 - 1), frames=st.integers(1, 1500), gain_db=st.floats(-20, 20))
@settings(max_examples=25)
def test_pruned_search_equals_every_point(
    kind: str, rate: int, seed: int, frames: int, gain_db: float
) -> None:
    rng = np.random.default_rng(seed)
    gain = 10.0 ** (gain_db / 20.0)
    samples = gain * np.stack([KINDS[kind](rng, frames), KINDS[kind](rng, frames)])
    found = find(samples, rate)
    expected = [peak_by_definition(row) for row in samples]
    np.testing.assert_allclose(found.peak, expected, rtol=WITHIN.get(kind, 1e-3))
    assert_overs_are_right(found, samples, rate)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"flipping"}))
@pytest.mark.parametrize("gain_db", [-12.0, 0.0, 3.0])
def test_a_second_full_of_tops_is_read_as_every_point(kind: str, gain_db: float) -> None:
    samples = 10.0 ** (gain_db / 20.0) * KINDS[kind](np.random.default_rng(11), 48_000)[None]
    found = find(samples)
    expected = peak_by_definition(samples[0])
    np.testing.assert_allclose(found.peak, expected, rtol=WITHIN.get(kind, 1e-3))
    assert_overs_are_right(found, samples, 48_000)


@pytest.mark.parametrize(("place", "window"), [(16, 0), (100, 96), (130, 128), (158, 128)])
def test_an_over_is_reported_in_its_window_and_no_other(place: int, window: int) -> None:
    samples = np.zeros((1, 200))
    samples[0, place] = 1.05
    found = find(samples)
    assert overs(found) == [(0, window)]
    assert found.over_peak.tolist() == [1.05]


@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(sorted(KINDS)),
    lengths=st.lists(st.integers(1, 700), max_size=6),
)
@settings(max_examples=60)
def test_any_split_finds_the_same(seed: int, kind: str, lengths: list[int]) -> None:
    rng = np.random.default_rng(seed)
    samples = 1.2 * np.stack([KINDS[kind](rng, 100 + sum(lengths)) for _ in range(3)])
    whole, parts = find(samples), find(samples, lengths=tuple(lengths))
    np.testing.assert_allclose(parts.peak, whole.peak, rtol=WITHIN.get(kind, 1e-3))
    assert_overs_are_right(whole, samples, 48_000)
    assert_overs_are_right(parts, samples, 48_000)


@given(
    frequency=st.floats(0.0005, 0.45),
    phase_deg=st.floats(0, 360),
    rate=st.sampled_from([48_000, 96_000, 192_000]),
)
@settings(max_examples=150)
def test_a_sine_of_any_phase_is_read_within_0_02_db(
    frequency: float, phase_deg: float, rate: int
) -> None:
    tone = faded(sine(frequency, 4000, 1, phase_deg=phase_deg), 300, 1)
    bent_db = 0.05 if frequency < 0.002 else 0.0  # a period or less at full height: the fade
    assert -bent_db - SINE_DB <= peak_db(tone, rate) <= SINE_DB


@pytest.mark.parametrize("rate", [48_000, 96_000, 192_000])
@pytest.mark.parametrize("phase_deg", np.arange(0, 180, 7.5))
@pytest.mark.parametrize("frequency", ["9/20", "4/9", "3/7", "2/5", "3/8", "1/3", "1/4", "1/6"])
def test_a_sine_locked_to_the_rate_is_read_within_0_02_db(
    frequency: str, phase_deg: float, rate: int
) -> None:
    tone = fraction_of_rate(frequency, 1.0, phase_deg, 0.1, rate)
    assert peak_db(tone, rate) == pytest.approx(0.0, abs=SINE_DB)


@pytest.mark.parametrize("rate", [48_000, 192_000])
@given(
    frequency=st.floats(0.01, 0.45),
    cycles=st.floats(0.5, 12),
    phase=st.floats(0, 2 * np.pi),
    is_soft=st.booleans(),
)
@settings(max_examples=80)
def test_a_short_burst_is_read_within_0_05_db(
    rate: int, frequency: float, cycles: float, phase: float, is_soft: bool
) -> None:
    frames = max(4, round(cycles / frequency))
    burst = np.sin(2.0 * np.pi * frequency * np.arange(frames) + phase)
    burst *= np.hanning(frames) if is_soft else 1.0
    assume(np.abs(burst).max() > 0.01)
    assert peak_db(burst, rate) == pytest.approx(ideal_peak_db(burst), abs=BURST_DB)


@given(turns=st.floats(0.001, 0.1), start=st.floats(0, 50))
@settings(max_examples=40)
def test_a_band_limited_square_is_read_within_0_05_db(turns: float, start: float) -> None:
    time = np.arange(3000) + start
    odd = range(1, int(0.45 / turns) + 1, 2)
    wave = sum(np.sin(2.0 * np.pi * turns * number * time) / number for number in odd)
    wave = faded(np.asarray(wave), 200, 1)
    assert peak_db(wave) == pytest.approx(ideal_peak_db(wave), abs=BURST_DB)


@given(turns=st.floats(0.001, 0.3), start=st.floats(0, 1), drive=st.floats(1.1, 1e6))
@settings(max_examples=40)
def test_a_clipped_tone_is_read_within_0_05_db(turns: float, start: float, drive: float) -> None:
    """Clipped, then low-passed at 0.4 of the rate, as a converter or encoder would."""
    wave = drive * np.sin(2.0 * np.pi * (turns * np.arange(3000) + start))
    low_pass = signal.butter(6, 0.8, output="sos")
    wave = signal.sosfilt(low_pass, np.clip(wave, -1.0, 1.0))
    assert peak_db(wave) == pytest.approx(ideal_peak_db(wave), abs=BURST_DB)


@pytest.mark.parametrize("period", [4, 5, 8, 16, 21, 48, 100, 441, 480])
def test_a_square_of_two_values_is_read_within_0_05_db(period: int) -> None:
    """Periods of 4k + 2 frames have energy at exactly half the rate, which is anyone's guess."""
    wave = faded(np.where(np.arange(3000) % period < period / 2, 1.0, -1.0), 200, 1)
    assert peak_db(wave) == pytest.approx(ideal_peak_db(wave), abs=BURST_DB)


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_agrees_with_interpolation_by_the_fourier_transform(offset: int) -> None:
    samples = inserted_period(offset, 0.1, 48_000)
    assert peak_db(samples) == pytest.approx(ideal_peak_db(samples), abs=BURST_DB)


@pytest.mark.parametrize("seed", range(5))
def test_hard_clipped_material_is_read_within_0_2_db(seed: int) -> None:
    samples = np.clip(1.3 * pink(seed, 0.2, 1)[0], -1.0, 1.0)
    assert peak_db(samples) == pytest.approx(ideal_peak_db(samples), abs=0.2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_never_below_the_sample_peak(kind: str, dtype: type[np.floating]) -> None:
    samples = KINDS[kind](np.random.default_rng(9), 5000).astype(dtype)[None]
    assert find(samples).peak[0] >= np.abs(samples).max()


def test_single_precision_reads_the_same() -> None:
    samples = noise(10, 1.0)
    narrow = find(samples.astype(np.float32)).peak
    np.testing.assert_allclose(narrow, find(samples).peak, rtol=1e-5)


@pytest.mark.parametrize("frames", [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 95, 96, 97, 200])
def test_a_short_signal_is_read_to_its_end(frames: int) -> None:
    samples = np.full((1, frames), 0.5)
    assert find(samples).peak[0] == pytest.approx(peak_by_definition(samples[0]), rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("phases", [4, 8, 16])
def test_no_point_exceeds_its_neighbours_by_more_than_the_bends_allow(
    kind: str, phases: int
) -> None:
    samples = np.pad(KINDS[kind](np.random.default_rng(8), 400), TAPS)
    points = all_points(samples, phases)[WINDOW : WINDOW + len(samples) - 1, 1:].max(1)
    beside = np.maximum(np.abs(samples[:-1]), np.abs(samples[1:]))
    bend = np.abs(np.diff(samples, 2)).max()
    assert (points <= beside + bend_gain(phases) * bend + 1e-12).all()


def test_the_bend_bound_is_reached() -> None:
    """Samples whose bends all push one point the same way: the bound is no larger than it must."""
    taps = interpolator(16)[7].copy()
    place = taps @ (np.arange(TAPS) - BEFORE)
    taps[BEFORE] -= 1.0 - place
    taps[BEFORE + 1] -= place
    bends = np.sign(taps.cumsum().cumsum())[:-2]
    samples = np.concatenate([[0.0, 0.0], bends.cumsum().cumsum()])
    line = samples[BEFORE] * (1.0 - place) + samples[BEFORE + 1] * place
    assert interpolator(16)[7] @ samples - line == pytest.approx(bend_gain(16), rel=0.02)
