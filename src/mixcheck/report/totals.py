"""What a whole run comes to, in a line or two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mixcheck.report.checks import missed
from mixcheck.report.model import FileReport, Summary
from mixcheck.report.wording import length

MANY_FILES = 20
MOST_NAMED = 4


def summary_line(reports: Sequence[FileReport]) -> str:
    """How many files came out how, and how much audio that was."""
    summary = Summary.of(reports)
    counts = [
        f"{count} {word}"
        for count, word in (
            (summary.passed, "pass"),
            (summary.warned, "warn"),
            (summary.failed, "fail"),
            (summary.unreadable, "unreadable"),
        )
        if count
    ]
    seconds = sum(report.measurement.format.duration_s for report in reports if report.measurement)
    files = f"{summary.files} file{'s' if summary.files != 1 else ''}"
    head = f"{files}: {', '.join(counts)}" if counts else files
    return f"{head} · {length(seconds)} of audio"


def most_often(reports: Sequence[FileReport]) -> str | None:
    """What most files miss, where there are too many to see it in their list."""
    if len(reports) < MANY_FILES:
        return None
    counts = Counter(title for report in reports for title in {one.title for one in missed(report)})
    named = [
        f"{title} ({count} file{'s' if count != 1 else ''})"
        for title, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return f"Most often: {', '.join(named[:MOST_NAMED])}" if named else None
