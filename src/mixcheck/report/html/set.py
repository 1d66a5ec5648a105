"""The pages of a set of files: one each, made as it is measured, and an index at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from mixcheck.report.html.index import Entry, index_page
from mixcheck.report.model import FileReport, SetReport


class PageSet:
    """What is to be an index of pages, wherever they are made.

    Parameters
    ----------
    index_name : str
        Name of the index, in the folder above the pages.
    """

    def __init__(self, index_name: str) -> None:
        self.back = f"../{index_name}"
        self._entries: list[Entry] = []

    def add(self, entry: Entry, href: str | None) -> None:
        """Take the entry of the next file, to whose page the index will link as ``href``."""
        self._entries.append(dataclasses.replace(entry, href=href))

    def shared_files(self) -> Mapping[str, str]:
        """What must lie beside the pages, by name."""
        from mixcheck.report.html.page import shared_files

        return shared_files()

    def index(self, reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
        """The index of all files, in the order of their entries, and of their set."""
        return index_page(reports, self._entries, whole)
