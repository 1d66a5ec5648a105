"""A measurement as bytes: all of it, small, and quick to read back.

MessagePack, read straight into the types that the measurement is made of, and checked against them,
so that damaged bytes are refused; then deflated.
"""

from __future__ import annotations

import dataclasses
import hashlib
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from mixcheck.audio import AudioFormat
from mixcheck.measurement import Measurement
from mixcheck.meters import METERS, Finding
from mixcheck.meters.gating import GatingBlocks

_TYPES: tuple[Any, ...] = (
    AudioFormat,
    Finding,
    GatingBlocks,
    *(meter.reading for meter in METERS),
)


def packed(measurement: Measurement) -> bytes:
    """Everything but the path."""
    import msgspec

    readings = tuple(measurement.readings[meter.name] for meter in METERS)
    data = (measurement.format, readings, measurement.findings, measurement.analysis_version)
    return zlib.compress(msgspec.msgpack.encode(data), 1)


def unpacked(data: bytes, path: str) -> Measurement | None:
    """The measurement of a file by this name; ``None`` if the bytes are none."""
    import msgspec

    try:
        audio, readings, findings, version = _decoder().decode(zlib.decompress(data))
    except (zlib.error, msgspec.MsgspecError):
        return None
    by_name = {meter.name: reading for meter, reading in zip(METERS, readings, strict=True)}
    return Measurement(path, audio, by_name, findings, version)


@cache
def _decoder() -> Any:
    import msgspec

    readings = tuple.__class_getitem__(tuple(meter.reading for meter in METERS))
    whole = tuple.__class_getitem__((AudioFormat, readings, tuple[Finding, ...], int))
    return msgspec.msgpack.Decoder(whole)


@cache
def shape() -> str:
    """What tells bytes of this version of mixcheck from those of another: a hash of all fields."""
    return hashlib.sha256(" ".join(_fields()).encode()).hexdigest()[:12]


def _fields() -> Iterator[str]:
    for described in _TYPES:
        for field in dataclasses.fields(described):
            yield f"{described.__name__}.{field.name}:{field.type}"
