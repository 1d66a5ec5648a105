"""Bit rate of an MP3, read from the header of every frame.

Source: ISO/IEC 11172-3 (1993) clause 2.4.1.3 and ISO/IEC 13818-3 (1998) clause 2.4.2.3.
A tag frame ("Xing", "Info", "VBRI") holds no audio and is left out.
"""

from __future__ import annotations

import mmap
from collections import Counter
from dataclasses import dataclass

_KBPS_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_TAGS = (b"Xing", b"Info", b"VBRI")


@dataclass(frozen=True, slots=True)
class Mp3Stream:
    """What the frame headers of an MP3 say together.

    Parameters
    ----------
    frames : int
        Audio frames of every channel (1152 or 576 for each MP3 frame), padding included.
    bit_rate_kbps : float
        Mean over the MP3 frames.
    bit_rate_mode : str
        ``"constant"`` if every MP3 frame has the same rate, else ``"variable"``.
    """

    frames: int
    bit_rate_kbps: float
    bit_rate_mode: str


def scan_mp3(path: str) -> Mp3Stream | None:
    """Read every Layer III frame header of a file; ``None`` if there is none."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _scan(data)


def _scan(data: mmap.mmap) -> Mp3Stream | None:
    rates: Counter[int] = Counter()
    frames = 0
    position = _after_id3(data)
    end = len(data) - 4
    while position < end:
        header = int.from_bytes(data[position : position + 4], "big")
        parsed = _parse(header)
        if parsed is None:
            position = data.find(b"\xff", position + 1)
            if position < 0:
                break
            continue
        kbps, size, frames_per_packet = parsed
        is_tag = not rates and any(tag in data[position : position + 64] for tag in _TAGS)
        if not is_tag:
            rates[kbps] += 1
            frames += frames_per_packet
        position += size
    if not rates:
        return None
    mean = sum(kbps * count for kbps, count in rates.items()) / rates.total()
    return Mp3Stream(frames, mean, "constant" if len(rates) == 1 else "variable")


def _after_id3(data: mmap.mmap) -> int:
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:  # four bytes of seven bits
        size = size << 7 | byte & 0x7F
    return 10 + size


def _parse(header: int) -> tuple[int, int, int] | None:
    """Bit rate, bytes and frames of the MP3 frame that starts with these four bytes."""
    version = header >> 19 & 3
    layer = header >> 17 & 3
    rate_index = header >> 10 & 3
    bit_rate_index = header >> 12 & 15
    is_layer_3 = header >> 21 == 0x7FF and version != 1 and layer == 1
    if not is_layer_3 or rate_index == 3 or bit_rate_index in (0, 15):
        return None
    kbps = (_KBPS_MPEG1 if version == 3 else _KBPS_MPEG2)[bit_rate_index]
    frames = 1152 if version == 3 else 576
    size = frames * 125 * kbps // _RATES_HZ[version][rate_index] + (header >> 9 & 1)
    return kbps, size, frames
