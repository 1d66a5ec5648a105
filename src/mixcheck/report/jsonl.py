"""JSON Lines: the object of a file on a line of its own, for files without end.

Of a set the last line is an object with the one key ``set``.
"""

from __future__ import annotations

from collections.abc import Sequence

from mixcheck.report.document import file_object, json_text
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.sets import set_object
from mixcheck.report.stream import streamed


class JsonlStream:
    """One line a file; the object is that of the JSON document."""

    def start(self) -> str:
        """Nothing."""
        return ""

    def add(self, report: FileReport) -> str:
        """The line of a file."""
        return json_text(file_object(report), indent=None)

    def finish(self, whole: SetReport | None) -> str:
        """The line of the set."""
        return json_text({"set": set_object(whole)}, indent=None) if whole else ""


def render_jsonl(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """One line a file, and one for the set."""
    return streamed(JsonlStream(), reports, whole)
