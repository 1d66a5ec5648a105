"""What FFmpeg's libraries read: the same frames as the ffmpeg program, and never a damaged pass."""

from __future__ import annotations

import contextlib
import os
import random
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.cli.command import document, run
from tests.signals import Signal

import mixcheck
from mixcheck.audio import AudioFormat, open_audio
from mixcheck.errors import AudioError

RATE = 48_000
FRAMES = 3 * RATE + 6577  # ends in the middle of every codec's packet
AAC, ALAC, WAVPACK = ["-c:a", "aac"], ["-c:a", "alac"], ["-c:a", "wavpack"]

# name: what ffmpeg is told, container, codec, bit depth, channel layout's origin
STEREO = {
    "a.m4a": (AAC, "MP4", "AAC", None, "file"),
    "a.mp4": ([*AAC, "-ar", "44100"], "MP4", "AAC", None, "file"),
    "a.mov": (AAC, "MOV", "AAC", None, "file"),
    "fragmented.mp4": ([*AAC, "-movflags", "frag_keyframe+empty_moov"], "MP4", "AAC", None, "file"),
    "a.aac": (AAC, "ADTS", "AAC", None, "file"),
    "aac.mka": (AAC, "MATROSKA", "AAC", None, "file"),
    "opus.mka": (["-c:a", "libopus"], "MATROSKA", "OPUS", None, "file"),
    "opus.mp4": (["-c:a", "libopus"], "MP4", "OPUS", None, "file"),
    "a.webm": (["-c:a", "libvorbis"], "MATROSKA", "VORBIS", None, "file"),
    "mp3.mkv": (["-c:a", "libmp3lame"], "MATROSKA", "MPEG_LAYER_III", None, "file"),
    "mp3.mp4": (["-c:a", "libmp3lame"], "MP4", "MPEG_LAYER_III", None, "file"),
    "a.wma": (["-c:a", "wmav2"], "ASF", "WMAV2", None, "assumed"),
    "a.ac3": (["-c:a", "ac3"], "AC3", "AC3", None, "file"),
    "a.eac3": (["-c:a", "eac3"], "EAC3", "EAC3", None, "file"),
    "ac3.mp4": (["-c:a", "ac3"], "MP4", "AC3", None, "file"),
    "a.dts": (["-c:a", "dca", "-strict", "-2"], "DTS", "DTS", None, "file"),
    "a.ts": (AAC, "MPEG_TS", "AAC", None, "file"),
    "mp2.ts": (["-c:a", "mp2"], "MPEG_TS", "MPEG_LAYER_II", None, "file"),
    "a.thd": (["-c:a", "truehd", "-strict", "-2"], "TRUEHD", "TRUEHD", 24, "file"),
}
LOSSLESS = {
    "16.wv": ([*WAVPACK, "-sample_fmt", "s16p"], "WAVPACK", "WAVPACK", 16, "file"),
    "32.wv": ([*WAVPACK, "-sample_fmt", "s32p"], "WAVPACK", "WAVPACK", 32, "file"),
    "float.wv": ([*WAVPACK, "-sample_fmt", "fltp"], "WAVPACK", "WAVPACK_FLOAT", 32, "file"),
    "16.tta": (["-c:a", "tta", "-sample_fmt", "s16"], "TTA", "TTA", 16, "file"),
    "24.tta": (["-c:a", "tta", "-sample_fmt", "s32"], "TTA", "TTA", 24, "file"),
    "16.m4a": ([*ALAC, "-sample_fmt", "s16p"], "MP4", "ALAC_16", 16, "file"),
    "24.m4a": ([*ALAC, "-sample_fmt", "s32p"], "MP4", "ALAC_24", 24, "file"),
    "flac.mka": (["-c:a", "flac"], "MATROSKA", "FLAC", 24, "file"),
    "flac.mp4": (["-c:a", "flac"], "MP4", "FLAC", 24, "file"),
    "flac.oga": (["-c:a", "flac"], "OGG", "FLAC", 24, "file"),
    "pcm.mka": (["-c:a", "pcm_s24le"], "MATROSKA", "PCM_24", 24, "assumed"),
    "u8.mov": (["-c:a", "pcm_u8"], "MOV", "PCM_U8", 8, "file"),
    "16.mov": (["-c:a", "pcm_s16be"], "MOV", "PCM_16", 16, "file"),
    "32.mov": (["-c:a", "pcm_s32le"], "MOV", "PCM_32", 32, "file"),
    "float.mov": (["-c:a", "pcm_f32le"], "MOV", "FLOAT", 32, "file"),
    "double.mov": (["-c:a", "pcm_f64le"], "MOV", "DOUBLE", 64, "file"),
}
CASES = STEREO | LOSSLESS
SURROUND = {  # the order in which each comes out of the decoder
    "a.m4a": (AAC, "L R C LFE Lb Rb"),
    "alac.m4a": (ALAC, "L R C LFE Lb Rb"),
    "a.ac3": (["-c:a", "ac3"], "L R C LFE Ls Rs"),
    "a.eac3": (["-c:a", "eac3"], "L R C LFE Ls Rs"),
    "a.wv": (WAVPACK, "L R C LFE Lb Rb"),
    "a.mov": (["-c:a", "pcm_s16le"], "L R C LFE Lb Rb"),
    "opus.mka": (["-c:a", "libopus"], "L R C LFE Lb Rb"),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone in noise on two channels, 24 bits."""
    time = np.arange(FRAMES) / RATE
    noise = 0.05 * np.random.default_rng(73).standard_normal((FRAMES, 2))
    path = tmp_path_factory.mktemp("source") / "source.wav"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time)[:, None] + noise, RATE, "PCM_24")
    return path


def encoded(ffmpeg: str, source: Path, target: Path, *arguments: str) -> Path:
    command = [ffmpeg, "-v", "error", "-y", "-i", source, *arguments, "-strict", "-2", target]
    subprocess.run(command, check=True)
    return target


def decoded_by_ffmpeg(ffmpeg: str, path: Path, channels: int, stream: int = 0) -> Signal:
    command = [ffmpeg, "-v", "error", "-i", path, "-map", f"0:a:{stream}"]
    command += ["-f", "f64le", "-c:a", "pcm_f64le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw).reshape(-1, channels).T


def decoded(path: Path, stream: int = 0) -> tuple[AudioFormat, Signal]:
    with open_audio(path, stream=stream) as opened:
        blocks = list(opened.blocks())
        assert not any(block.is_cut_off for block in blocks)
        return opened.format, np.concatenate([block.samples for block in blocks], axis=1)


def is_truncated(path: Path) -> bool:
    return "truncated" in {item.code for item in mixcheck.measure(path).findings}


@pytest.mark.parametrize("name", CASES)
def test_frames_are_those_of_ffmpeg(ffmpeg: str, source: Path, tmp_path: Path, name: str) -> None:
    arguments, container, codec, depth, origin = CASES[name]
    path = encoded(ffmpeg, source, tmp_path / name, *arguments)
    found, samples = decoded(path)
    np.testing.assert_array_equal(samples, decoded_by_ffmpeg(ffmpeg, path, 2))
    assert (found.container, found.codec, found.bit_depth) == (container, codec, depth)
    assert (found.channel_layout, found.layout_origin) == (("L", "R"), origin)
    assert found.is_lossy == (depth is None)
    assert found.is_float == (codec in ("WAVPACK_FLOAT", "FLOAT", "DOUBLE"))
    assert not is_truncated(path)
    if name in LOSSLESS:
        assert samples.shape[1] == FRAMES
        original = soundfile.read(source)[0].T
        bits = min(depth or 0, 24)
        np.testing.assert_allclose(samples, original, atol=2.0 ** (1 - bits))


@pytest.mark.parametrize("name", ["a.m4a", "a.mov", "ac3.mp4", "opus.mka", "mp3.mka"])
def test_delay_and_padding_are_taken_out(
    ffmpeg: str, source: Path, tmp_path: Path, name: str
) -> None:
    codec = {"ac3.mp4": "ac3", "opus.mka": "libopus", "mp3.mka": "libmp3lame"}.get(name, "aac")
    path = encoded(ffmpeg, source, tmp_path / name, "-c:a", codec, "-b:a", "192k")
    _, samples = decoded(path)
    assert samples.shape[1] == FRAMES
    original = soundfile.read(source)[0].T
    shifts = [
        np.vdot(samples[0, 500:90_000], original[0, 500 + n : 90_000 + n]) for n in (-9, 0, 9)
    ]
    assert np.argmax(shifts) == 1


def test_an_edit_list_is_heeded_at_both_ends(ffmpeg: str, source: Path, tmp_path: Path) -> None:
    whole = encoded(ffmpeg, source, tmp_path / "whole.m4a", *AAC)
    path = tmp_path / "cut.m4a"
    command = [ffmpeg, "-v", "error", "-ss", "0.7", "-i", whole, "-t", "1.2345", "-c", "copy", path]
    subprocess.run(command, check=True)
    _, samples = decoded(path)
    np.testing.assert_array_equal(samples, decoded_by_ffmpeg(ffmpeg, path, 2))
    assert not is_truncated(path)


@pytest.mark.parametrize("name", SURROUND)
def test_the_layout_is_the_file_s(ffmpeg: str, tmp_path: Path, name: str) -> None:
    arguments, labels = SURROUND[name]
    time = np.arange(RATE) / RATE
    tones = np.stack([0.1 * np.sin(2 * np.pi * hz * time) for hz in (300, 400, 500, 60, 700, 800)])
    source = tmp_path / "source.wav"
    soundfile.write(source, tones.T, RATE, "PCM_16", format="WAVEX")
    command = ["-channel_layout", "5.1", *arguments] if name != "a.ac3" else arguments
    path = encoded(ffmpeg, source, tmp_path / name, *command)
    found, samples = decoded(path)
    assert (found.channel_layout, found.layout_origin) == (tuple(labels.split()), "file")
    np.testing.assert_array_equal(samples, decoded_by_ffmpeg(ffmpeg, path, 6))
    spectra = np.abs(np.fft.rfft(samples[:, 4000:44_000]))
    assert [round(1.2 * one) for one in spectra.argmax(1)] == [300, 400, 500, 60, 700, 800]


def test_a_stream_is_chosen_by_its_number(ffmpeg: str, source: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    video = ["-f", "lavfi", "-i", "testsrc=d=3:s=64x64:r=10"]
    command = [ffmpeg, "-v", "error", *video, "-i", source, "-i", source, "-map", "0:v"]
    command += ["-map", "1:a", "-map", "2:a", "-c:v", "mpeg4", "-c:a:0", "aac", "-c:a:1", "flac"]
    subprocess.run([*command, "-ac:a:1", "1", path], check=True)
    for number, (codec, channels) in enumerate((("AAC", 2), ("FLAC", 1))):
        (file,) = document("measure", "--stream", str(number), path)["files"]
        assert (file["format"]["codec"], file["format"]["channels"]) == (codec, channels)
        _, samples = decoded(path, number)
        np.testing.assert_array_equal(samples, decoded_by_ffmpeg(ffmpeg, path, channels, number))
    ran = run("check", "--stream", "2", path)
    assert ran.exit_code == 3
    assert "has 2 audio streams, none of number 2" in " ".join(ran.output.split())
    ran = run("check", "--stream", "1", source)
    assert ran.exit_code == 3
    assert "has one audio stream, none of number 1" in " ".join(ran.output.split())


def test_a_film_without_sound_is_named(ffmpeg: str, tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    command = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=10", path]
    subprocess.run(command, check=True)
    with pytest.raises(AudioError, match="holds no audio stream"):
        mixcheck.measure(path)


@pytest.mark.parametrize("name", ["a.m4a", "float.mov", "float.wv", "a.ac3"])
def test_what_goes_beyond_full_scale_is_kept(ffmpeg: str, tmp_path: Path, name: str) -> None:
    time = np.arange(RATE) / RATE
    source = tmp_path / "source.wav"
    loud = 1.8 * np.sin(2 * np.pi * 997 * time)
    soundfile.write(source, np.stack([loud, loud], 1), RATE, "FLOAT")
    path = encoded(ffmpeg, source, tmp_path / name, *CASES[name][0])
    _, samples = decoded(path)
    assert np.abs(samples).max() > (1.05 if name == "a.ac3" else 1.7)
    np.testing.assert_array_equal(samples, decoded_by_ffmpeg(ffmpeg, path, 2))


# Streams that tell no length are seen to be cut off only by a broken last frame.
TELLING = [name for name in CASES if name not in ("a.dts", "a.thd", "mp2.ts")]


@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("share", [0.3, 0.77])
def test_a_truncated_file_never_passes(
    ffmpeg: str, source: Path, tmp_path: Path, name: str, share: float
) -> None:
    path = encoded(ffmpeg, source, tmp_path / name, *CASES[name][0])
    os.truncate(path, int(share * path.stat().st_size))
    ran = run("check", path, "-v")
    assert ran.exit_code in (1, 3)
    assert "truncated" in ran.output or "damaged or incomplete" in ran.output


# Codecs whose frames carry a checksum or cannot hold just anything.
CHECKED = ["a.m4a", "a.aac", "aac.mka", "a.ac3", "a.eac3", "16.wv", "24.tta", "flac.mka"]


@pytest.mark.parametrize("name", CHECKED)
def test_damage_in_the_middle_ends_the_file(
    ffmpeg: str, source: Path, tmp_path: Path, name: str
) -> None:
    path = encoded(ffmpeg, source, tmp_path / name, *CASES[name][0])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = random.Random(74).randbytes(400)
    path.write_bytes(content)
    measured = mixcheck.measure(path)
    assert 0.2 < measured.format.duration_s < 2.3
    assert "truncated" in {item.code for item in measured.findings}
    assert run("check", path).exit_code == 1


def test_a_change_of_format_ends_the_file(ffmpeg: str, source: Path, tmp_path: Path) -> None:
    stereo = encoded(ffmpeg, source, tmp_path / "stereo.ac3", "-c:a", "ac3")
    mono = encoded(ffmpeg, source, tmp_path / "mono.ac3", "-c:a", "ac3", "-ac", "1")
    stereo.write_bytes(stereo.read_bytes() + mono.read_bytes())
    measured = mixcheck.measure(stereo)
    assert measured.format.duration_s == pytest.approx(FRAMES / RATE, abs=0.1)
    assert "truncated" in {item.code for item in measured.findings}


def test_noise_is_no_audio(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / f"{number}.m4a"
        path.write_bytes(random.Random(number).randbytes(3000))
        with pytest.raises(AudioError, match="no audio that libsndfile or FFmpeg can read"):
            mixcheck.measure(path)


@pytest.mark.parametrize("name", ["a.m4a", "opus.mka", "16.wv", "24.tta", "a.wma", "a.ts"])
def test_a_broken_header_is_told_or_read(
    ffmpeg: str, source: Path, tmp_path: Path, name: str
) -> None:
    path = encoded(ffmpeg, source, tmp_path / name, *CASES[name][0], "-t", "1")
    content = path.read_bytes()
    for seed in range(12):
        chance, broken = random.Random(seed), bytearray(content)
        for _ in range(chance.choice((1, 3, 10, 40))):
            place = chance.randrange(3000)
            broken[place if chance.random() < 0.6 else -1 - place] = chance.randrange(256)
        path.write_bytes(broken)
        with contextlib.suppress(AudioError), open_audio(path) as stream:
            assert sum(block.samples.shape[1] for block in stream.blocks()) < 3 * FRAMES


def test_a_playlist_opens_no_other_file(ffmpeg: str, source: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.m4a"
    for listing in (f"ffconcat version 1.0\nfile {source}\n", f"#EXTM3U\n#EXTINF:3,\n{source}\n"):
        path.write_bytes(listing.encode() + b"\x00\xff")  # no text, so that FFmpeg is asked
        with pytest.raises(AudioError, match="no audio"):
            mixcheck.measure(path)


def dsf(bits: np.ndarray[tuple[int], np.dtype[np.uint8]], rate_hz: int) -> bytes:
    """A mono DSF file. Source: DSF File Format Specification 1.01, Sony (2005)."""
    block = 4096
    data = np.packbits(bits, bitorder="little").tobytes()
    padded = data.ljust(-(-len(data) // block) * block, b"\0")
    fmt = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 1, 1, rate_hz, 1, len(bits), block, 0)
    body = fmt + struct.pack("<4sQ", b"data", 12 + len(padded)) + padded
    return struct.pack("<4sQQQ", b"DSD ", 28, 28 + len(body), 0) + body


def test_dsd_is_read_at_an_eighth_of_its_rate(ffmpeg: str, tmp_path: Path) -> None:
    rate = 2_822_400
    tone = 0.4 * np.sin(2 * np.pi * 1000 * np.arange(rate // 4) / rate)
    bits, first, second = np.empty(len(tone), np.uint8), 0.0, 0.0
    for place, value in enumerate(tone.tolist()):  # a modulator of second order
        out = 1.0 if second >= 0 else -1.0
        first += value - out
        second += first - out
        bits[place] = out > 0
    path = tmp_path / "a.dsf"
    path.write_bytes(dsf(bits, rate))
    found, samples = decoded(path)
    np.testing.assert_array_equal(samples, decoded_by_ffmpeg(ffmpeg, path, 1))
    assert (found.container, found.codec) == ("DSF", "DSD")
    assert (found.sample_rate_hz, found.bit_depth, found.is_lossy) == (352_800, None, True)
    spectrum = np.abs(np.fft.rfft(samples[0, -70_560:]))
    assert spectrum[:4000].argmax() == 200  # 1 kHz in steps of 5 Hz
    assert not is_truncated(path)


KINDS = {
    "a.m4a": "MPEG-4",
    "a.mka": "Matroska",
    "a.wma": "ASF",
    "a.ac3": "AC-3",
    "a.aac": "AAC",
    "a.wv": "WavPack",
    "a.tta": "TTA",
}


@pytest.mark.parametrize("name", KINDS)
def test_without_the_extra_a_line_says_which(
    ffmpeg: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = encoded(ffmpeg, source, tmp_path / name)
    monkeypatch.delitem(sys.modules, "mixcheck.audio.libav", raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    ran = run("check", "-q", path)
    assert ran.exit_code == 3
    (line,) = ran.stderr.splitlines()
    assert KINDS[name] in line
    assert "pip install 'mixcheck[av]'" in line


F64 = ("-ac", "6", "-c:a", "pcm_f64le")  # more than two channels need such a header


def test_w64_of_64_bit_float_with_an_extensible_header_is_read(
    ffmpeg: str, source: Path, tmp_path: Path
) -> None:
    path = encoded(ffmpeg, source, tmp_path / "a.w64", *F64)
    found, samples = decoded(path)
    assert (found.container, found.codec, found.bit_depth) == ("W64", "DOUBLE", 64)
    np.testing.assert_array_equal(samples[:2], soundfile.read(source, always_2d=True)[0].T)


def test_without_the_extra_such_a_w64_asks_for_it(
    ffmpeg: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = encoded(ffmpeg, source, tmp_path / "a.w64", *F64)
    monkeypatch.delitem(sys.modules, "mixcheck.audio.libav", raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    ran = run("check", "-q", path)
    assert ran.exit_code == 3
    (line,) = ran.stderr.splitlines()
    assert "a coding that libsndfile cannot read" in line
    assert "pip install 'mixcheck[av]'" in line


def test_vorbis_in_a_wav_is_not_to_be_converted_to_what_it_is(
    ffmpeg: str, source: Path, tmp_path: Path
) -> None:
    vorbis = encoded(ffmpeg, source, tmp_path / "a.ogg", "-c:a", "libvorbis")
    path = encoded(ffmpeg, vorbis, tmp_path / "a.wav", "-c", "copy")
    ran = run("check", "-q", path)
    assert ran.exit_code == 3
    (line,) = ran.stderr.splitlines()
    assert "Vorbis in a WAV" in line
    assert "WAV of linear PCM" in line


def test_pyav_is_imported_only_when_needed(source: Path) -> None:
    code = "import sys, mixcheck; mixcheck.measure(sys.argv[1]); print('av' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code, source], capture_output=True, text=True)
    assert ran.stdout.strip() == "False"


def test_a_name_need_not_be_unicode(ffmpeg: str, source: Path, tmp_path: Path) -> None:
    path = encoded(ffmpeg, source, tmp_path / "a.m4a", *AAC)
    odd = os.fsencode(tmp_path) + b"/caf\xe9.m4a"
    try:
        os.rename(path, odd)
    except OSError:
        pytest.skip("this file system takes Unicode only")
    assert mixcheck.measure(os.fsdecode(odd)).format.frames == FRAMES


def test_an_impossible_place_in_a_damaged_file_is_told_quietly(tmp_path: Path) -> None:
    """PyAV prints a traceback for whatever a file raises; FFmpeg understands -1."""
    from mixcheck.audio.libav import Seekable

    path = tmp_path / "a.caf"
    path.write_bytes(bytes(100))
    with path.open("rb") as raised, pytest.raises(OSError, match="Invalid argument"):
        raised.seek(-5)
    with path.open("rb") as file:
        seekable = Seekable(file)
        assert seekable.seek(-5) == -1
        assert seekable.seek(60) == seekable.tell() == 60
