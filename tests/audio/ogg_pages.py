"""Ogg pages taken apart and put together again (RFC 3533 clause 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
        table.append(value)
    return table


_TABLE = _crc_table()


@dataclass(frozen=True)
class Page:
    """A page: its header up to the checksum, the lengths of its segments, and its bytes."""

    flags: int
    granule: int
    serial: int
    number: int
    lengths: bytes
    body: bytes

    def to_bytes(self) -> bytes:
        """The page with its checksum: polynomial 0x04C11DB7 over all, the sum itself zero."""
        head = b"OggS\0" + bytes([self.flags]) + self.granule.to_bytes(8, "little")
        head += self.serial.to_bytes(4, "little") + self.number.to_bytes(4, "little")
        tail = bytes([len(self.lengths)]) + self.lengths + self.body
        crc = 0
        for byte in head + bytes(4) + tail:
            crc = (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ byte]
        return head + crc.to_bytes(4, "little") + tail


def pages_of(data: bytes) -> list[Page]:
    """Every page of a file."""
    pages = []
    while data:
        assert data[:4] == b"OggS"
        start = 27 + data[26]
        end = start + sum(data[27:start])
        granule, serial, number = (
            int.from_bytes(data[place : place + size], "little")
            for place, size in ((6, 8), (14, 4), (18, 4))
        )
        lengths, body = data[27:start], data[start:end]
        pages.append(Page(data[5], granule, serial, number, lengths, body))
        data = data[end:]
    return pages


def with_audio_among_headers(data: bytes) -> bytes:
    """The same packets, but the first page of audio made one with that where the headers end."""
    pages = pages_of(data)
    place = next(place for place, page in enumerate(pages) if page.granule)
    ends, first = pages[place - 1], pages[place]
    joined = replace(
        ends,
        granule=first.granule,
        lengths=ends.lengths + first.lengths,
        body=ends.body + first.body,
    )
    pages[place - 1 : place + 1] = [joined]
    return b"".join(replace(page, number=n).to_bytes() for n, page in enumerate(pages))
