"""SARIF 2.1.0: a result for every check that a file did not pass.

Audio has no lines, so a result names the file and line 1, and its places are in its message and
properties. The fingerprint is of the file's name and the rule: it stays when the fault moves.

Source: OASIS SARIF v2.1.0 (errata 01), clauses 3.13 to 3.58; GitHub, "SARIF support for code
scanning".
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from mixcheck import __version__
from mixcheck.meters import FindingKind, finding_kinds
from mixcheck.report.checks import Check, missed
from mixcheck.report.document import json_text, unicode_path
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.wording import printable
from mixcheck.sets import all_metrics

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"fail": "error", "warn": "warning"}
UNREADABLE = "unreadable"
ODD = "unlike-the-others"


def render_sarif(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """One run over all files."""
    results = [result for report in reports for result in _results(report)]
    results += _set_results(whole) if whole else ()
    rules = sorted({result["ruleId"] for result in results})
    for result in results:
        result["ruleIndex"] = rules.index(result["ruleId"])
    driver = {
        "name": "mixcheck",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {"executionSuccessful": all(report.error is None for report in reports)}
        ],
        "results": results,
    }  # fmt: skip
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: str) -> dict[str, Any]:
    if rule == UNREADABLE:
        title, about = "Unreadable file", "A file that could not be read was not checked."
    elif rule == ODD:
        title, about = "Unlike the others", "A file that differs from the others of its set."
    elif rule in finding_kinds():
        kind: FindingKind = finding_kinds()[rule]
        title, about = kind.title, f"{kind.what} {kind.why}"
    else:
        title, about = all_metrics()[rule].label, all_metrics()[rule].about
    return {
        "id": rule,
        "name": title,
        "shortDescription": {"text": title},
        "fullDescription": {"text": about},
    }


def _results(report: FileReport) -> Iterator[dict[str, Any]]:
    if report.error is not None:
        yield _result(report.path, UNREADABLE, "error", printable(report.error), {})
    for check in missed(report):
        advice = f" {check.verdict.advice}" if check.verdict.advice else ""
        text = f"{check.sentence}.{advice}"
        yield _result(report.path, check.rule, LEVELS[check.outcome], text, _properties(check))


def _set_results(whole: SetReport) -> Iterator[dict[str, Any]]:
    for check in missed(whole):
        text = f"{check.sentence}. {check.verdict.advice or ''}".strip()
        yield _result(whole.folder, check.rule, LEVELS[check.outcome], text, _properties(check))
    for one in whole.recordings.odd:
        properties = {"profile": one.trait, "value": one.value, "usual": one.usual}
        text = f"{printable(one.message)}. {one.do}"
        yield _result(one.path or whole.folder, ODD, "warning", text, properties)


def _properties(check: Check) -> dict[str, Any]:
    verdict = check.verdict
    return {
        "profile": verdict.profile,
        "value": verdict.value,
        "min": verdict.min,
        "max": verdict.max,
        "margin": verdict.margin,
        "source": verdict.source,
        "places": [
            {"start_s": one.start_s, "end_s": one.end_s, "channels": one.channels}
            for one in check.places
        ],
    }


def _result(
    path: str, rule: str, level: str, text: str, properties: dict[str, Any]
) -> dict[str, Any]:
    uri = _uri(path)
    identity = "\n".join((uri, properties.get("profile", ""), rule))
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": 1},
                },
                "message": {"text": unicode_path(path)},
            }
        ],
        "partialFingerprints": {"mixcheck/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": properties,
    }


def _uri(path: str) -> str:
    """RFC 3986 reference of a file: relative where the name is."""
    name = PurePosixPath(os.fsencode(path).decode("utf-8", "surrogateescape"))
    quoted = quote(os.fsencode(str(name)))
    return f"file://{quoted}" if name.is_absolute() else quoted
