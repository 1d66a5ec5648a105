"""What `--headers` says of a file whose end is missing: never that it is whole."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.cli.command import run
from tests.signals import noise

from mixcheck.headers import measure_header

RATE = 48_000
SECONDS = 6.0


def flac(ffmpeg: str, path: Path) -> None:
    soundfile.write(path, 0.1 * noise(1, SECONDS).T, RATE, format="FLAC")


def flac_of_ffmpeg(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "flac", "-frame_size", "1000", "-f", "flac")


def mono_flac(ffmpeg: str, path: Path) -> None:
    soundfile.write(path, 0.1 * noise(1, SECONDS, 1).T, RATE, "PCM_24", format="FLAC")


def mp3(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "libmp3lame", "-f", "mp3")


def m4a(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "aac", "-movflags", "faststart", "-f", "ipod")


def pcm_in_mov(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "pcm_s24le", "-movflags", "faststart", "-f", "mov")


def wav(ffmpeg: str, path: Path) -> None:
    soundfile.write(path, 0.1 * noise(1, SECONDS).T, RATE, format="WAV")


def vorbis(ffmpeg: str, path: Path) -> None:
    soundfile.write(path, 0.1 * noise(1, SECONDS).T, RATE, "VORBIS", format="OGG")


def convert(ffmpeg: str, path: Path, *options: str) -> None:
    source = path.with_suffix(".source.wav")
    soundfile.write(source, 0.1 * noise(1, SECONDS).T, RATE)
    subprocess.run(
        [ffmpeg, "-v", "error", "-y", "-i", str(source), *options, str(path)], check=True
    )


TOLD = [flac, flac_of_ffmpeg, mono_flac, mp3, m4a, pcm_in_mov, wav, vorbis]


@pytest.mark.parametrize("write", TOLD)
def test_a_whole_file_passes(
    ffmpeg: str, tmp_path: Path, write: Callable[[str, Path], None]
) -> None:
    write(ffmpeg, path := tmp_path / "a.audio")
    found = measure_header(path)
    assert not found.findings
    assert "truncated" not in found.unseen()
    ran = run("check", "--headers", path)
    assert ran.stdout.startswith("PASS")
    assert "Method:" not in ran.stdout  # nothing was measured


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("write", TOLD)
def test_a_file_cut_off_is_truncated(
    ffmpeg: str, tmp_path: Path, write: Callable[[str, Path], None], share: float
) -> None:
    write(ffmpeg, path := tmp_path / "a.audio")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    (found,) = measure_header(path).findings
    assert found.code == "truncated"
    if write is not vorbis:  # whose pages tell only that the last is missing
        assert found.start_s == pytest.approx(share * SECONDS, abs=0.15)
    assert run("check", "--headers", path).exit_code == 1


def test_a_flac_whose_second_half_never_arrived_is_truncated(tmp_path: Path) -> None:
    flac("", path := tmp_path / "a.flac")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    (found,) = measure_header(path).findings
    assert (found.code, found.start_s) == ("truncated", pytest.approx(3.0, abs=0.15))


def test_an_id3_tag_after_a_flac_is_no_matter(tmp_path: Path) -> None:
    flac("", path := tmp_path / "a.flac")
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
    found = measure_header(path)
    assert (found.findings, "truncated" in found.unseen()) == ((), False)


def mp3_without_a_tag(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "libmp3lame", "-write_xing", "0", "-f", "mp3")


def wavpack(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "wavpack", "-f", "wv")


def flac_cut_in_its_last_frame(ffmpeg: str, path: Path) -> None:
    flac(ffmpeg, path)
    path.write_bytes(path.read_bytes()[:-100])


def fragmented_mp4(ffmpeg: str, path: Path) -> None:
    convert(ffmpeg, path, "-c:a", "aac", "-movflags", "frag_every_frame+empty_moov", "-f", "mp4")


NOT_TOLD = [mp3_without_a_tag, wavpack, flac_cut_in_its_last_frame, fragmented_mp4]


@pytest.mark.parametrize("write", NOT_TOLD)
def test_what_only_decoding_tells_is_not_looked_for(
    ffmpeg: str, tmp_path: Path, write: Callable[[str, Path], None]
) -> None:
    write(ffmpeg, path := tmp_path / "a.audio")
    found = measure_header(path)
    assert not found.findings
    assert "header" in found.unseen()["truncated"]
    ran = run("check", "--headers", path)
    assert ran.exit_code == 1  # not looked for is not passed
    assert "not looked for: truncated" in " ".join(ran.stdout.split())
    assert run("check", "--headers", "--ignore", "truncated", path).exit_code == 0


def test_frame_counts_beyond_one_byte_are_read(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros((RATE * 200, 1), np.int16), RATE)  # over 2000 frames
    shutil.copy(path, copy := tmp_path / "copy.flac")
    assert not measure_header(copy).findings
    assert "truncated" not in measure_header(copy).unseen()
