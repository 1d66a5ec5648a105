from __future__ import annotations

import numpy as np
import pytest

from mixcheck.dsp.lapped import (
    MP3_FRAMES,
    MP3_HOP,
    VORBIS_FRAMES,
    VORBIS_HOP,
    mp3_lines,
    vorbis_lines,
)


@pytest.mark.parametrize("start", [0, 5, 1023])
def test_vorbis_lines_are_the_transform_of_its_specification(start: int) -> None:
    wave = np.random.default_rng(1).standard_normal(VORBIS_FRAMES)
    size = 2 * VORBIS_HOP
    frame, line = np.arange(size)[:, None], np.arange(VORBIS_HOP)
    window = np.sin(np.pi / 2 * np.sin(np.pi * (frame + 0.5) / size) ** 2)
    cosines = np.cos(2 * np.pi / size * (frame + 0.5 + size / 4) * (line + 0.5))
    expected = wave[start : start + size] @ (window * cosines) * np.sqrt(2 / VORBIS_HOP)
    assert vorbis_lines(wave)[start] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("line", [3, 100, 287, 400])
def test_mp3_lines_are_in_order_of_frequency(line: int) -> None:
    """A sine in the middle of a line has nearly all its power there and right beside it."""
    wave = np.sin(np.pi * (line + 0.5) / MP3_HOP * np.arange(MP3_FRAMES))
    power = np.square(mp3_lines(wave))
    near = power[:, line - 2 : line + 3].sum(1) / power.sum(1)
    assert near.min() > 0.97


@pytest.mark.parametrize(
    ("lines", "frames"), [(mp3_lines, MP3_FRAMES), (vorbis_lines, VORBIS_FRAMES)]
)
def test_white_noise_keeps_its_power(lines, frames: int) -> None:  # type: ignore[no-untyped-def]
    wave = np.random.default_rng(2).standard_normal(frames)
    assert np.square(lines(wave)).mean() == pytest.approx(np.square(wave).mean(), rel=0.1)
