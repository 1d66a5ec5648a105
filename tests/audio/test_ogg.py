from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.audio.ogg_pages import pages_of, with_audio_among_headers
from tests.cli.command import run
from tests.signals import noise

from mixcheck import judge, load_profile, measure
from mixcheck.audio import open_audio
from mixcheck.audio.ogg import scan_ogg
from mixcheck.errors import AudioError


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


def test_a_page_with_one_bit_wrong_fails(stream: Path) -> None:
    """Its check sum tells (RFC 3533, clause 6), whose generator is 0x04c11db7."""
    data = bytearray(stream.read_bytes())
    data[len(data) // 2] ^= 1
    stream.write_bytes(data)
    assert scan_ogg(stream.read_bytes()).is_incomplete
    assert judge(measure(stream), load_profile("general")).outcome == "fail"


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


def samples_of(path: Path) -> np.ndarray:
    with open_audio(path) as stream:
        return np.concatenate([block.samples for block in stream.blocks()], axis=1)


def test_audio_that_begins_where_the_headers_end_is_all_measured(stream: Path) -> None:
    # A page boundary is no part of the sound: the same packets must give the same samples.
    whole = samples_of(stream)
    stream.write_bytes(with_audio_among_headers(stream.read_bytes()))
    moved = samples_of(stream)
    assert moved.shape == whole.shape == (2, 192_000)
    np.testing.assert_allclose(moved, whole, atol=2e-6)  # decoders round differently
    assert "truncated" not in measure(stream).counts()


def test_without_the_extra_such_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "moved.ogg"
    soundfile.write(path, 0.1 * noise(1, 4.0).T, 48_000, "VORBIS", format="OGG")
    path.write_bytes(with_audio_among_headers(path.read_bytes()))
    monkeypatch.delitem(sys.modules, "mixcheck.audio.libav", raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    lost_s = 4.0 - soundfile.info(path).duration
    assert lost_s > 0.2
    for options in ((), ("--headers",)):
        ran = run("check", "-q", path, *options)
        assert ran.exit_code == 3
        line = ran.stderr.splitlines()[-1]
        assert f"loses {lost_s:.2f} s" in line
        assert "pip install 'mixcheck[av]'" in line
        assert "ffmpeg" in line


def test_pages_after_the_headers_are_no_matter(stream: Path) -> None:
    assert not scan_ogg(stream.read_bytes()).begins_among_headers


def test_of_streams_side_by_side_the_first_is_measured_whole(stream: Path, tmp_path: Path) -> None:
    other = tmp_path / "longer.ogg"
    soundfile.write(other, 0.1 * noise(2, 6.0).T, 48_000, "VORBIS", format="OGG")
    first, second = pages_of(stream.read_bytes()), pages_of(other.read_bytes())
    mixed = [first.pop(0), second.pop(0)]  # the first pages of all come before any other
    while first or second:
        mixed += [pages.pop(0) for pages in (first, second) if pages]
    stream.write_bytes(b"".join(page.to_bytes() for page in mixed))
    found = scan_ogg(stream.read_bytes())
    assert (found.streams, found.is_incomplete, found.seconds) == (1, False, pytest.approx(4.0))
    assert "truncated" not in measure(stream).counts()


@pytest.mark.parametrize("has_libav", [True, False])
def test_a_stream_without_its_audio_is_told_as_cut(
    stream: Path, monkeypatch: pytest.MonkeyPatch, has_libav: bool
) -> None:
    """The first page names the codec, so that no other decoder would help."""
    if not has_libav:
        monkeypatch.delitem(sys.modules, "mixcheck.audio.libav", raising=False)
        monkeypatch.setitem(sys.modules, "av", None)
    data = stream.read_bytes()
    stream.write_bytes(data[: data.index(b"OggS", 1) + 40])
    with pytest.raises(AudioError, match="is Ogg that is cut off before its audio begins"):
        measure(stream)
