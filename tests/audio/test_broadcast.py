from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tests.audio.broadcast import bext_chunk, with_chunks
from tests.signals import sine

from mixcheck import measure
from mixcheck.audio.broadcast import read_broadcast_wave

TONE = 0.1 * np.tile(sine(1000.0, 4.0), (2, 1)).T  # -20 LUFS, -20 dBTP


@pytest.fixture(params=["WAV", "RF64"])
def wave(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    soundfile.write(path, TONE, 48_000, "PCM_24", format=request.param)
    return path


def stated(path: Path) -> tuple[object, ...]:
    audio = measure(path).format
    return (
        audio.wave_kind, audio.stated_integrated_lufs, audio.stated_loudness_range_lu,
        audio.stated_max_true_peak_dbtp, audio.stated_max_momentary_lufs,
        audio.stated_max_short_term_lufs,
    )  # fmt: skip


def test_kinds(wave: Path) -> None:
    plain = wave.read_bytes()
    assert stated(wave) == ("WAV", None, None, None, None, None)
    wave.write_bytes(with_chunks(plain, bext_chunk()))
    assert stated(wave) == ("BWF", None, None, None, None, None)
    adm = b"axml\x04\0\0\0<a/>" + b"chna\x04\0\0\0\0\0\0\0"
    wave.write_bytes(with_chunks(plain, adm, bext_chunk((-20.0, 0.0, -20.0, -20.0, -20.0))))
    assert stated(wave) == ("ADM BWF", -20.0, 0.0, -20.0, -20.0, -20.0)
    assert not [one for one in measure(wave).findings if one.code == "stated-loudness"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((-23.0, 0.0, -20.0, -20.0, -20.0), ["integrated loudness -23.0 LUFS, measured -20.0"]),
        ((-20.0, 9.0, -20.0, -20.0, -20.0), []),  # unstable under a minute
        ((-20.0, None, -10.0, None, None), ["true peak -10.0 dBTP, measured -20.0"]),
        ((None, None, None, -16.0, -17.0), ["max momentary", "max short-term"]),
        ((-20.2, 0.5, -20.5, -20.2, -19.8), []),
        ((0.0, 0.0, 0.0, 0.0, 0.0), []),
    ],
)
def test_what_is_stated_wrongly_is_found(
    wave: Path, values: tuple[float | None, ...], words: list[str]
) -> None:
    wave.write_bytes(with_chunks(wave.read_bytes(), bext_chunk(values)))
    found = [one.message for one in measure(wave).findings if one.code == "stated-loudness"]
    assert len(found) == bool(words)
    assert all(word in found[0] for word in words)


def test_version_1_states_nothing(wave: Path) -> None:
    chunk = bext_chunk((-1.0, -1.0, -1.0, -1.0, -1.0), version=1)
    wave.write_bytes(with_chunks(wave.read_bytes(), chunk))
    assert stated(wave) == ("BWF", None, None, None, None, None)


def test_other_containers_are_no_wave(tmp_path: Path) -> None:
    path = tmp_path / "tone.aiff"
    soundfile.write(path, TONE, 48_000, "PCM_24")
    assert stated(path) == (None,) * 6


@pytest.mark.parametrize(("stated_lu", "is_wrong"), [(0.5, False), (5.0, True)])
def test_the_range_of_a_minute_is_compared(
    tmp_path: Path, stated_lu: float, is_wrong: bool
) -> None:
    path = tmp_path / "minute.wav"
    soundfile.write(path, 0.1 * sine(1000.0, 61.0, 16_000), 16_000, "PCM_16")
    path.write_bytes(
        with_chunks(path.read_bytes(), bext_chunk((None, stated_lu, None, None, None)))
    )
    found = [one.message for one in measure(path).findings if one.code == "stated-loudness"]
    assert bool(found) == is_wrong
    assert not is_wrong or "loudness range 5.0 LU, measured 0.0" in found[0]


@given(data=st.binary(max_size=700))
def test_any_bytes_are_read_to_an_end(data: bytes) -> None:
    assert read_broadcast_wave(BytesIO(b"RIFF\0\0\0\0WAVE" + data)) is not None
