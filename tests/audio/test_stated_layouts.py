"""Layouts that files state, written by another program (ffmpeg) and by hand."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.signals import faded, ratio, sine

from mixcheck import measure
from mixcheck.audio import open_audio

RATE = 48_000
MASKS = {"3.0": (0x7, 3), "quad": (0x33, 4), "5.0": (0x37, 5), "5.1": (0x3F, 6), "7.1": (0x63F, 8)}
WRITTEN = {  # container: encoder arguments
    "wav": [],
    "flac": [],
    "ogg": ["-c:a", "libvorbis", "-q:a", "8"],
    "caf": [],
    "aiff": [],
}
WEIGHTS = {"LFE": 0.0, "Lb": 1.41, "Rb": 1.41}  # of those masks; 7.1 has sides and so plain backs
WEIGHTS_7_1 = {"LFE": 0.0, "Ls": 1.41, "Rs": 1.41}
ORDER = {  # by the mask's bits
    "3.0": "L R C",
    "quad": "L R Lb Rb",
    "5.0": "L R C Lb Rb",
    "5.1": "L R C LFE Lb Rb",
    "7.1": "L R C LFE Lb Rb Ls Rs",
}


def write_wave(path: Path, channel: int, layout: str) -> None:
    """A WAV with a mask, sound in one channel only."""
    mask, channels = MASKS[layout]
    samples = np.zeros((3 * RATE, channels))
    samples[:, channel] = faded(ratio(-20.0) * sine(997.0, 3.0), 0.05)
    soundfile.write(path, samples, RATE, "PCM_24", format="WAVEX")
    data = bytearray(path.read_bytes())
    at = data.index(b"fmt ") + 28
    data[at : at + 4] = struct.pack("<I", mask)
    path.write_bytes(data)


# ffmpeg names 7.1 in CAF and AIFF by a tag whose order Apple defines otherwise.
CASES = [
    (layout, suffix)
    for layout in MASKS
    for suffix in WRITTEN
    if not (layout == "7.1" and suffix in ("caf", "aiff"))
]


@pytest.mark.parametrize(("layout", "suffix"), CASES)
def test_each_channel_gets_its_weight_whatever_the_order(
    ffmpeg: str, layout: str, suffix: str, tmp_path: Path
) -> None:
    weights = WEIGHTS_7_1 if layout == "7.1" else WEIGHTS
    for channel, label in enumerate(ORDER[layout].split()):
        source, target = tmp_path / "source.wav", tmp_path / f"target.{suffix}"
        write_wave(source, channel, layout)
        command = [ffmpeg, "-v", "error", "-y", "-i", source]
        subprocess.run([*command, *WRITTEN[suffix], target], check=True)
        measured = measure(target)
        assert measured.format.layout_origin == "file"
        found = measured.value("loudness.integrated_lufs")
        weight = weights.get(label, 1.0)
        if not weight:
            assert found is None
            continue
        expected = -23.01 + 10.0 * np.log10(weight)
        assert found == pytest.approx(expected, abs=0.1), label


def chunk_of(tag: int, bitmap: int = 0, labels: tuple[int, ...] = ()) -> bytes:
    entries = b"".join(struct.pack(">IIfff", label, 0, 0.0, 0.0, 0.0) for label in labels)
    return struct.pack(">III", tag, bitmap, len(labels)) + entries


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (chunk_of(121 << 16 | 6), "L R C LFE Ls Rs"),
        (chunk_of(124 << 16 | 6), "C L R Ls Rs LFE"),
        (chunk_of(1 << 16, 0x3F), "L R C LFE Lb Rb"),
        (chunk_of(0, labels=(1, 2, 3, 4, 33, 34)), "L R C LFE Lb Rb"),
        (chunk_of(0, labels=(3, 1, 2, 5, 6, 4)), "C L R Ls Rs LFE"),
    ],
)
def test_a_caf_says_it_by_tag_by_bits_or_one_by_one(
    contents: bytes, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.caf"
    soundfile.write(path, np.zeros((100, 6)), RATE, "PCM_16")
    data = path.read_bytes()
    start = data.index(b"data")
    chunk = b"chan" + struct.pack(">q", len(contents)) + contents
    path.write_bytes(data[:start] + chunk + data[start:])
    with open_audio(path) as stream:
        assert stream.format.channel_layout == tuple(expected.split())
        assert stream.format.layout_origin == "file"


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"short",
        chunk_of(121 << 16 | 6, labels=())[:8],
        chunk_of(250 << 16 | 6),  # a tag of later days
        chunk_of(1 << 16, 0x7),  # three loudspeakers for six channels
        chunk_of(0, labels=(1, 2, 3, 4, 5, 999)),
        chunk_of(0, labels=(1, 2)),
    ],
)
def test_a_chunk_that_does_not_fit_leaves_the_usual_layout(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.caf"
    soundfile.write(path, np.zeros((100, 6)), RATE, "PCM_16")
    data = path.read_bytes()
    start = data.index(b"data")
    chunk = b"chan" + struct.pack(">q", len(contents)) + contents
    path.write_bytes(data[:start] + chunk + data[start:])
    with open_audio(path) as stream:
        assert stream.format.layout_origin == "assumed"
