"""What the pages of an Ogg file say: how long its streams are, and whether they are whole.

Source: RFC 3533 (2003) clause 6 (pages, check sums, flags for the first and last of a stream);
RFC 7845 (2016) clause 4 (Opus counts at 48 kHz and skips a start); Vorbis I specification,
annex A, by which audio begins on a page of its own: some files have it begin where the headers end.
First packets: also the Ogg FLAC mapping (FLAC documentation, 1.0) and the Speex manual.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from mixcheck.audio.source import ByteView

_HEADER_BYTES = 27
_BEGINS, _ENDS = 0x02, 0x04
_NO_POSITION = 2**64 - 1
_UNENDED = 255  # length of a segment whose packet goes on
_OPUS_RATE_HZ = 48_000
_CHECK_SUM = slice(22, 26)
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class OggStream:
    """What the pages say together.

    Parameters
    ----------
    streams : int
        How many streams of audio follow one another; libsndfile reads only the first.
    seconds : float
        Length of all of them together, from their first sample counted.
    is_incomplete : bool
        Whether a page is missing, unfinished or damaged, or the last is not marked as such.
    begins_among_headers : bool
        Whether the audio of Vorbis begins on the page where the headers end, which libsndfile
        leaves out.
    """

    streams: int
    seconds: float
    is_incomplete: bool
    begins_among_headers: bool


@dataclass(slots=True)
class _Link:
    rate_hz: int
    skipped: int
    headers: int = 0  # packets of Vorbis still to come before the audio
    last: int = 0
    has_ended: bool = False
    begins_among_headers: bool = False

    def take_packets(self, lengths: bytes) -> None:
        """Count the packets of a page, by the lengths of its segments."""
        if not self.headers:
            return
        ends = [place for place, length in enumerate(lengths) if length < _UNENDED]
        if len(ends) >= self.headers:
            self.begins_among_headers = ends[self.headers - 1] < len(lengths) - 1
        self.headers -= min(self.headers, len(ends))


def scan_ogg(data: ByteView) -> OggStream:
    """Read every page header of a file."""
    links: list[_Link] = []
    current: dict[bytes, _Link | None] = {}  # of each serial number; None is no audio
    expected: dict[bytes, int] = {}  # number of the next page of each stream
    wants_audio = True  # of streams side by side, only the first of audio is looked at
    position, is_whole, has_gap = data.find(b"OggS", 0), False, False
    while position >= 0 and position + _HEADER_BYTES <= len(data):
        segments = data[position + _HEADER_BYTES - 1]
        start = position + _HEADER_BYTES + segments
        lengths = data[position + _HEADER_BYTES : start]
        end = start + sum(lengths)
        is_whole = end <= len(data)
        if not is_whole:
            break
        flags, granule = data[position + 5], _integer(data, position + 6, 8)
        serial, number = data[position + 14 : position + 18], _integer(data, position + 18, 4)
        if flags & _BEGINS:
            expected.pop(serial, None)  # a stream that follows may use the same serial number
            current[serial] = _link(data[start:end]) if wants_audio else None
        if link := current.get(serial):
            link.take_packets(lengths)
            link.has_ended |= bool(flags & _ENDS)
            if flags & _BEGINS:
                links.append(link)
                wants_audio = False
            elif granule not in (0, _NO_POSITION):
                link.last = granule
        wants_audio |= not flags & _BEGINS
        has_gap |= number != expected.get(serial, number) or not _is_sound(data[position:end])
        expected[serial] = number + 1
        position = data.find(b"OggS", end)
        has_gap |= position > end
    return OggStream(
        streams=len(links),
        seconds=sum(max(0, link.last - link.skipped) / link.rate_hz for link in links),
        is_incomplete=has_gap or not (links and is_whole and all(link.has_ended for link in links)),
        begins_among_headers=bool(links) and links[0].begins_among_headers,
    )


def _integer(data: ByteView, position: int, size: int) -> int:
    return int.from_bytes(data[position : position + size], "little")


def _is_sound(page: bytes) -> bool:
    """Whether a page has its check sum: that of zlib with the bits of all bytes mirrored."""
    stated = page[_CHECK_SUM]
    bare = page[: _CHECK_SUM.start] + bytes(4) + page[_CHECK_SUM.stop :]
    found = zlib.crc32(bare.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return found.to_bytes(4, "big").translate(_MIRRORED) == stated


def _link(packet: bytes) -> _Link | None:
    """A stream from its first packet, if it is one of audio."""
    if packet[:7] == b"\x01vorbis":
        return _Link(int.from_bytes(packet[12:16], "little") or 1, 0, headers=3)
    if packet[:8] == b"OpusHead":
        return _Link(_OPUS_RATE_HZ, int.from_bytes(packet[10:12], "little"))
    if packet[:5] == b"\x7fFLAC":
        return _Link(int.from_bytes(packet[27:30], "big") >> 4 or 1, 0)
    if packet[:8] == b"Speex   ":
        return _Link(int.from_bytes(packet[36:40], "little") or 1, 0)
    return None
