"""What the chunks of a WAVE file say beyond its audio: Broadcast Wave, ADM, stated loudness.

Source: EBU Tech 3285 v2 (2011) clause 2.3 ("bext", its loudness fields times 100); ITU-R BS.2076
("axml", "chna"); EBU Tech 3306 ("RF64", "ds64"); ITU-R BS.2088 ("BW64").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

RIFF_KINDS = (b"RIFF", b"RF64", b"BW64")
ADM_CHUNKS = {b"axml", b"chna"}
MOST_CHUNKS = 1000
IN_DS64 = 0xFFFFFFFF
LOUDNESS_VERSION = 2
VERSION_AT, LOUDNESS_AT = 346, 412
NOT_SET = 0x7FFF


@dataclass(frozen=True, slots=True)
class BroadcastWave:
    """What the chunks say.

    Parameters
    ----------
    kind : str
        ``"WAV"``, ``"BWF"`` or ``"ADM BWF"``.
    stated : tuple of float or None
        Integrated loudness, loudness range, max true peak, max momentary and max short-term
        loudness of the bext chunk, each ``None`` where it is not set.
    """

    kind: str
    stated: tuple[float | None, ...] = (None,) * 5


def read_broadcast_wave(file: BinaryIO) -> BroadcastWave | None:
    """Read the chunks of a file from its first byte on; ``None`` if it is no WAVE file."""
    head = file.read(12)
    if head[:4] not in RIFF_KINDS or head[8:] != b"WAVE":
        return None
    return _read_chunks(file)


def _read_chunks(file: BinaryIO) -> BroadcastWave:
    seen: set[bytes] = set()
    stated: tuple[float | None, ...] = (None,) * 5
    long_data = 0
    for _ in range(MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            break
        name, size = struct.unpack("<4sI", header)
        seen.add(name)
        start = file.tell()
        if name == b"ds64":
            long_data = int.from_bytes(file.read(16)[8:], "little")
        elif name == b"bext":
            stated = _stated(file.read(min(size, LOUDNESS_AT + 10)))
        if name == b"data" and size == IN_DS64:
            size = long_data
        file.seek(start + size + size % 2)
    kind = "BWF" if b"bext" in seen else "WAV"
    return BroadcastWave("ADM BWF" if seen >= ADM_CHUNKS else kind, stated)


def _stated(bext: bytes) -> tuple[float | None, ...]:
    if len(bext) < LOUDNESS_AT + 10:
        return (None,) * 5
    (version,) = struct.unpack_from("<H", bext, VERSION_AT)
    values = struct.unpack_from("<5h", bext, LOUDNESS_AT)
    if version < LOUDNESS_VERSION or not any(values):  # never filled in
        return (None,) * 5
    return tuple(None if value == NOT_SET else value / 100 for value in values)
