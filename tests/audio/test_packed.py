from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from mixcheck.audio import open_audio
from mixcheck.audio.packed import PackedReader, is_packed

EXTREMES = np.array([-(2**31), 2**31 - 256, 0, 256, -256, 0x12345600, -0x12345600])


def codes(frames: int, channels: int) -> np.ndarray:
    random = np.random.default_rng(3).integers(-(2**23), 2**23, (frames, channels)) << 8
    random[: len(EXTREMES), 0] = EXTREMES[:frames]
    return random.astype(np.int32)


@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64", "W64"])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_gives_what_libsndfile_gives(tmp_path: Path, container: str, channels: int) -> None:
    path = tmp_path / "file.wav"
    soundfile.write(path, codes(5000, channels), 8000, "PCM_24", format=container)
    expected, _ = soundfile.read(path, dtype="float32", always_2d=True)
    with soundfile.SoundFile(path) as file:
        assert is_packed(file)
        reader, buffer = PackedReader(file, 3000), np.empty((3000, channels), np.float32)
        read = [buffer[: reader.read_into(buffer)].copy() for _ in range(3)]
    assert [len(part) for part in read] == [3000, 2000, 0]
    np.testing.assert_array_equal(np.concatenate(read), expected)


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, 3000))
def test_a_shortened_file_gives_its_whole_frames(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "file.wav"
    soundfile.write(path, codes(9000, 2), 8000, "PCM_24")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut])
    expected, _ = soundfile.read(path, dtype="float32", always_2d=True)
    with open_audio(path) as stream:
        found = np.concatenate([block.samples for block in stream.blocks()], axis=1)
    np.testing.assert_array_equal(found.T, expected)


def test_chunks_after_the_audio_are_not_audio(tmp_path: Path) -> None:
    path = tmp_path / "file.wav"
    soundfile.write(path, codes(1000, 1), 8000, "PCM_24")
    path.write_bytes(path.read_bytes() + b"junk" + (3000).to_bytes(4, "little") + b"\x7f" * 3000)
    with open_audio(path) as stream:
        assert sum(block.samples.shape[1] for block in stream.blocks()) == 1000


@pytest.mark.parametrize(
    ("suffix", "subtype", "endian"),
    [("wav", "PCM_16", "FILE"), ("wav", "PCM_24", "BIG"), ("aiff", "PCM_24", "FILE")],
)
def test_others_are_left_to_libsndfile(
    tmp_path: Path, suffix: str, subtype: str, endian: str
) -> None:
    path = tmp_path / f"file.{suffix}"
    soundfile.write(path, codes(100, 2), 8000, subtype, endian)
    with soundfile.SoundFile(path) as file:
        assert not is_packed(file)
