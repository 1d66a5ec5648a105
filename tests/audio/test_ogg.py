from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import noise

from mixcheck import judge, load_profile, measure
from mixcheck.audio.ogg import scan_ogg


@pytest.fixture(params=["VORBIS", "OPUS"])
def stream(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "stream.ogg"
    soundfile.write(path, 0.1 * noise(1, 4.0).T, 48_000, request.param, format="OGG")
    return path


def test_a_whole_stream_has_its_end(stream: Path) -> None:
    assert not scan_ogg(stream.read_bytes()).is_incomplete
    assert "truncated" not in {one.code for one in measure(stream).findings}


@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_cut_stream_fails(stream: Path, share: float) -> None:
    data = stream.read_bytes()
    stream.write_bytes(data[: int(len(data) * share)])
    measured = measure(stream)
    (found,) = (one for one in measured.findings if one.code == "truncated")
    assert found.end_s <= 4.0
    assert judge(measured, load_profile("general")).outcome == "fail"


def test_a_stream_cut_between_pages_fails(stream: Path) -> None:
    data = stream.read_bytes()
    stream.write_bytes(data[: data.rindex(b"OggS")])
    assert scan_ogg(stream.read_bytes()).is_incomplete


def test_what_follows_the_last_page_does_not_matter(stream: Path) -> None:
    stream.write_bytes(stream.read_bytes() + b"TAG" + bytes(125))
    assert not scan_ogg(stream.read_bytes()).is_incomplete


def test_a_file_without_any_page_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "noise.ogg"
    path.write_bytes(np.random.default_rng(1).bytes(1000))
    assert scan_ogg(path.read_bytes()).is_incomplete


def test_of_streams_in_a_row_the_ones_not_read_are_missed(stream: Path) -> None:
    stream.write_bytes(2 * stream.read_bytes())
    found = scan_ogg(stream.read_bytes())
    assert (found.streams, found.is_incomplete) == (2, False)
    assert found.seconds == pytest.approx(8.0, abs=0.001)
    measured = measure(stream)
    assert measured.format.bit_rate_kbps is not None
    assert 10 < measured.format.bit_rate_kbps < 1000
    assert judge(measured, load_profile("general")).outcome == "fail"


@pytest.mark.parametrize("kind", ["overwritten", "left out"])
def test_a_page_that_is_missing_in_the_middle_fails(stream: Path, kind: str) -> None:
    data = stream.read_bytes()
    start = data.index(b"OggS", len(data) // 3)
    end = data.index(b"OggS", start + 4)
    stream.write_bytes(
        data[:start] + bytes(end - start if kind == "overwritten" else 0) + data[end:]
    )
    assert scan_ogg(stream.read_bytes()).is_incomplete
    assert judge(measure(stream), load_profile("general")).outcome == "fail"
