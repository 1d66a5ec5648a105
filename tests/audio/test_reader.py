from __future__ import annotations

import os
import pickle
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import Signal, noise, pink, sine

import mixcheck
from mixcheck.audio import AudioFormat, open_audio
from mixcheck.errors import AudioError

RATE = 44_100
FRAMES = 2 * RATE + 1001
BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32}
BITS |= {"DOUBLE": 64, "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32}

EXACT = [
    (container, codec)
    for container in ("WAV", "WAVEX", "RF64", "W64", "AIFF", "CAF", "AU", "FLAC")
    for codec in soundfile.available_subtypes(container)
    if codec in BITS and soundfile.check_format(container, codec)
]
# Greatest error, as a share of the signal's RMS, that the codec is allowed at these settings.
LOSSY = {
    ("OGG", "VORBIS", 44_100): 0.3,
    ("OGG", "OPUS", 48_000): 0.3,
    ("MP3", "MPEG_LAYER_III", 44_100): 0.3,
    ("WAV", "ULAW", 8_000): 0.02,
    ("WAV", "ALAW", 8_000): 0.02,
    ("WAV", "IMA_ADPCM", 44_100): 0.2,
    ("WAV", "MS_ADPCM", 44_100): 0.2,
    ("WAV", "GSM610", 8_000): 0.9,
}


def read(path: Path, **options: str) -> tuple[AudioFormat, Signal]:
    with open_audio(path, **options) as stream:
        blocks = list(stream.blocks())
        assert [block.start_frame for block in blocks] == [
            index * stream.format.block_frames for index in range(len(blocks))
        ]
        assert all(block.samples.shape[1] == stream.format.block_frames for block in blocks[:-1])
        return stream.format, np.concatenate([block.samples for block in blocks], axis=1)


def quantised(samples: Signal, bits: int) -> Signal:
    steps = 2.0 ** (bits - 1)
    return np.round(samples * steps) / steps


def write(path: Path, samples: Signal, rate: int, codec: str, container: str) -> Path:
    """Write planar samples that the codec can hold exactly, so that nothing is rounded."""
    if BITS.get(codec, 64) <= 32 and codec != "FLOAT":
        data = np.round(samples.T * 2.0**31).astype(np.int32)  # libsndfile drops the low bits
    else:
        data = samples.T
    soundfile.write(path, data, rate, codec, format=container)
    return path


def wav_bytes(data: bytes, *, size: int | None = None, channels: int = 2, mask: int = 0) -> bytes:
    """A 16-bit WAV at 48 kHz, whose data chunk may claim another size than it has."""
    head = struct.pack("<HHIIHH", 0xFFFE, channels, 48_000, 96_000 * channels, 2 * channels, 16)
    head += struct.pack("<HHI", 22, 16, mask) + bytes.fromhex("0100000000001000800000aa00389b71")
    claimed = len(data) if size is None else size
    chunks = b"WAVEfmt " + struct.pack("<I", len(head)) + head
    chunks += b"data" + struct.pack("<I", claimed)
    return b"RIFF" + struct.pack("<I", min(len(chunks) + claimed, 0xFFFFFFFF)) + chunks + data


def codes(count: int, channels: int = 2) -> bytes:
    return np.random.default_rng(30).integers(-9999, 9999, (count, channels), np.int16).tobytes()


@pytest.mark.parametrize(("container", "codec"), EXACT)
def test_linear_samples_are_exact(tmp_path: Path, container: str, codec: str) -> None:
    bits = BITS[codec]
    samples = np.random.default_rng(31).uniform(-1, 1, (2, FRAMES))
    if codec.startswith("ALAC"):  # libsndfile 1.2.2 writes noise wrong
        samples = np.stack([sine(440, 3.0, RATE), sine(997, 3.0, RATE)])[:, :FRAMES]
    samples = quantised(samples, min(bits, 24))
    samples = samples.clip(-1.0, 1.0 - 2.0 ** (1 - min(bits, 24)))
    if codec in ("PCM_32", "ALAC_32", "DOUBLE"):
        samples[0, :5] = 0.25 + 2.0**-31 * np.arange(5)  # more than float32 can hold
    path = write(tmp_path / f"a.{container.lower()}", samples, RATE, codec, container)
    found, decoded = read(path)
    np.testing.assert_array_equal(decoded, samples)
    assert found.container == ("WAV" if container == "WAVEX" else container)
    assert found.codec == codec
    assert (found.sample_rate_hz, found.channels, found.frames) == (RATE, 2, FRAMES)
    assert found.duration_s == pytest.approx(FRAMES / RATE)
    assert found.bit_depth == bits
    if container != "W64":  # whose claim may include padding
        assert found.declared_frames in (None, FRAMES)
    assert found.channel_layout == ("L", "R")
    assert not found.is_lossy
    assert found.is_float == (codec in ("FLOAT", "DOUBLE"))


@pytest.mark.parametrize(("container", "codec", "rate"), LOSSY)
def test_lossy_samples_are_near(tmp_path: Path, container: str, codec: str, rate: int) -> None:
    channels = 1 if codec == "GSM610" else 2
    samples = 0.1 * pink(32, 2.3, channels, rate, band_hz=(100, 3000))
    path = write(tmp_path / f"a.{container.lower()}", samples, rate, codec, container)
    found, decoded = read(path)
    error = decoded[:, : samples.shape[1]] - samples
    assert np.sqrt(np.mean(error**2)) < 0.1 * LOSSY[container, codec, rate]
    assert (found.container, found.codec) == (container, codec)
    assert (found.sample_rate_hz, found.channels) == (rate, channels)
    assert 0 <= found.frames - samples.shape[1] < 1100  # of which the last packet is filled up
    assert found.bit_depth is None
    assert found.is_lossy == (container in ("OGG", "MP3"))
    measured = mixcheck.measure(path)
    assert measured.format.frames == decoded.shape[1]
    assert "truncated" not in {item.code for item in measured.findings}


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_056, 47_952, 88_200, 192_000, 384_000])
def test_any_usual_rate_is_read(tmp_path: Path, rate: int) -> None:
    samples = quantised(np.random.default_rng(33).uniform(-1, 0.9, (1, rate + 17)), 16)
    found, decoded = read(write(tmp_path / "a.wav", samples, rate, "PCM_16", "WAV"))
    assert found.sample_rate_hz == rate
    np.testing.assert_array_equal(decoded, samples)


@pytest.mark.parametrize("channels", [1, 3, 6, 7, 12, 24, 64])
def test_any_number_of_channels_is_read(tmp_path: Path, channels: int) -> None:
    samples = quantised(np.random.default_rng(34).uniform(-1, 0.9, (channels, 3000)), 24)
    found, decoded = read(write(tmp_path / "a.wav", samples, 48_000, "PCM_24", "WAV"))
    assert found.channels == channels
    np.testing.assert_array_equal(decoded, samples)
    assert mixcheck.measure(tmp_path / "a.wav").format.channels == channels


@pytest.mark.parametrize(
    ("mask", "channels", "labels", "origin"),
    [
        (0x3F, 6, ("L", "R", "C", "LFE", "Lb", "Rb"), "file"),
        (0x60F, 6, ("L", "R", "C", "LFE", "Ls", "Rs"), "file"),
        (0x70F, 7, ("L", "R", "C", "LFE", "Cb", "Ls", "Rs"), "file"),
        (0x3, 6, ("L", "R", "C", "LFE", "Ls", "Rs"), "assumed"),
        (0, 2, ("L", "R"), "assumed"),
        (0, 7, None, "unknown"),
    ],
)
def test_the_channel_mask_of_a_wav_gives_the_layout(
    tmp_path: Path, mask: int, channels: int, labels: tuple[str, ...] | None, origin: str
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(500, channels), channels=channels, mask=mask))
    found, _ = read(path)
    assert (found.channel_layout, found.layout_origin) == (labels, origin)


def test_a_given_layout_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(500, 4), channels=4, mask=0x107))
    found, _ = read(path, layout="quad")
    assert (found.channel_layout, found.layout_origin) == (("L", "R", "Lb", "Rb"), "given")
    with pytest.raises(AudioError, match=r"a\.wav.*4 channels.*5\.1"):
        mixcheck.measure(path, layout="5.1")


@pytest.mark.parametrize("codec", ["FLOAT", "DOUBLE"])
def test_float_files_are_not_clipped(tmp_path: Path, codec: str) -> None:
    samples = np.array([[0.5, 1.5, -2.5, 0.25] * 100])
    path = write(tmp_path / "a.wav", samples, 48_000, codec, "WAV")
    np.testing.assert_array_equal(read(path)[1], samples)
    assert mixcheck.measure(path).value("peak.max_sample_peak_dbfs") == pytest.approx(
        20 * np.log10(2.5)
    )


def test_a_lossy_decode_is_not_clipped(tmp_path: Path) -> None:
    square = 0.99 * np.sign(sine(441, 1.0, RATE, phase_deg=1.0))[None]
    path = write(tmp_path / "a.ogg", square, RATE, "VORBIS", "OGG")
    assert np.abs(read(path)[1]).max() > 1.0


def test_what_is_not_a_number_is_zeroed_and_counted(tmp_path: Path) -> None:
    samples = np.full((2, 2 * RATE), 0.25, np.float32)
    samples[0, 7], samples[1, RATE], samples[1, RATE + 5] = np.nan, np.inf, -np.inf
    path = tmp_path / "a.wav"
    soundfile.write(path, samples.T, RATE, "FLOAT")
    with open_audio(path) as stream:
        blocks = [(block.samples, block.non_finite.tolist()) for block in stream.blocks()]
    assert [places for _, places in blocks] == [[[0, 7], [1, RATE], [1, RATE + 5]]]
    expected = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    np.testing.assert_array_equal(np.concatenate([part for part, _ in blocks], axis=1), expected)
    assert mixcheck.measure(path).value("integrity.non_finite_samples") == 3


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "FLOAT"),
        ("RF64", "PCM_24"),
        ("W64", "PCM_16"),
        ("AIFF", "PCM_24"),
        ("FLAC", "PCM_16"),
    ],
)
def test_a_truncated_file_is_read_as_far_as_it_goes(
    tmp_path: Path, container: str, codec: str
) -> None:
    samples = quantised(np.random.default_rng(35).uniform(-0.9, 0.9, (2, FRAMES)), 16)
    path = write(tmp_path / f"a.{container.lower()}", samples, RATE, codec, container)
    os.truncate(path, int(0.7 * path.stat().st_size))
    measured = mixcheck.measure(path)
    assert measured.format.frames == pytest.approx(0.7 * FRAMES, rel=0.05)
    assert measured.format.declared_frames == pytest.approx(FRAMES, abs=2)
    found = [item for item in measured.findings if item.code == "truncated"]
    assert [item.end_s for item in found] == [pytest.approx(FRAMES / RATE, abs=1e-4)]
    _, decoded = read(path)
    np.testing.assert_array_equal(decoded, samples[:, : decoded.shape[1]])


@pytest.mark.parametrize("container", ["W64", "WAV", "RF64", "AIFF", "CAF", "AU"])
@pytest.mark.parametrize("frames", [1, 2, 3, 5, 1001])
def test_an_odd_length_is_not_taken_for_a_lie(tmp_path: Path, container: str, frames: int) -> None:
    samples = quantised(np.random.default_rng(36).uniform(-0.9, 0.9, (1, frames)), 24)
    path = write(tmp_path / f"a.{container.lower()}", samples, 48_000, "PCM_24", container)
    np.testing.assert_array_equal(read(path)[1], samples)
    assert "truncated" not in {item.code for item in mixcheck.measure(path).findings}


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x7FFFFFFF - 36])
def test_the_placeholder_size_of_a_streamed_wav_is_told(tmp_path: Path, claimed: int) -> None:
    # What writers to a pipe put there, who cannot know: ffmpeg the first, SoX and arecord the
    # others. The audio is read, and that nobody knows its length is not passed over in silence.
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(5000), size=claimed))
    measured = mixcheck.measure(path)
    assert measured.format.frames == 5000
    (told,) = [one for one in measured.findings if one.code in ("truncated", "unknown-length")]
    assert (told.code, told.severity) == ("unknown-length", "warning")
    assert "00:00:00.104 that are there were read" in told.message


@pytest.mark.parametrize("claimed", [0xFFFFFF00, 0xF0000000, 0x7FFFE000, 0x80000004])
def test_any_other_claim_of_gigabytes_is_a_lie(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(5000), size=claimed))
    (told,) = [one for one in mixcheck.measure(path).findings if one.code == "truncated"]
    assert told.severity == "error"


def test_a_wav_that_claims_more_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(5000), size=48_000 * 4))
    measured = mixcheck.measure(path)
    assert (measured.format.frames, measured.format.declared_frames) == (5000, 48_000)
    assert [item.code for item in measured.findings if item.code == "truncated"] == ["truncated"]


def test_a_chunk_after_the_data_is_not_audio(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(5000)) + b"junk" + struct.pack("<I", 400) + b"\x55" * 400)
    assert read(path)[1].shape == (2, 5000)


@pytest.mark.parametrize("container", ["wav", "flac"])
@pytest.mark.parametrize("frames", [500, 48_000, 96_001, 120_000])
def test_what_ffmpeg_writes_to_a_pipe_is_read_to_its_end(
    tmp_path: Path, ffmpeg: str, container: str, frames: int
) -> None:
    source, path = tmp_path / "a.wav", tmp_path / f"piped.{container}"
    source.write_bytes(wav_bytes(codes(frames)))
    command = [ffmpeg, "-v", "error", "-i", str(source), "-f", container, "-"]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    measured = mixcheck.measure(path)
    assert measured.format.frames == frames
    assert "truncated" not in {item.code for item in measured.findings}
    told = "unknown-length" in {item.code for item in measured.findings}
    assert told == (container == "wav")  # its header claims 4 GB; that of FLAC may leave it open


def _text(path: Path) -> None:
    path.write_text("Ein Brief, kein Ton.\n" * 50, "utf-8")


def _text_beyond_ascii(path: Path) -> None:
    path.write_text("aaaaa" + "größer " * 200, "utf-8")  # byte 512 lies within the ö


def _lfs_pointer(path: Path) -> None:
    path.write_text(
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
        "size 12345678\n"
    )


def _empty(path: Path) -> None:
    path.touch()


def _folder(path: Path) -> None:
    path.mkdir()


def _missing(path: Path) -> None:
    assert not path.exists()


def _no_frames(path: Path) -> None:
    soundfile.write(path, np.zeros((0, 2)), 48_000)


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(37).bytes(5000))


def _header_only(path: Path) -> None:
    path.write_bytes(wav_bytes(codes(100))[:30])


def _slow(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 1)), 7_999)


def _fast(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 1)), 384_001)


def _too_wide(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 65)), 48_000)


@pytest.mark.parametrize(
    ("make", "problem", "remedy"),
    [
        (_missing, "does not exist", "check the name"),
        (_folder, "folder", "name a file"),
        (_empty, "empty", "again"),
        (_lfs_pointer, "Git LFS pointer", "git lfs pull"),
        (_text, "text, not audio", "check"),
        (_text_beyond_ascii, "text, not audio", "check"),
        (_no_frames, "no audio", "export it again"),
        (_noise, "no audio", "convert"),
        (_header_only, "no audio", "again"),
        (_slow, "7999 Hz", "convert"),
        (_fast, "384001 Hz", "convert"),
        (_too_wide, "65 channels", "64"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_cause_and_cure(
    tmp_path: Path, make: Callable[[Path], None], problem: str, remedy: str
) -> None:
    path = tmp_path / "take 1.wav"
    make(path)
    with pytest.raises(AudioError) as caught:
        mixcheck.measure(path)
    error = caught.value
    assert error.path == str(path)
    assert problem in error.problem
    assert remedy in error.remedy
    assert str(error).startswith(f"{path}: ")
    assert problem in str(error)
    assert remedy in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("name", ["no suffix", "a.mp3", "ünï çödé.wav", "a\nb.wav"])
def test_the_name_does_not_matter(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(wav_bytes(codes(500)))
    assert read(path)[1].shape == (2, 500)


@pytest.mark.parametrize("name", ["nul\0byte.wav", "x" * 300])
def test_an_impossible_name_is_an_audio_error(name: str) -> None:
    with pytest.raises(AudioError):
        mixcheck.measure(name)


def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(codes(500)))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("who runs this may read everything, as root may")
    with pytest.raises(AudioError, match="may not be read"):
        mixcheck.measure(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_keep_its_reader_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(AudioError, match=r"a\.wav: is a pipe"):
        mixcheck.measure(tmp_path / "a.wav")


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_flac_damaged_inside_is_measured_up_to_the_damage(tmp_path: Path, share: float) -> None:
    path, seconds = tmp_path / "a.flac", 10.0
    soundfile.write(path, 0.1 * noise(1, seconds, rate=RATE).T, RATE, "PCM_24")
    whole, _ = soundfile.read(path, dtype="float32")
    data = bytearray(path.read_bytes())
    place = int(share * len(data))
    data[place : place + 400] = bytes(400)
    path.write_bytes(data)
    with open_audio(path) as stream:  # a second pass is as good as the first
        read = [np.concatenate([one.samples for one in stream.blocks()], 1) for _ in range(2)]
    np.testing.assert_array_equal(read[0], read[1])
    frames = read[0].shape[1]
    # Noise takes as many bytes in every frame of FLAC, and those of libFLAC have 4096 samples.
    assert share * seconds * RATE - 2 * 4096 < frames <= share * seconds * RATE
    np.testing.assert_array_equal(read[0], whole[:frames].T)
    measured = mixcheck.measure(path)
    (found,) = (one for one in measured.findings if one.code == "truncated")
    assert found.start_s == frames / RATE
    assert found.end_s == seconds
