"""Plain data of a file's report, which every JSON format holds; its text is safe to print."""

from __future__ import annotations

import json
import re
from typing import Any

from mixcheck.many import Unreadable
from mixcheck.meters import Finding
from mixcheck.report.model import FileReport
from mixcheck.units import flat_dict

# What JSON lets stand, but a terminal or the log of a CI job could take for a command.
_UNSAFE = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]|(?<=#)#(?=vso\\[)|#(?=\\[)")


def file_object(report: FileReport) -> dict[str, Any]:
    """The object of one file."""
    head = {"path": unicode_path(report.path), "outcome": report.outcome}
    if isinstance(report.measured, Unreadable):
        nothing: dict[str, Any] = {"format": None, "measurement": None}
        error = unicode_path(str(report.error))
        empty = dict.fromkeys(("findings", "verdicts", "predictions", "accepted"), ())
        return {**head, "error": error, **nothing, **empty}
    measured = report.measured.to_dict()
    series = report.measured.series
    return {
        **head,
        "error": None,
        "format": measured["format"],
        "measurement": measured["measurement"],
        **({} if series is None else {"series": series.to_dict()}),
        "findings": measured["findings"],
        "verdicts": [
            flat_dict(verdict) for judgement in report.judgements for verdict in judgement.verdicts
        ],
        "predictions": [
            flat_dict(judgement.prediction)
            for judgement in report.judgements
            if judgement.prediction
        ],
        "accepted": [{**_place(one), "reason": why} for one, why in report.accepted.findings],
    }


def _place(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "start_s": one.start_s,
        "end_s": one.end_s,
        "channels": list(one.channels),
    }


def unicode_path(path: str) -> str:
    """A name as Unicode text, which it need not be: other bytes are spelt out."""
    return path.encode("utf-8", "backslashreplace").decode()


def json_text(data: Any, *, indent: int | None = 2) -> str:
    """JSON in which nothing can move a cursor or command a CI job; it parses to the same data."""
    text = json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)
    if text.isascii() and "\x7f" not in text and "#" not in text:
        return text + "\n"  # as most are, and looking closer costs as much as all else
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
