"""Decibels, and the metadata that makes every number describe itself.

Conventions: ratios are of amplitudes, powers are mean squares of samples at full scale 1.0.
A level of nothing has no decibel value: it is ``None``, never a sentinel.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

SUFFIX_OF_UNIT = {
    "LUFS": "_lufs",
    "LU": "_lu",
    "dBTP": "_dbtp",
    "dBFS": "_dbfs",
    "dBFS(A)": "_dba",
    "dB": "_db",
    "dB/oct": "_db_per_octave",
    "Hz": "_hz",
    "s": "_s",
    "FS": "_fs",
    "DR": "_dr",
    "bit": "_bit_depth",
    "kbit/s": "_kbps",
    "": "",
}


def ratio_to_db(ratio: float) -> float | None:
    """20·log10 of an amplitude ratio; ``None`` for silence and for what is not a number."""
    return 20.0 * math.log10(ratio) if 0.0 < ratio < math.inf else None


def power_to_db(power: float) -> float | None:
    """10·log10 of a power ratio; ``None`` for silence and for what is not a number."""
    return 10.0 * math.log10(power) if 0.0 < power < math.inf else None


def db_to_ratio(level_db: float) -> float:
    """Amplitude ratio of a level in decibels."""
    return float(10.0 ** (level_db / 20.0))


def db_to_power(level_db: float) -> float:
    """Power ratio of a level in decibels."""
    return float(10.0 ** (level_db / 10.0))


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a report needs to know of a number, kept on the field that holds it.

    Parameters
    ----------
    unit : str
        Unit as printed, a key of ``SUFFIX_OF_UNIT``.
    label : str
        The field's standard term.
    source : str
        Document, edition and clause the definition comes from, or ``"mixcheck"``.
    about : str
        What the number says, in one or two sentences.
    decimals : int
        Digits after the point on display; stored values are never rounded.
    heuristic : bool
        True for an estimate with no standard behind it.
    """

    unit: str
    label: str
    source: str
    about: str
    decimals: int = 1
    heuristic: bool = False


def quantity(
    unit: str,
    label: str,
    *,
    source: str,
    about: str,
    decimals: int = 1,
    heuristic: bool = False,
) -> Any:
    """Declare a dataclass field that holds a number, together with its description."""
    described = Quantity(unit, label, source, about, decimals, heuristic)
    return dataclasses.field(default=None, metadata={"quantity": described})


@cache
def _field_names(described: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(described))


def flat_dict(one: Any) -> dict[str, Any]:
    """Fields of a dataclass that holds no other: a tenth of the time of ``dataclasses.asdict``."""
    described: Any = type(one)
    return {name: getattr(one, name) for name in _field_names(described)}


def quantities(described: type) -> Mapping[str, Quantity]:
    """Field name to description, in order, for every field declared by :func:`quantity`."""
    anything: Any = described
    return _quantities(anything)


@cache
def _quantities(described: Any) -> Mapping[str, Quantity]:
    return {
        field.name: field.metadata["quantity"]
        for field in dataclasses.fields(described)
        if "quantity" in field.metadata
    }


def format_number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Display text of a number: rounded, without a negative zero, counts without a point."""
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{'+' if signed else ''}.{decimals}f}"


def counted(number: int, noun: str) -> str:
    """So many of something: ``"1 channel"``, ``"2 channels"``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clock(seconds: float) -> str:
    """Time code ``HH:MM:SS.mmm`` of a place in a file."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
