"""What a whole run comes to, in a line or two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Self

from mixcheck.report.checks import missed_titles
from mixcheck.report.model import OUTCOMES, FileReport
from mixcheck.report.wording import length

MANY_FILES = 20
MOST_NAMED = 4


class Totals:
    """Counts of a run, while its files come."""

    def __init__(self) -> None:
        self.files = 0
        self._seconds = 0.0
        self._outcomes: Counter[str | None] = Counter()
        self._missed: Counter[str] = Counter()

    @classmethod
    def of(cls, reports: Iterable[FileReport]) -> Self:
        """Counts of all files at once."""
        totals = cls()
        for report in reports:
            totals.add(report)
        return totals

    def add(self, report: FileReport) -> None:
        """Count a file."""
        self.files += 1
        self._outcomes[report.outcome] += 1
        self._seconds += report.measurement.format.duration_s if report.measurement else 0.0
        self._missed.update(missed_titles(report))

    def lines(self) -> list[str]:
        """The summary, and what most files miss, where there is something."""
        often = self._most_often()
        return [self._summary(), *([often] if often else [])]

    def _summary(self) -> str:
        """How many files came out how, and how much audio that was."""
        counts = [f"{self._outcomes[one]} {one}" for one in OUTCOMES if self._outcomes[one]]
        files = f"{self.files} file{'s' if self.files != 1 else ''}"
        head = f"{files}: {', '.join(counts)}" if counts else files
        return f"{head} · {length(self._seconds)} of audio"

    def _most_often(self) -> str | None:
        """What most files miss, where there are too many to see it in their list."""
        if self.files < MANY_FILES:
            return None
        named = [
            f"{title} ({count} file{'s' if count != 1 else ''})"
            for title, count in sorted(self._missed.items(), key=lambda item: (-item[1], item[0]))
        ]
        return f"Most often: {', '.join(named[:MOST_NAMED])}" if named else None
