"""JSON Lines: the object of a file on a line of its own, for files without end."""

from __future__ import annotations

from collections.abc import Sequence

from mixcheck.report.document import file_object, json_text
from mixcheck.report.model import FileReport


def render_jsonl(reports: Sequence[FileReport]) -> str:
    """One line a file; the object is that of the JSON document."""
    return "".join(json_text(file_object(report), indent=None) for report in reports)
