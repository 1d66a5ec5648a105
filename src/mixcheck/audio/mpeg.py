"""Bit rate of an MP3, read from the header of every frame.

Source: ISO/IEC 11172-3 (1993) clause 2.4.1.3 and ISO/IEC 13818-3 (1998) clause 2.4.2.3.
A tag frame ("Xing", "Info", "VBRI") holds no audio and is left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from mixcheck.audio.source import ByteView

_KBPS_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_TAGS = (b"Xing", b"Info")
_BETWEEN_STREAMS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN")  # of files that were joined
_SAME_STREAM = 0xFFFE0C00  # sync, version, layer and sample rate never change within a stream


@dataclass(frozen=True, slots=True)
class Mp3Stream:
    """What the frame headers of an MP3 say together.

    Parameters
    ----------
    frames : int
        Audio frames (1152 or 576 for each MP3 frame), padding included: what the tag announces
        where there is one, else what is there.
    frames_there : int or None
        Those that are there; ``None`` where no tag says how many there should be.
    bit_rate_kbps : float
        Mean over the MP3 frames.
    bit_rate_mode : str
        ``"constant"`` if every MP3 frame has the same rate, else ``"variable"``.
    is_incomplete : bool
        Whether something else stands between two MP3 frames, the last is cut, or there are fewer
        than the tag announces, which may count itself.
    """

    frames: int
    frames_there: int | None
    bit_rate_kbps: float
    bit_rate_mode: str
    is_incomplete: bool


class _Header(NamedTuple):
    kbps: int
    size: int
    frames: int


def scan_mp3(data: ByteView) -> Mp3Stream | None:
    """Read every Layer III frame header of a file; ``None`` if there is none."""
    position = _next_frame(data, _after_id3(data), None)
    first = _bits(data, position)
    header = _parse(first)
    if header is None:
        return None
    announced = _announced_packets(data[position : position + header.size])
    if announced is not None:
        position += header.size
    rates: Counter[int] = Counter()
    has_gap = False
    while (found := _parse(_bits(data, position))) is not None:
        rates[found.kbps] += 1
        position += found.size
        if (_bits(data, position) ^ first) & _SAME_STREAM:  # lost: a tag, junk or the end
            lost, position = position, _next_frame(data, position, first)
            is_tag = data[lost : lost + 11].startswith(_BETWEEN_STREAMS)
            has_gap |= lost > len(data) or (position < len(data) and not is_tag)
    if not rates:
        return None
    mean = sum(kbps * count for kbps, count in rates.items()) / rates.total()
    packets = max(rates.total(), announced or 0)
    mode = "constant" if len(rates) == 1 else "variable"
    there = rates.total() * header.frames if announced else None
    has_gap |= rates.total() < (announced or 0) - 1
    return Mp3Stream(packets * header.frames, there, mean, mode, has_gap)


def _bits(data: ByteView, position: int) -> int:
    return int.from_bytes(data[position : position + 4], "big")


def _after_id3(data: ByteView) -> int:
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:  # four bytes of seven bits
        size = size << 7 | byte & 0x7F
    return 10 + size


def _next_frame(data: ByteView, position: int, like: int | None) -> int:
    """Place of the next header that another of the same stream follows; else the end."""
    while (position := data.find(b"\xff", position)) >= 0:
        bits = _bits(data, position)
        header = _parse(bits)
        if header is not None and (like is None or not (bits ^ like) & _SAME_STREAM):
            after = position + header.size
            if after + 4 > len(data) or not (_bits(data, after) ^ bits) & _SAME_STREAM:
                return position
        position += 1
    return len(data)


def _parse(bits: int) -> _Header | None:
    """What the four bytes at the start of an MP3 frame say."""
    version = bits >> 19 & 3
    layer = bits >> 17 & 3
    rate_index = bits >> 10 & 3
    bit_rate_index = bits >> 12 & 15
    is_layer_3 = bits >> 21 == 0x7FF and version != 1 and layer == 1
    if not is_layer_3 or rate_index == 3 or bit_rate_index in (0, 15):
        return None
    kbps = (_KBPS_MPEG1 if version == 3 else _KBPS_MPEG2)[bit_rate_index]
    frames = 1152 if version == 3 else 576
    size = frames * 125 * kbps // _RATES_HZ[version][rate_index] + (bits >> 9 & 1)
    return _Header(kbps, size, frames)


def _announced_packets(frame: bytes) -> int | None:
    """Number of MP3 frames that a tag frame announces; 0 if it does not say; ``None`` for audio."""
    places = [place for tag in _TAGS if (place := frame.find(tag, 4, 64)) >= 0]
    if not places:
        return None if b"VBRI" not in frame[:64] else 0
    flags = frame[places[0] + 7]
    return int.from_bytes(frame[places[0] + 8 : places[0] + 12], "big") if flags & 1 else 0
