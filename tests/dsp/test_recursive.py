from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.signals import noise

from mixcheck.dsp.recursive import CHUNK, RecursiveFilter, Section

TOLERANCE = {np.float32: 2e-6, np.float64: 1e-9}  # of the loudest output

BUTTERWORTH = signal.butter(8, 0.3, output="sos")
SECTIONS = {
    "high-pass-20-hz-at-192-khz": signal.butter(2, 20, "highpass", output="sos", fs=192_000),
    "resonance": signal.tf2sos([1.0, 0.0, -1.0], [1.0, -1.9, 0.9998]),
    "butterworth-8": BUTTERWORTH,
    "no-feedback": np.array([[0.5, 0.3, -0.1, 1.0, 0.0, 0.0]]),
}


def as_sections(sos: np.ndarray) -> list[Section]:
    return [(tuple(row[:3].tolist()), tuple(row[3:].tolist())) for row in sos]


def apply_in_parts(sections: list[Section], samples: np.ndarray, lengths: list[int]) -> np.ndarray:
    recursive = RecursiveFilter(sections, len(samples))
    parts = np.split(samples, np.cumsum(lengths)[:-1], axis=1)
    return np.concatenate([recursive.apply(part) for part in parts], axis=1)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", SECTIONS)
def test_equals_scipy(name: str, dtype: type[np.floating]) -> None:
    sos = SECTIONS[name]
    samples = noise(1, 0.5).astype(dtype)
    samples[0] += 0.5
    expected = signal.sosfilt(sos, samples.astype(np.float64))
    filtered = RecursiveFilter(as_sections(sos), 2).apply(samples)
    assert filtered.dtype == dtype
    np.testing.assert_allclose(
        filtered, expected, rtol=0, atol=TOLERANCE[dtype] * np.abs(expected).max()
    )


@given(
    lengths=st.lists(
        st.one_of(st.integers(1, 5), st.integers(CHUNK - 1, CHUNK + 1), st.integers(1, 400)),
        min_size=1,
        max_size=12,
    ),
    dtype=st.sampled_from(list(TOLERANCE)),
)
@settings(max_examples=60)
def test_any_split_equals_scipy_over_the_whole(
    lengths: list[int], dtype: type[np.floating]
) -> None:
    samples = np.random.default_rng(2).standard_normal((3, sum(lengths))).astype(dtype)
    expected = signal.sosfilt(BUTTERWORTH, samples.astype(np.float64))
    filtered = apply_in_parts(as_sections(BUTTERWORTH), samples, lengths)
    np.testing.assert_allclose(filtered, expected, rtol=0, atol=TOLERANCE[dtype] * 4)


@given(
    poles=st.lists(
        st.tuples(st.floats(0.01, 0.9995), st.floats(0.05, np.pi - 0.05)), min_size=1, max_size=3
    ),
    zeros=st.tuples(*[st.floats(-2.0, 2.0)] * 2),
)
@settings(max_examples=40)
def test_any_stable_cascade_equals_scipy(
    poles: list[tuple[float, float]], zeros: tuple[float, float]
) -> None:
    sos = np.array(
        [[1.0, *zeros, 1.0, -2.0 * radius * np.cos(angle), radius**2] for radius, angle in poles]
    )
    samples = np.random.default_rng(3).standard_normal((1, 2000))
    expected = signal.sosfilt(sos, samples)
    filtered = apply_in_parts(as_sections(sos), samples, [700, 1300])
    np.testing.assert_allclose(filtered, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


def test_a_wider_block_among_narrow_ones_keeps_the_state() -> None:
    samples = np.random.default_rng(4).standard_normal((1, 900))
    recursive = RecursiveFilter(as_sections(BUTTERWORTH), 1)
    types = (np.float32, np.float64, np.float32)
    parts = [
        recursive.apply(part.astype(dtype))
        for part, dtype in zip(np.split(samples, 3, axis=1), types, strict=True)
    ]
    assert [part.dtype for part in parts] == list(types)
    expected = signal.sosfilt(BUTTERWORTH, samples)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, rtol=0, atol=1e-6)
