"""WAVE files with a bext chunk, written from EBU Tech 3285 v2."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def bext_chunk(loudness: Sequence[float | None] = (), version: int = 2) -> bytes:
    """A chunk that states these values; without any, none is set."""
    values = [None] * (5 - len(loudness)) + list(loudness)
    stated = [0x7FFF if value is None else round(value * 100) for value in values]
    body = struct.pack(
        "<256s32s32s10s8sIIH64s5h180s",
        b"a description", b"mixcheck", b"", b"2026-01-31", b"12:00:00", 0, 0, version, b"",
        *stated, b"",
    )  # fmt: skip
    assert len(body) == 602
    return struct.pack("<4sI", b"bext", len(body)) + body


def with_chunks(wave: bytes, *chunks: bytes) -> bytes:
    """A WAVE file with chunks before its audio."""
    body = wave[12:]
    if wave[:4] == b"RF64":  # ds64 stays first
        return wave[:12] + body[:36] + b"".join(chunks) + body[36:]
    inside = b"WAVE" + b"".join(chunks) + body
    return wave[:4] + struct.pack("<I", len(inside)) + inside
