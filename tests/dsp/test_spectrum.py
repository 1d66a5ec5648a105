from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.signals import noise, sine

from mixcheck.dsp.spectrum import PowerSpectrum, frame_size

SIZE = 64


def energy_in_parts(samples: np.ndarray, lengths: list[int], size: int = SIZE) -> np.ndarray:
    spectrum = PowerSpectrum(size, len(samples))
    parts = np.split(samples, np.cumsum(lengths)[:-1], axis=1)
    added = [spectrum.add(part, last=index == len(parts) - 1) for index, part in enumerate(parts)]
    return np.asarray(sum(one.sum(0) for one in added))


def energy_by_scipy(samples: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Sum of the same frames' periodograms, the stream between silences."""
    padded = np.pad(samples, ((0, 0), (size // 2, size + size // 2)))
    window = signal.windows.cosine(size)
    _, _, density = signal.spectrogram(
        padded, 1.0, window, noverlap=size // 2, detrend=False, scaling="density", mode="psd"
    )
    return np.asarray(density.sum(-1) * (window @ window) / size)


@given(lengths=st.lists(st.integers(1, 300), min_size=1, max_size=8))
@example(lengths=[SIZE // 2])
@example(lengths=[1])
@example(lengths=[SIZE, SIZE])
@settings(max_examples=60)
def test_any_split_gives_scipys_spectrum_and_the_energy_of_the_stream(lengths: list[int]) -> None:
    samples = np.random.default_rng(6).standard_normal((2, sum(lengths)))
    energy = energy_in_parts(
        samples,
        lengths,
    )
    assert energy.shape == (2, SIZE // 2 + 1)
    np.testing.assert_allclose(energy, energy_by_scipy(samples), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(energy.sum(1), np.square(samples).sum(1), rtol=1e-9)


def test_single_precision_holds_the_energy() -> None:
    samples = (1e-3 * noise(7, 1.0)).astype(np.float32)
    energy = energy_in_parts(samples, [24_000, 24_000], 4096)
    np.testing.assert_allclose(energy.sum(1), np.square(samples, dtype=float).sum(1), rtol=1e-5)


@pytest.mark.parametrize("bin_number", [3, 200, 1024, 2000])
def test_a_sine_lies_in_its_bin(bin_number: int) -> None:
    size = 4096
    tone = sine(bin_number * 48_000 / size, 2.0)[None]
    energy = energy_in_parts(tone, [tone.shape[1]], size)[0]
    near = energy[bin_number - 2 : bin_number + 3].sum()
    assert near > 0.99 * np.square(tone).sum()


@pytest.mark.parametrize(
    ("rate", "seconds", "size"),
    [(44_100, 0.085, 4096), (48_000, 0.085, 4096), (96_000, 0.085, 8192), (8_000, 0.085, 512)],
)
def test_frame_size_is_the_nearest_power_of_two(rate: int, seconds: float, size: int) -> None:
    # 8 kHz: 680 frames lie between 512 and 1024, nearer to 512 in ratio
    assert frame_size(rate, seconds) == size
