"""HTML reports of a run, written page by page as files finish, so that none waits in memory."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from mixcheck import FileReport, UsageError
from mixcheck.report.html import check_extra, page_set

if TYPE_CHECKING:
    from mixcheck.report.html.set import PageSet

from .outputs import NAME, Output, write_text

PAGES = "html"
FOLDER_SUFFIX = "_files"
NAME_LETTERS = 60


class Pages:
    """The HTML reports that a run is to give.

    Parameters
    ----------
    format_name : str
        Format of standard output.
    outputs : sequence of Output
        All of the run; those of other formats are left alone.
    files : int
        How many recordings there are.

    Raises
    ------
    UsageError
        What draws the plots is not installed.
    """

    def __init__(self, format_name: str, outputs: Sequence[Output], *, files: int) -> None:
        wanted = [one for one in outputs if one.format_name == PAGES]
        several = files > 1
        self._is_printed = format_name == PAGES and not several
        self._whole = [one for one in wanted if NAME in one.path or not several]
        self._sets = [_Set(one.path) for one in wanted if one not in self._whole]
        self.are_wanted = bool(wanted) or format_name == PAGES
        if self.are_wanted:
            check_extra()

    def take(self, report: FileReport, *, keeps_series: bool) -> FileReport:
        """Write the pages of a file; give what is to be kept of it.

        Parameters
        ----------
        report : FileReport
            With the series, if they could be measured.
        keeps_series : bool
            Whether another report needs them too.

        Raises
        ------
        UsageError
            A page cannot be written.
        """
        if not self.are_wanted:
            return report
        report = dataclasses.replace(report, sha256=sha256_of(report.path))
        for output in self._whole:
            output.write([report])
        for one in self._sets:
            one.take(report)
        return report if keeps_series or self._is_printed else without_series(report)

    def finish(self, reports: Sequence[FileReport]) -> None:
        """Write the index of each set, the files that were not measured in it too."""
        for one in self._sets:
            one.finish(reports)


class _Set:
    """An index, and beside it a folder with a page for each file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._folder = Path(path).with_suffix("").as_posix() + FOLDER_SUFFIX
        self._pages: PageSet | None = None

    def take(self, report: FileReport) -> None:
        if self._pages is None:
            self._pages = page_set(quote(os.path.basename(self._path)))
            self._make_folder(self._pages)
        name = f"{self._pages.count + 1:04d}-{_plain(os.path.basename(report.path))}.html"
        href = quote(f"{os.path.basename(self._folder)}/{name}")
        write_text(os.path.join(self._folder, name), self._pages.page(report, href))

    def _make_folder(self, pages: PageSet) -> None:
        try:
            os.makedirs(self._folder, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self._folder}: cannot be made ({error.strerror}); name another place"
            ) from None
        for name, text in pages.shared_files().items():
            write_text(os.path.join(self._folder, name), text)

    def finish(self, reports: Sequence[FileReport]) -> None:
        pages = self._pages or page_set("")
        write_text(self._path, pages.index(reports))


def sha256_of(path: str) -> str | None:
    """Hash of a local file; ``None`` of anything else."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def without_series(report: FileReport) -> FileReport:
    """The same without what only pages and ``--series`` show."""
    measurement = report.measurement
    if measurement is None or measurement.series is None:
        return report
    return dataclasses.replace(report, measured=dataclasses.replace(measurement, series=None))


def _plain(name: str) -> str:
    """A name that every file system and every link takes."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:NAME_LETTERS].strip("._") or "file"
