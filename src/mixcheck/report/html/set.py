"""The pages of a set of files: one each, made as it is measured, and an index at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mixcheck.report.html.index import Entry, index_page
from mixcheck.report.html.page import file_page, shared_files
from mixcheck.report.model import FileReport, SetReport


class PageSet:
    """Makes the pages of a set; who calls it writes them.

    Parameters
    ----------
    index_name : str
        Name of the index, in the folder above the pages.
    """

    def __init__(self, index_name: str) -> None:
        self._back = f"../{index_name}"
        self._entries: dict[str, Entry] = {}

    @property
    def count(self) -> int:
        """Pages so far."""
        return len(self._entries)

    def page(self, report: FileReport, href: str) -> str:
        """The page of a file, to which the index will link as ``href``."""
        self._entries[report.path] = Entry.of(report, href)
        return file_page(report, self._back)

    def shared_files(self) -> Mapping[str, str]:
        """What must lie beside the pages, by name."""
        return shared_files()

    def index(self, reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
        """The index of all files, with a page or without, and of their set."""
        entries = [self._entries.get(report.path) or Entry.of(report) for report in reports]
        return index_page(reports, entries, whole)
