from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import sine

from mixcheck.alignment.lockstep import Source, open_all, read_in_step, rechunked
from mixcheck.audio import Samples

RATE = 8_000


def nothing(_: Samples) -> None:
    return None


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> str:
    soundfile.write(path, samples, rate, "FLOAT")
    return str(path)


def read(paths: list[str], channels: int, **place: int) -> np.ndarray:
    with ExitStack() as opened:
        streams, _ = open_all(paths, opened)
        sources = [Source(stream, RATE, channels) for stream in streams if stream]
        steps = read_in_step(sources, [nothing] * len(sources), **place)
        return np.concatenate([step.samples for step in steps], axis=2)


def test_shorter_recordings_go_on_as_silence(tmp_path: Path) -> None:
    long, short = np.ones((20_000, 1)), np.ones((9_000, 1))
    got = read([write(tmp_path / "a.wav", long), write(tmp_path / "b.wav", short)], 1)
    assert got.shape == (2, 1, 20_000)
    assert got[1, 0].sum() == 9_000
    assert not got[1, 0, 9_000:].any()


def test_mono_goes_to_all_channels_and_back_as_the_mean(tmp_path: Path) -> None:
    stereo = np.tile([0.5, 0.25], (100, 1))
    mono = write(tmp_path / "mono.wav", np.full((100, 1), 0.5))
    wide = write(tmp_path / "stereo.wav", stereo)
    assert (read([mono, wide], 2)[0] == 0.5).all()
    assert (read([mono, wide], 1)[1] == 0.375).all()


@pytest.mark.parametrize(("start", "frames"), [(0, 5_000), (3_000, 12_000), (15_999, 2)])
def test_a_part_is_that_part(tmp_path: Path, start: int, frames: int) -> None:
    ramp = np.linspace(0.0, 1.0, 20_000, dtype=np.float32)
    path = write(tmp_path / "ramp.wav", ramp)
    got = read([path], 1, start_frame=start, frames=frames)
    assert (got[0, 0] == ramp[start : start + frames]).all()


@pytest.mark.parametrize("lag", [0, 1, -1, 12_345, -12_345])
def test_a_lag_moves_the_timeline(tmp_path: Path, lag: int) -> None:
    ramp = np.linspace(0.1, 1.0, 20_000, dtype=np.float32)
    path = write(tmp_path / "ramp.wav", ramp)
    with ExitStack() as opened:
        (stream,), _ = open_all([path], opened)
        assert stream is not None
        got = np.concatenate(list(Source(stream, RATE, 1, lag=lag).blocks()), axis=1)[0]
    expected = np.concatenate([np.zeros(max(0, lag)), ramp[max(0, -lag) :]])
    assert (got == expected.astype(np.float32)).all()


def test_another_rate_is_resampled_in_place(tmp_path: Path) -> None:
    tone = sine(440.0, 3.0, 12_000)
    path = write(tmp_path / "tone.wav", tone, 12_000)
    got = read([path], 1)[0, 0]
    expected = sine(440.0, 3.0, RATE)
    inner = slice(1_000, 23_000)
    assert np.abs(got[inner] - expected[inner]).max() < 1e-4


@pytest.mark.parametrize("size", [1, 7, 100, 1_000])
def test_rechunked_keeps_every_sample(size: int) -> None:
    whole = np.arange(500.0)[None]
    pieces = iter(np.split(whole, [3, 3, 90, 321], axis=1))
    got = list(rechunked(pieces, size))
    assert (np.concatenate(got, axis=1) == whole).all()
    assert {piece.shape[1] for piece in got[:-1]} <= {size}
