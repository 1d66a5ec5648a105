from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from tests.dsp.test_k_weighting import SOS_48_KHZ
from tests.signals import RATE, noise

from mixcheck.audio import AudioFormat, SampleBlock
from mixcheck.views import Block, Views, segment_bounds

SECONDS = 3.3


def views_of(samples: np.ndarray, rate: int = RATE, block_s: int = 1) -> Iterator[Block]:
    channels, frames = samples.shape
    views = Views(AudioFormat("array", "FLOAT", rate, channels, frames, frames / rate))
    step = block_s * rate
    blocks = (
        SampleBlock(start, samples[:, start : start + step].copy(), np.empty((0, 2), int))
        for start in range(0, frames, step)
    )
    yield from views.complete(views.begin(blocks))


@given(rate=st.integers(8_000, 384_000), share=st.floats(0.0, 1.0))
def test_segments_are_10_ms_and_cover_the_block(rate: int, share: float) -> None:
    frames = max(1, round(share * rate))
    bounds = segment_bounds(rate, frames)
    lengths = np.diff(bounds)
    assert bounds[0] == 0
    assert bounds[-1] == frames
    assert (lengths > 0).all()
    assert np.abs(lengths[:-1] - rate / 100).max(initial=0.0) < 1.0
    assert lengths[-1] < rate / 100 + 1.0
    if frames == rate:
        assert len(lengths) == 100


@pytest.mark.parametrize("rate", [11_025, 44_100, 48_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_segments_sum_what_they_say(rate: int, dtype: type[np.floating]) -> None:
    samples = noise(11, SECONDS, rate=rate).astype(dtype)
    start = 0
    for block in views_of(samples, rate):
        segments = block.segments
        for index, frames in enumerate(segments.frames.tolist()):
            part = samples[:, start : start + frames].astype(np.float64)
            np.testing.assert_allclose(segments.energy[:, index], (part**2).sum(1), rtol=1e-5)
            np.testing.assert_allclose(segments.total[:, index], part.sum(1), atol=1e-3)
            assert segments.cross is not None
            assert segments.cross[index] == pytest.approx(part[0] @ part[1], abs=1e-3)
            start += frames
    assert start == samples.shape[1]


def test_k_weighted_energy_is_that_of_the_tables() -> None:
    samples = noise(12, SECONDS)
    weighted = signal.sosfilt(SOS_48_KHZ, samples)
    blocks = list(views_of(samples))
    energy = np.concatenate([block.segments.k_energy for block in blocks], axis=1)
    expected = np.add.reduceat(weighted**2, np.arange(0, samples.shape[1], RATE // 100), axis=1)
    np.testing.assert_allclose(energy, expected, rtol=1e-9)


def test_views_of_all_blocks_together_are_views_of_the_whole() -> None:
    samples = noise(13, SECONDS)
    blocks = list(views_of(samples))
    assert [block.start_frame for block in blocks] == [0, RATE, 2 * RATE, 3 * RATE]
    assert [block.frames for block in blocks] == [RATE, RATE, RATE, round(0.3 * RATE)]
    energy = np.square(samples).sum(1)
    np.testing.assert_allclose(
        sum(block.spectra.sum(0) for block in blocks).sum(1), energy, rtol=1e-9
    )
    low = np.concatenate([block.bass for block in blocks], axis=1)
    bass_energy = sum(block.bass_spectrum for block in blocks).sum(1)
    np.testing.assert_allclose(bass_energy, np.square(low).sum(1), rtol=1e-9)
    peaks = np.max([block.sample_peak for block in blocks], axis=0)
    np.testing.assert_array_equal(peaks, np.abs(samples).max(1))


@pytest.mark.parametrize("block_s", [2, 3, 4])
def test_seconds_are_the_same_in_blocks_of_any_length(block_s: int) -> None:
    samples = noise(16, SECONDS)
    single, several = list(views_of(samples)), list(views_of(samples, block_s=block_s))
    spectra = [np.concatenate([block.spectra for block in blocks]) for blocks in (single, several)]
    np.testing.assert_allclose(spectra[1], spectra[0], rtol=1e-9)
    peaks = [
        np.concatenate([block.true_peaks.peaks for block in blocks], axis=1)
        for blocks in (single, several)
    ]
    assert peaks[1].shape == (2, 4)
    np.testing.assert_allclose(peaks[1], peaks[0], rtol=1e-3)
    energy = [
        np.concatenate([block.segments.k_energy for block in blocks], axis=1)
        for blocks in (single, several)
    ]
    np.testing.assert_allclose(energy[1], energy[0], rtol=1e-9)


def test_true_peak_between_two_blocks_is_seen() -> None:
    samples = np.zeros((1, 2 * RATE))
    samples[0, RATE - 1 : RATE + 1] = 0.7
    peaks = [block.true_peaks.peak[0] for block in views_of(samples)]
    midway = 2 * 0.7 * np.sinc(0.5)  # two impulses, half a sample from each
    assert max(peaks) == pytest.approx(midway, rel=0.02)


def test_other_than_two_channels_have_no_cross_product() -> None:
    assert [block.segments.cross for block in views_of(noise(14, 0.1, 3))] == [None]


def test_samples_are_read_only() -> None:
    block = next(views_of(noise(15, 0.1)))
    with pytest.raises(ValueError, match="read-only"):
        block.samples[0, 0] = 0.0
