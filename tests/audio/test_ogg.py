from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import noise

from mixcheck import judge, load_profile, measure
from mixcheck.audio.ogg import is_cut_short


@pytest.fixture(params=["VORBIS", "OPUS"])
def stream(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "stream.ogg"
    soundfile.write(path, 0.1 * noise(1, 4.0).T, 48_000, request.param, format="OGG")
    return path


def test_a_whole_stream_has_its_end(stream: Path) -> None:
    assert not is_cut_short(str(stream))
    assert "truncated" not in {one.code for one in measure(stream).findings}


@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_cut_stream_fails(stream: Path, share: float) -> None:
    data = stream.read_bytes()
    stream.write_bytes(data[: int(len(data) * share)])
    measured = measure(stream)
    (found,) = (one for one in measured.findings if one.code == "truncated")
    assert found.start_s == pytest.approx(measured.format.duration_s)
    assert judge(measured, load_profile("general")).outcome == "fail"


def test_a_stream_cut_between_pages_fails(stream: Path) -> None:
    data = stream.read_bytes()
    stream.write_bytes(data[: data.rindex(b"OggS")])
    assert is_cut_short(str(stream))


def test_what_follows_the_last_page_does_not_matter(stream: Path) -> None:
    stream.write_bytes(stream.read_bytes() + b"TAG" + bytes(125))
    assert not is_cut_short(str(stream))


def test_a_file_without_any_page_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "noise.ogg"
    path.write_bytes(np.random.default_rng(1).bytes(1000))
    assert is_cut_short(str(path))
