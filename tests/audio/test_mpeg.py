from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import pink

from mixcheck import judge, load_profile, measure
from mixcheck.audio.mpeg import scan_mp3

SECONDS = 3.0


def encode(ffmpeg: str, path: Path, rate: int, *options: str, channels: int = 2) -> Path:
    """MP3 of three seconds, made by ffmpeg's LAME."""
    source = path.with_suffix(".wav")
    soundfile.write(source, 0.1 * pink(20, SECONDS, channels, rate, band_hz=(50, rate / 3)).T, rate)
    command = [ffmpeg, "-v", "error", "-y", "-i", str(source), *options, str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize(
    ("rate", "kbps", "channels"),
    [
        (44_100, 128, 2),
        (44_100, 320, 2),
        (44_100, 64, 1),
        (48_000, 192, 2),
        (32_000, 96, 1),
        (22_050, 64, 2),
        (16_000, 24, 1),
        (8_000, 16, 1),
    ],
)
def test_a_constant_rate_is_read_exactly(
    ffmpeg: str, tmp_path: Path, rate: int, kbps: int, channels: int
) -> None:
    path = encode(ffmpeg, tmp_path / "a.mp3", rate, "-b:a", f"{kbps}k", channels=channels)
    found = scan_mp3(path.read_bytes())
    assert found is not None
    assert (found.bit_rate_kbps, found.bit_rate_mode) == (kbps, "constant")
    padding = found.frames - round(SECONDS * rate)
    assert 0 <= padding <= 3 * 1152  # encoder delay, and the rest of the last MP3 frame


@pytest.mark.parametrize("quality", ["0", "4", "9"])
def test_a_variable_rate_is_the_mean_over_time(ffmpeg: str, tmp_path: Path, quality: str) -> None:
    bare = ("-write_xing", "0", "-id3v2_version", "0")
    path = encode(ffmpeg, tmp_path / "a.mp3", 44_100, "-q:a", quality, *bare)
    found = scan_mp3(path.read_bytes())
    assert found is not None
    assert found.bit_rate_mode == "variable"
    duration_s = found.frames / 44_100
    assert found.bit_rate_kbps == pytest.approx(
        path.stat().st_size * 8 / 1000 / duration_s, rel=0.002
    )


@pytest.mark.parametrize(("mode", "word"), [("CONSTANT", "constant"), ("VARIABLE", "variable")])
def test_reads_what_libsndfile_writes(tmp_path: Path, mode: str, word: str) -> None:
    path = tmp_path / "a.mp3"
    samples = 0.1 * pink(21, SECONDS, 2, 44_100).T
    soundfile.write(path, samples, 44_100, bitrate_mode=mode, compression_level=0.5)
    found = scan_mp3(path.read_bytes())
    assert found is not None
    assert found.bit_rate_mode == word


def test_tags_are_skipped(ffmpeg: str, tmp_path: Path) -> None:
    bare = encode(ffmpeg, tmp_path / "bare.mp3", 44_100, "-b:a", "128k", "-id3v2_version", "0")
    tagged = tmp_path / "tagged.mp3"
    body = bytes([0xFF, 0xFB, 0x90, 0x64]) * 2000  # a picture that looks like MP3 frames
    size = len(body)
    length = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    tagged.write_bytes(b"ID3\x03\x00\x00" + length + body + bare.read_bytes())
    assert scan_mp3(tagged.read_bytes()) == scan_mp3(bare.read_bytes())


def test_what_holds_no_mp3_frame_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"\xff" * 5000)
    assert scan_mp3(path.read_bytes()) is None


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.mp3"
    samples = 0.1 * pink(21, 6.0, 2, 44_100).T
    soundfile.write(path, samples, 44_100, bitrate_mode="CONSTANT", compression_level=0.5)
    return path


@pytest.mark.parametrize("damage", ["overwritten", "foreign"])
def test_frames_damaged_inside_fail(song: Path, damage: str) -> None:
    data = song.read_bytes()
    place = len(data) // 2
    foreign = np.random.default_rng(5).bytes(3000)
    if damage == "overwritten":
        song.write_bytes(data[:place] + bytes(3000) + data[place + 3000 :])
    else:
        song.write_bytes(data[:place] + foreign + data[place:])
    assert judge(measure(song), load_profile("general")).outcome == "fail"
    assert "truncated" in measure(song).counts()


@pytest.mark.parametrize("lost", [100, 1000, 60_000])
@pytest.mark.parametrize("tag", ["1", "0"])
def test_a_song_cut_short_fails(ffmpeg: str, tmp_path: Path, tag: str, lost: int) -> None:
    """Within the padding that decoders take away, too, and without a tag that tells its length."""
    options = ("-b:a", "192k", "-write_xing", tag, "-id3v2_version", "0")
    path = encode(ffmpeg, tmp_path / "a.mp3", 44_100, *options)
    whole = path.read_bytes()
    assert "truncated" not in measure(path).counts()
    path.write_bytes(whole[:-lost])
    assert "truncated" in measure(path).counts()


@pytest.mark.parametrize("after", [b"", b"TAG" + bytes(125), bytes(5000)])
def test_a_whole_song_is_whole(song: Path, after: bytes) -> None:
    song.write_bytes(song.read_bytes() + after)
    assert "truncated" not in measure(song).counts()


def test_tags_between_joined_songs_are_no_damage(song: Path) -> None:
    tag = b"ID3\x03\x00\x00\x00\x00\x00\x20" + bytes(32)
    data = song.read_bytes()
    found = scan_mp3(data + b"TAG" + bytes(125) + tag + data)
    assert found is not None
    assert not found.is_incomplete
