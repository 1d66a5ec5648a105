"""Findings as marks that an engineer can open where the audio is.

Audacity labels (File > Import > Labels): start, end and text, tab-separated, seconds. REAPER
(Region/Marker Manager > Import): markers for moments, regions for stretches. Markers: a table for
everything else, one row a finding.

Of several recordings, as of stems that start together, every mark names its own.

Source: Audacity manual, "Importing and Exporting Labels"; the files that REAPER exports.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence

from mixcheck.meters import Finding
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.wording import cell_path, printable
from mixcheck.units import clock

MOMENT_S = 0.1  # shorter is a marker, not a region that nobody can see
COLUMNS = ("file", "start", "start_s", "end_s", "channels", "code", "value", "unit", "message")


def render_audacity(reports: Sequence[FileReport], _: SetReport | None = None) -> str:
    """A label track."""
    return "".join(f"{one.start_s:.6f}\t{one.end_s:.6f}\t{text}\n" for one, text in _marks(reports))


def render_reaper(reports: Sequence[FileReport], _: SetReport | None = None) -> str:
    """Markers and regions, numbered each for themselves."""
    numbers = {"M": 0, "R": 0}
    rows = [("#", "Name", "Start", "End", "Length")]
    for one, text in _marks(reports):
        is_region = one.end_s - one.start_s >= MOMENT_S
        kind = "R" if is_region else "M"
        numbers[kind] += 1
        start, end, span = map(clock, (one.start_s, one.end_s, one.end_s - one.start_s))
        rows.append(
            (f"{kind}{numbers[kind]}", text, start, *((end, span) if is_region else ("", "")))
        )
    return _csv(rows)


def render_markers(reports: Sequence[FileReport], _: SetReport | None = None) -> str:
    """A table of all findings."""
    rows: list[tuple[object, ...]] = [COLUMNS]
    for report in reports:
        path = cell_path(report.path)
        for one in report.measurement.findings if report.measurement else ():
            channels = ";".join(str(channel + 1) for channel in one.channels)
            rows.append(
                (
                    *(path, clock(one.start_s), one.start_s, one.end_s, channels),
                    *(one.code, "" if one.value is None else one.value, one.unit, one.message),
                )
            )
    return _csv(rows)


def _marks(reports: Sequence[FileReport]) -> Iterator[tuple[Finding, str]]:
    """Findings in order of time, each with its text."""
    found = [
        (one, f"{f'{printable(os.path.basename(report.path))}: ' if len(reports) > 1 else ''}")
        for report in reports
        if report.measurement
        for one in report.measurement.findings
    ]
    for one, name in sorted(found, key=lambda pair: pair[0].start_s):
        yield one, f"{name}{one.code}: {one.message}"


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
