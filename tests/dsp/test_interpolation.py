from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.signals import faded, fraction_of_rate, inserted_period, noise, pink, sine

from mixcheck.dsp.interpolation import (
    KAISER_BETA,
    OVER,
    TAPS,
    WINDOW,
    TruePeakFinder,
    TruePeaks,
    interpolator,
    largest_gains,
    oversampling,
)

PHASES = {44_100: 16, 48_000: 16, 79_999: 16, 88_200: 8, 96_000: 8, 176_400: 4, 192_000: 4}
BEFORE = TAPS // 2 - 1
RIPPLE_DB = 0.03  # what the module states of its filter


def all_points(row: np.ndarray, phases: int) -> np.ndarray:
    """Magnitude of every sample and every point after it, shape ``(frames + TAPS, phases)``."""
    padded = np.pad(row.astype(np.float64), (BEFORE, 2 * TAPS))
    contexts = np.lib.stride_tricks.sliding_window_view(padded, TAPS)[: len(row) + TAPS]
    points = contexts @ interpolator(phases).T
    return np.abs(np.column_stack([contexts[:, BEFORE], points]))


def find(samples: np.ndarray, rate: int = 48_000, lengths: tuple[int, ...] = ()) -> TruePeaks:
    finder = TruePeakFinder(rate, len(samples))
    parts = np.split(samples, np.cumsum(lengths), axis=1) if lengths else [samples]
    found = [finder.find(part, last=index == len(parts) - 1) for index, part in enumerate(parts)]
    columns = list(zip(*found, strict=True))
    return TruePeaks(np.max(columns[0], axis=0), *(np.concatenate(c) for c in columns[1:]))


def peak_db(samples: np.ndarray, rate: int = 48_000) -> float:
    return float(20.0 * np.log10(find(samples[None], rate).peak[0]))


def overs(found: TruePeaks) -> list[tuple[int, int]]:
    return sorted(zip(found.over_channel.tolist(), found.over_frame.tolist(), strict=True))


def overs_by_definition(samples: np.ndarray, phases: int) -> list[tuple[int, int]]:
    """Channel and first frame of the windows with a point over 1.0."""
    places = []
    for channel, row in enumerate(samples):
        highest = all_points(row, phases).max(1)
        windows = np.unique(np.flatnonzero(highest > OVER) // WINDOW) * WINDOW
        places.extend((channel, int(frame)) for frame in windows)
    return places


def assert_overs_are_right(found: TruePeaks, samples: np.ndarray, rate: int) -> None:
    """No window is reported in vain, and none is missed but within the event of another.

    Beside a far higher peak a window may be passed over; the event is the same.
    """
    reported, expected = overs(found), overs_by_definition(samples, PHASES[rate])
    assert set(reported) <= set(expected)
    for channel, frame in expected:
        near = [abs(place - frame) for other, place in reported if other == channel]
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
    expected = [all_points(row, PHASES[rate]).max() for row in samples]
    np.testing.assert_allclose(found.peak, expected, rtol=1e-12)
    assert_overs_are_right(found, samples, rate)


@pytest.mark.parametrize(("place", "window"), [(0, 0), (100, 96), (130, 128), (158, 128)])
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
    np.testing.assert_allclose(parts.peak, whole.peak, rtol=1e-12)
    assert_overs_are_right(whole, samples, 48_000)
    assert_overs_are_right(parts, samples, 48_000)


@given(
    frequency=st.floats(0.0005, 0.45),
    phase_deg=st.floats(0, 360),
    rate=st.sampled_from([48_000, 96_000, 192_000]),
)
@settings(max_examples=150)
def test_a_sine_is_read_within_what_the_grid_can_miss(
    frequency: float, phase_deg: float, rate: int
) -> None:
    tone = faded(sine(frequency, 4000, 1, phase_deg=phase_deg), 300, 1)
    missed_db = -20.0 * np.log10(np.cos(np.pi * frequency / PHASES[rate]))
    if frequency < 0.002:  # a period or less at full height, and the fade bends its top
        missed_db += 0.05
    assert -missed_db - RIPPLE_DB <= peak_db(tone, rate) <= RIPPLE_DB


@pytest.mark.parametrize("phase_deg", [0, 30, 45, 60, 67.5, 90])
@pytest.mark.parametrize("frequency", ["9/20", "2/5", "1/3", "1/4", "1/6", "1/8"])
def test_a_sine_locked_to_the_rate_is_read_within_0_06_db(frequency: str, phase_deg: float) -> None:
    tone = fraction_of_rate(frequency, 1.0, phase_deg, 0.2)
    assert peak_db(tone) == pytest.approx(0.0, abs=0.034 + RIPPLE_DB)  # the grid, the filter


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_agrees_with_interpolation_by_the_fourier_transform(offset: int) -> None:
    samples = inserted_period(offset, 0.1)
    fine = signal.resample(samples, 32 * len(samples))
    assert peak_db(samples) == pytest.approx(20.0 * np.log10(np.abs(fine).max()), abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_hard_clipped_material_is_read_within_0_2_db(seed: int) -> None:
    samples = np.pad(np.clip(1.3 * pink(seed, 0.2, 1)[0], -1.0, 1.0), 2000)
    fine = signal.resample(samples, 32 * len(samples))
    assert peak_db(samples) == pytest.approx(20.0 * np.log10(np.abs(fine).max()), abs=0.2)


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
    assert find(samples).peak[0] == pytest.approx(all_points(samples[0], 16).max(), rel=1e-12)


def test_no_sum_of_taps_exceeds_the_largest_gain() -> None:
    worst = np.sign(interpolator(16)[7])  # the samples that drive one point highest
    assert find(worst[None]).peak[0] == pytest.approx(sum(largest_gains(16)), rel=0.02)
