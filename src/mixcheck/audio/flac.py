"""How much of a FLAC is there, told by its last frame without decoding it.

Source: RFC 9639 (2024) clauses 8.2 (STREAMINFO) and 9.1 to 9.3 (frame header, its CRC-8, and the
CRC-16 over the whole frame).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mixcheck.audio.source import ByteView

_SEARCHED_BYTES = 1 << 17
_HEADER_BYTES = 16  # at most
_ID3V1_BYTES = 128
_TABLE_BLOCK_SIZES = {1: 192, **{code: 144 << code for code in range(2, 6)}}


def _table(bits: int, polynomial: int) -> list[int]:
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> bits - 1 else 0)
            value &= (1 << bits) - 1
        table.append(value)
    return table


_CRC8, _CRC16 = _table(8, 0x07), _table(16, 0x8005)


@dataclass(frozen=True, slots=True)
class _StreamInfo:
    block_frames: int
    channels: int
    frames: int


def flac_frames(data: ByteView) -> int | None:
    """Frames up to the last frame that is there whole; ``None`` where only decoding tells.

    That is so where STREAMINFO states no length, and where something unknown follows the audio or
    has taken the place of its last bytes.
    """
    info, end = _stream_info(data), _end(data)
    if info is None or not info.frames:
        return None
    for place, start, frames in _frames_backwards(data, end, info):
        if start + frames < info.frames:
            return start  # of a frame that may itself be cut
        return info.frames if _crc16(data[place:end]) == 0 else None
    return None


def _stream_info(data: ByteView) -> _StreamInfo | None:
    place = data.find(b"fLaC", 0)
    if place < 0 or place + 42 > len(data):
        return None
    block = data[place + 8 : place + 42]
    packed = int.from_bytes(block[10:18], "big")
    return _StreamInfo(
        block_frames=int.from_bytes(block[2:4], "big"),
        channels=(packed >> 41 & 7) + 1,
        frames=packed & (1 << 36) - 1,
    )


def _end(data: ByteView) -> int:
    has_tag = data[max(0, len(data) - _ID3V1_BYTES) :][:3] == b"TAG"
    return len(data) - _ID3V1_BYTES * has_tag


def _frames_backwards(
    data: ByteView, end: int, info: _StreamInfo
) -> Iterator[tuple[int, int, int]]:
    """Place, first sample and length of every frame header, the last first."""
    while end > 0:
        begin = max(0, end - _SEARCHED_BYTES)
        window = data[begin : end + _HEADER_BYTES]
        place = end - begin
        while (place := window.rfind(b"\xff", 0, place)) >= 0:
            header = _header(window[place : place + _HEADER_BYTES], info)
            if header:
                yield begin + place, *header
        end = begin


def _header(head: bytes, info: _StreamInfo) -> tuple[int, int] | None:
    """First sample and length of a frame, if it begins here."""
    if len(head) < 6 or head[1] & 0xFE != 0xF8:
        return None
    size_code, rate_code, channel_code = head[2] >> 4, head[2] & 15, head[3] >> 4
    channels = channel_code + 1 if channel_code < 8 else 2
    if not size_code or rate_code == 15 or head[3] & 1 or channels != info.channels:
        return None
    number, place = _coded_number(head)
    size_bytes = {6: 1, 7: 2}.get(size_code, 0)
    size = int.from_bytes(head[place : place + size_bytes], "big") + 1
    place += size_bytes + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if number is None or place >= len(head) or _crc8(head[:place]) != head[place]:
        return None
    if size_code not in (6, 7):
        size = _TABLE_BLOCK_SIZES.get(size_code) or 1 << size_code
    is_variable = head[1] & 1
    start = number if is_variable else number * info.block_frames
    return (start, size) if start + size <= info.frames else None


def _coded_number(head: bytes) -> tuple[int | None, int]:
    """The number from the fifth byte on, coded as UTF-8 is, and where it ends."""
    first = head[4]
    if first < 0x80:
        return first, 5
    length = 8 - (~first & 0xFF).bit_length()
    following = head[5 : 4 + length]
    if not 2 <= length <= 7 or any(byte >> 6 != 2 for byte in following):
        return None, 5
    number = first & (1 << 7 - length) - 1
    for byte in following:
        number = number << 6 | byte & 0x3F
    return number, 4 + length


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = _CRC8[crc ^ byte]
    return crc


def _crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ _CRC16[crc >> 8 ^ byte]
    return crc
