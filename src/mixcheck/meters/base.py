"""What a meter is: it sees every block once, then gives its reading."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Protocol, TypeVar

from mixcheck.audio import AudioFormat, SampleBlock
from mixcheck.views import Block

LISTED_PER_CODE = 100
SEVERITIES = ("info", "warning", "error")
LEVEL_UNITS = ("dBFS", "dBTP")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something seen at a place in time.

    Parameters
    ----------
    code : str
        A key of :func:`finding_kinds`.
    severity : str
        ``"error"``, ``"warning"`` or ``"info"``.
    start_s, end_s : float
        Where in the file.
    channels : tuple of int
        Channels concerned, counted from 0.
    value : float or None
        How much, in ``unit``.
    unit : str
        Unit of the value.
    confidence : float
        0 to 1.
    message : str
        What was found, for an engineer.
    """

    code: str
    severity: str
    start_s: float
    end_s: float
    channels: tuple[int, ...]
    value: float | None
    unit: str
    confidence: float
    message: str


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What ``explain`` says of a finding code."""

    code: str
    title: str
    severity: str
    what: str
    why: str
    how: str
    limits: str
    do: str
    source: str
    info_below: float | None = None
    """Value, in the finding's unit, under which it is a fact that does no harm: info."""
    mildest: str = ""
    """Severity of a slight case, where that is less than ``severity``."""
    heuristic: bool = False
    """Whether it rests on a judgement that no standard defines."""


@cache
def finding_kinds() -> Mapping[str, FindingKind]:
    """Every finding code that the meters can give, in alphabetical order."""
    text = files("mixcheck.meters").joinpath("findings.toml").read_text("utf-8")
    entries = tomllib.loads(text)
    return {code: FindingKind(code, **entries[code]) for code in sorted(entries)}


def finding(
    code: str,
    message: str,
    *,
    start_s: float,
    end_s: float,
    channels: Iterable[int] = (),
    value: float | None = None,
    unit: str = "",
    confidence: float = 1.0,
    is_slight: bool = False,
) -> Finding:
    """A finding with the severity of its code; less where it is slight, info where harmless."""
    kind = finding_kinds()[code]
    is_harmless = kind.info_below is not None and amount_of(value, unit) < kind.info_below
    severity = "info" if is_harmless else kind.mildest if is_slight else kind.severity
    return Finding(
        code, severity, start_s, end_s, tuple(channels), value, unit, confidence, message
    )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Base of every meter's reading: plain frozen data.

    Parameters
    ----------
    reasons : dict
        For each field that is ``None`` (or finding code that could not be looked for), why.
    findings : tuple of Finding
        What was seen, in order of time, at most ``LISTED_PER_CODE`` of each code.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def amount_of(value: float | None, unit: str) -> float:
    """A finding's value as a bound on it means it: a level as it is, all else by its size."""
    if value is None:
        return math.inf
    return value if unit in LEVEL_UNITS else abs(value)


Place = TypeVar("Place", bound=tuple[Any, ...])


def together(places: Iterable[Place], frames: float) -> list[list[Place]]:
    """Places in order of their first member, a frame; those as near as that to one in a group."""
    groups: list[list[Place]] = []
    for place in sorted(places):
        if groups and place[0] - groups[-1][0][0] <= frames:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


class Meter(Protocol):
    """Three verbs: make one for a format, update it with every block in order, finish it."""

    name: ClassVar[str]
    """Prefix of the meter's metric paths."""

    reading: ClassVar[Any]
    """The type of :class:`Reading` that ``finish`` gives."""

    def __init__(self, audio: AudioFormat) -> None: ...

    def update(self, block: Block) -> None:
        """Take the next block."""

    def finish(self) -> Any:
        """The reading; called once, after the last block."""


class MeterOfSamples(Meter, Protocol):
    """A meter that needs nothing of a block but its samples."""

    def update(self, block: SampleBlock) -> None:
        """Take the next block."""


def unmeasured(names: Iterable[str], reason: str) -> dict[str, str]:
    """The same reason for several fields."""
    return dict.fromkeys(names, reason)
