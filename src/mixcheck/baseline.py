"""A baseline: the faults of today, accepted, so that only new and worse ones count.

A fault is recognised by the file's path (relative to the baseline's folder), by its rule, and for a
finding by its channels and its place within a second: so it survives new tags in the file and a
little more or less at its start. It counts again when it is worse: longer by a quarter, a
decibel louder, a limit missed by more.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mixcheck.acceptance import Acceptance
from mixcheck.errors import UsageError
from mixcheck.judgement import FINDINGS, Verdict, counts_as
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding
from mixcheck.report import FileReport

VERSION = 1
REASON = "baseline"
SHIFT_S = 1.0
LEVEL_UNITS = frozenset({"dBFS", "dBTP", "LU", "LUFS"})
LEVEL_SLACK_DB = 1.0
SHARE_SLACK = 1.25
LEAST_SLACK = {"s": 0.001, "samples": 1.0, "FS": 0.001}  # beside the share, for what is tiny
NARROW_S = 0.01  # findings that moved together did so by the same time, this near
LIMIT_SLACK = 0.1  # in the unit of the limit, less than any tool shows

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was wrong with each file when the baseline was made.

    Parameters
    ----------
    path : str
        The file that it is, or will be, kept in.
    files : mapping of str to dict
        By path relative to the baseline: missed limits, findings and their counts.
    """

    path: str
    files: Mapping[str, Entry] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str) -> Baseline:
        """Read a baseline.

        Raises
        ------
        UsageError
            It is not there, cannot be read, or is none.
        """
        try:
            with open(path, encoding="utf-8") as file:
                data = json.load(file)
            if data["baseline_version"] != VERSION:
                raise ValueError
            files = data["files"]
            for entry in files.values():
                list(map(_finding, entry["findings"]))
                dict(entry["limits"])
                dict(entry["counts"])
        except FileNotFoundError:
            raise UsageError(f"{path}: does not exist; make it with --update-baseline") from None
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UsageError(
                f"{path}: is no baseline of this version; remove it, and make it anew"
            ) from None
        return cls(path, files)

    def updated(self, reports: Sequence[FileReport]) -> str:
        """The text of a baseline that accepts what these files have today.

        Other files keep what they had, unless they are gone.
        """
        files = {key: entry for key, entry in self.files.items() if not self._is_gone(key)}
        for report in reports:
            if report.measurement is not None:
                files.pop(self._key(report.path), None)
                entry = _entry(report, report.measurement)
                if any(entry.values()):
                    files[self._key(report.path)] = entry
        document = {"baseline_version": VERSION, "files": dict(sorted(files.items()))}
        return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"

    def accepted(self, report: FileReport) -> Acceptance:
        """What of a file was accepted when the baseline was made."""
        entry = self.files.get(self._key(report.path))
        if entry is None or report.measurement is None:
            return Acceptance()
        limits: dict[tuple[str | None, str], str] = {
            (verdict.profile, verdict.metric): REASON
            for verdict in _missed_limits(report)
            if _is_no_worse(verdict, entry["limits"])
        }
        findings = _recognised(report.measurement.findings, map(_finding, entry["findings"]))
        unlisted = {}
        for code, count in entry["counts"].items():
            listed_then = sum(one["code"] == code for one in entry["findings"])
            listed_now = sum(one.code == code for one in report.measurement.findings)
            beyond = report.measurement.count(code) - listed_now
            unlisted[code] = max(0, min(beyond, count - listed_then))
        return Acceptance(tuple((one, REASON) for one in findings), unlisted, limits)

    def _is_gone(self, key: str) -> bool:
        is_local = not re.search(r":/|\\", key)  # no URL, and no name that had to be spelt out
        return is_local and not os.path.lexists(os.path.join(os.path.dirname(self.path), key))

    def _key(self, path: str) -> str:
        folder = os.path.dirname(os.path.abspath(self.path))
        relative = os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/")
        return relative.encode("utf-8", "backslashreplace").decode()


def _entry(report: FileReport, measurement: Measurement) -> dict[str, Any]:
    missed = {
        verdict.metric.partition(".")[2]
        for judgement in report.judgements
        for verdict in judgement.verdicts
        if verdict.metric.startswith(FINDINGS) and counts_as(verdict) != "pass" and verdict.value
    }
    findings = [
        {
            "code": one.code,
            "start_s": round(one.start_s, 6),
            "end_s": round(one.end_s, 6),
            "channels": list(one.channels),
            "value": one.value,
            "unit": one.unit,
        }
        for one in measurement.findings
        if one.code in missed
    ]
    limits = {
        f"{verdict.profile} {verdict.metric}": {"value": verdict.value, "margin": verdict.margin}
        for verdict in _missed_limits(report)
    }
    counts = {code: measurement.count(code) for code in sorted(missed)}
    return {"limits": limits, "findings": findings, "counts": counts}


def _missed_limits(report: FileReport) -> list[Verdict]:
    return [
        verdict
        for judgement in report.judgements
        for verdict in judgement.verdicts
        if verdict.outcome in ("warn", "fail")  # what was not measured is never accepted
        and not verdict.metric.startswith(FINDINGS)
    ]


def _is_no_worse(verdict: Verdict, limits: Mapping[str, Any]) -> bool:
    then = limits.get(f"{verdict.profile} {verdict.metric}")
    if then is None:
        return False
    if verdict.margin is None or then["margin"] is None:
        value = list(verdict.value) if isinstance(verdict.value, tuple) else verdict.value
        return bool(value == then["value"])
    return bool(verdict.margin >= then["margin"] - LIMIT_SLACK)


def _recognised(now: Sequence[Finding], then: Any) -> list[Finding]:
    """The findings that were there then, in order of time, each of those recognised once.

    What lies nearest is the same, where the file's start has moved by what most have moved by.
    """
    pairs = [
        (one, old)
        for one, old in itertools.product(now, list(then))
        if (old.code, old.channels) == (one.code, one.channels)
        and abs(old.start_s - one.start_s) <= SHIFT_S
        and not _is_worse(one, old)
    ]
    moves = Counter(_steps_moved(*pair) for pair in pairs)
    moved = max(moves, key=lambda steps: (moves[steps], -abs(steps)), default=0)
    pairs.sort(key=lambda pair: (abs(_steps_moved(*pair) - moved), _difference(*pair)))
    found: dict[int, Finding] = {}
    taken: set[int] = set()
    for one, old in pairs:
        if id(one) not in found and id(old) not in taken:
            found[id(one)] = one
            taken.add(id(old))
    return sorted(found.values(), key=lambda one: one.start_s)


def _steps_moved(now: Finding, then: Finding) -> int:
    return round((now.start_s - then.start_s) / NARROW_S)


def _difference(now: Finding, then: Finding) -> float:
    return abs((now.value or 0.0) - (then.value or 0.0))


def _is_worse(now: Finding, then: Finding) -> bool:
    length_now, length_then = now.end_s - now.start_s, then.end_s - then.start_s
    if length_now > SHARE_SLACK * length_then + LEAST_SLACK["s"]:
        return True
    if now.value is None or then.value is None:
        return False
    if now.unit in LEVEL_UNITS:
        return now.value > then.value + LEVEL_SLACK_DB
    if now.unit == "bit":
        return now.value < then.value
    if now.unit == "Hz":  # where a spectrum ends
        return now.value < then.value / SHARE_SLACK
    if now.unit == "dB":  # to either side
        return abs(now.value) > abs(then.value) + LEVEL_SLACK_DB
    return abs(now.value) > SHARE_SLACK * abs(then.value) + LEAST_SLACK.get(now.unit, 0.0)


def _finding(entry: Entry) -> Finding:
    return Finding(
        code=entry["code"],
        severity="",
        start_s=float(entry["start_s"]),
        end_s=float(entry["end_s"]),
        channels=tuple(entry["channels"]),
        value=None if entry["value"] is None else float(entry["value"]),
        unit=entry["unit"],
        confidence=1.0,
        message="",
    )
