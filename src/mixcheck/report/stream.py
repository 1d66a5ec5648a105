"""Reports that are written while files come, so that their number does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mixcheck.report.model import FileReport, SetReport


class Stream(Protocol):
    """A report that never holds more than one file."""

    def start(self) -> str:
        """What comes before the first file."""

    def add(self, report: FileReport) -> str:
        """What to write of the next file."""

    def finish(self, whole: SetReport | None) -> str:
        """What comes after the last file; the set, where the files are one."""


def streamed(stream: Stream, reports: Iterable[FileReport], whole: SetReport | None) -> str:
    """The same report at once."""
    parts = [stream.start(), *map(stream.add, reports), stream.finish(whole)]
    return "".join(parts)
