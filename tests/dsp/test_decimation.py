from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.signals import sine

from mixcheck.dsp.decimation import Decimator

RATES = (8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000)
MIDDLE = slice(30, -30)  # past the filter's run-in and run-out


def level_after(frequency_hz: float, rate: int) -> float:
    """Level of a sine after decimation, relative to its own, in dB."""
    decimator = Decimator(rate, 1)
    low = decimator.decimate(sine(frequency_hz, 1.0, rate)[None])[0, MIDDLE]
    angle = 2.0 * np.pi * frequency_hz / decimator.rate_hz * np.arange(len(low))
    fit = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # of the image too, if it folds
    return float(20.0 * np.log10(np.linalg.norm(np.linalg.lstsq(fit, low)[0])))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.999])
def test_the_usable_band_is_flat(rate: int, share: float) -> None:
    frequency = share * Decimator(rate, 1).usable_hz
    assert level_after(frequency, rate) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
@pytest.mark.parametrize("image", [1, 2])
def test_nothing_folds_into_the_usable_band(rate: int, share: float, image: int) -> None:
    decimator = Decimator(rate, 1)
    folding = image * decimator.rate_hz - share * decimator.usable_hz
    if folding < rate / 2:
        assert level_after(folding, rate) < -70.0


@pytest.mark.parametrize("rate", RATES)
def test_the_low_rate_carries_mains_hum(rate: int) -> None:
    decimator = Decimator(rate, 1)
    assert decimator.rate_hz == rate / decimator.factor
    assert decimator.usable_hz > 240.0  # four harmonics of 60 Hz


@given(lengths=st.lists(st.integers(1, 900), min_size=1, max_size=8))
@settings(max_examples=40)
def test_any_split_gives_the_same_frames(lengths: list[int]) -> None:
    samples = np.random.default_rng(8).standard_normal((2, sum(lengths)))
    decimator = Decimator(48_000, 2)
    parts = np.split(samples, np.cumsum(lengths)[:-1], axis=1)
    low = np.concatenate([decimator.decimate(part) for part in parts], axis=1)
    assert low.shape == (2, sum(lengths) // decimator.factor)
    np.testing.assert_allclose(low, Decimator(48_000, 2).decimate(samples), atol=1e-12)
