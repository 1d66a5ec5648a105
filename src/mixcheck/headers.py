"""What can be said of a file before its audio is decoded: its format, and whether all is there."""

from __future__ import annotations

import os
import typing
from collections.abc import Iterable, Iterator
from typing import Any

from mixcheck.audio import open_audio
from mixcheck.errors import AudioError
from mixcheck.many import Outcome, Unreadable
from mixcheck.measurement import Measurement
from mixcheck.meters import METERS, Meter, Reading, finding_kinds
from mixcheck.meters.base import unmeasured
from mixcheck.meters.integrity import truncated
from mixcheck.units import quantities

OF_HEADERS = ("truncated", "unknown-length")
REASON = "only the header was read"
NOT_TOLD = "only the header was read, and whether all audio follows it is not told by it"


def measure_header(path: str | os.PathLike[str], *, layout: str | None = None) -> Measurement:
    """The format of one file, and no audio: every metric but those of the format is unmeasured.

    Raises
    ------
    AudioError
        The file cannot be opened.
    UsageError
        There is no such layout.
    """
    name = os.fspath(path)
    with open_audio(name, layout=layout) as stream:
        audio, there = stream.format, stream.frames_there()
    unseen = unmeasured((code for code in finding_kinds() if code not in OF_HEADERS), REASON)
    if there is None:
        unseen["truncated"] = NOT_TOLD
    readings = {meter.name: _unread(meter, unseen) for meter in METERS}
    return Measurement(name, audio, readings, () if there is None else truncated(audio, there))


def measure_headers(
    paths: Iterable[str | Unreadable], *, layout: str | None = None
) -> Iterator[Outcome]:
    """:func:`measure_header` of several files, one that cannot be opened as a value."""
    for path in paths:
        if isinstance(path, Unreadable):
            yield path
            continue
        try:
            yield measure_header(path, layout=layout)
        except AudioError as error:
            yield Unreadable(path, error)


def _unread(meter: type[Meter], unseen: dict[str, str]) -> Reading:
    hints = typing.get_type_hints(meter.reading)
    names = quantities(meter.reading)
    empty = {name: () for name in names if typing.get_origin(hints[name]) is tuple}
    reading: Any = meter.reading(**empty, reasons=unmeasured(names, REASON) | unseen)
    assert isinstance(reading, Reading)
    return reading
