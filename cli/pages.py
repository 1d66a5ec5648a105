"""HTML reports of a run, written page by page as files finish, so that none waits in memory."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from mixcheck import FileReport, UsageError
from mixcheck.report import SetReport
from mixcheck.report.html import check_extra, page_set

from .outputs import NAME, Output, Writer, write_partial, write_text
from .printing import WholeText

PAGES = "html"
FOLDER_SUFFIX = "_files"
NAME_LETTERS = 60


class Pages:
    """All HTML reports of a run: the only ones that show series and hashes, asked for or not.

    Parameters
    ----------
    format_name : str
        Format of standard output.
    outputs : sequence of Output
        All of the run; those of other formats are left alone.
    several : bool
        Whether there is more than one file.

    Raises
    ------
    UsageError
        What draws the plots is not installed, or a file cannot be written.
    """

    def __init__(self, format_name: str, outputs: Sequence[Output], *, several: bool) -> None:
        wanted = [one for one in outputs if one.format_name == PAGES]
        self._writers: list[Writer] = [WholeText(PAGES)] if format_name == PAGES else []
        if self._writers or wanted:
            check_extra()
        for one in wanted:
            is_index = several and NAME not in one.path
            self._writers.append(PageSetOutput(one.path) if is_index else one.writer())

    @property
    def are_wanted(self) -> bool:
        """Whether there is any."""
        return bool(self._writers)

    def add(self, report: FileReport) -> None:
        """Write the pages of the next file."""
        report = dataclasses.replace(report, sha256=sha256_of(report.path))
        for writer in self._writers:
            writer.add(report)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write what needs all files."""
        return [path for writer in self._writers for path in writer.finish(whole)]


class WithoutSeries:
    """What another writer gets where series are measured for pages alone."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def add(self, report: FileReport) -> None:
        """Pass the next file on."""
        self._writer.add(without_series(report))

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Pass the end on."""
        return self._writer.finish(whole)


class PageSetOutput:
    """An index, and beside it a folder with a page for each file, written as they come."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._folder = Path(path).with_suffix("").as_posix() + FOLDER_SUFFIX
        self._pages = page_set(quote(os.path.basename(path)))
        self._reports: list[FileReport] = []
        try:
            os.makedirs(self._folder, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self._folder}: cannot be made ({error.strerror}); name another place"
            ) from None
        for name, text in self._pages.shared_files().items():
            write_text(os.path.join(self._folder, name), text)

    def add(self, report: FileReport) -> None:
        """Write the page of the next file; one that could not be measured has none."""
        if report.measurement is not None:
            name = f"{numbered(self._pages.count + 1, report.path)}.html"
            href = quote(f"{os.path.basename(self._folder)}/{name}")
            write_text(os.path.join(self._folder, name), self._pages.page(report, href))
        self._reports.append(without_series(report))

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write the index of all files, and what is known of their set."""
        write_partial(self._path, self._pages.index(self._reports, whole))
        return (self._path,)


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


def numbered(number: int, path: str) -> str:
    """A name for what belongs to a recording, which every file system and every link takes."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", os.path.basename(path))
    return f"{number:04d}-{plain[:NAME_LETTERS].strip('._') or 'file'}"
