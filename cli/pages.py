"""HTML reports of a run, written page by page as files finish, so that none waits in memory."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from mixcheck import FileReport
from mixcheck.report import SetReport
from mixcheck.report.html import check_extra, page_set

from .outputs import NAME, FileEach, Output, Writer, said, write_partial, write_text
from .page_makers import Made, PageMakers, Task, without_series
from .printing import print_report

PAGES = "html"
FOLDER_SUFFIX = "_files"
NAME_LETTERS = 60


class PageWriter(Protocol):
    """Takes pages as they are made."""

    @property
    def wants(self) -> Sequence[str | None]:
        """Which page of each file: by the index that it goes back to, or alone (``None``)."""

    def take(self, report: FileReport, made: Made) -> None:
        """Take what was made of the next file."""

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write what needs all files; gives the report files that wait for their names."""


class Pages:
    """All HTML reports of a run: the only ones that show series and hashes, asked for or not.

    Parameters
    ----------
    format_name : str
        Format of standard output.
    outputs : sequence of Output
        All of the run; those of other formats are left alone.
    only : str, optional
        The file, where there is but one.
    jobs : int
        Processes that may make pages.

    Raises
    ------
    UsageError
        What draws the plots is not installed, or a file cannot be written.
    """

    def __init__(
        self, format_name: str, outputs: Sequence[Output], *, only: str | None, jobs: int
    ) -> None:
        wanted = [one for one in outputs if one.format_name == PAGES]
        self.are_wanted = format_name == PAGES or bool(wanted)
        if not self.are_wanted:
            return
        check_extra()
        self._writers: list[PageWriter] = [
            _writer(one.path, is_alone=only is not None) for one in wanted
        ]
        if format_name == PAGES:
            self._writers.append(Printed() if only is not None else PrintedIndex())
        self._has_entries = only is None
        self._makers = PageMakers(jobs if only is None else 1, only)

    def add(self, report: FileReport) -> None:
        """Have the pages of the next file made, and write those that are."""
        backs = list(dict.fromkeys(back for writer in self._writers for back in writer.wants))
        for made in self._makers.ask(Task(report, backs, self._has_entries)):
            self._take(*made)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write what is left, and what needs all files."""
        for made in self._makers.rest():
            self._take(*made)
        return [path for writer in self._writers for path in writer.finish(whole)]

    def _take(self, report: FileReport, made: Made) -> None:
        for writer in self._writers:
            writer.take(report, made)


def _writer(path: str, *, is_alone: bool) -> PageWriter:
    if NAME in path:
        return PageEach(path)
    return OnePage(path) if is_alone else PageSetOutput(path)


class Printed:
    """The page of the only file, on standard output."""

    wants = (None,)

    def take(self, report: FileReport, made: Made) -> None:
        """Print it."""
        print_report(made.pages[None], PAGES)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Nothing is left."""
        return ()


class OnePage:
    """The page of the only file."""

    wants = (None,)

    def __init__(self, path: str) -> None:
        self._path = path
        write_partial(path, "")  # what cannot be written is told before hours of measuring

    def take(self, report: FileReport, made: Made) -> None:
        """Write it."""
        write_partial(self._path, made.pages[None])

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """It waits for its name."""
        return (self._path,)


class PageEach:
    """A page for every file, each by itself."""

    wants = (None,)

    def __init__(self, pattern: str) -> None:
        self._files = FileEach(pattern, PAGES)

    def take(self, report: FileReport, made: Made) -> None:
        """Write the next one."""
        self._files.write(report, made.pages[None])

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Nothing is left."""
        return ()


class PrintedIndex:
    """An index on standard output, of files that have no pages."""

    wants: Sequence[str | None] = ()

    def __init__(self) -> None:
        self._pages = page_set("")
        self._reports: list[FileReport] = []

    def take(self, report: FileReport, made: Made) -> None:
        """Keep what the index says of the next file."""
        assert made.entry is not None
        self._pages.add(made.entry, None)
        self._reports.append(report)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Print it."""
        print_report(self._pages.index(self._reports, whole), PAGES)
        return ()


class PageSetOutput:
    """An index, and beside it a folder with a page for each file, written as they come."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._folder = Path(path).with_suffix("").as_posix() + FOLDER_SUFFIX
        self._pages = page_set(quote(os.path.basename(path)))
        self.wants = (self._pages.back,)
        self._reports: list[FileReport] = []
        self._count = 0
        write_partial(path, "")  # as above
        with said(self._folder):
            os.makedirs(self._folder, exist_ok=True)
        for name, text in self._pages.shared_files().items():
            write_text(os.path.join(self._folder, name), text)

    def take(self, report: FileReport, made: Made) -> None:
        """Write the page of the next file; one that could not be measured has none."""
        href = None
        if report.measurement is not None:
            self._count += 1
            name = f"{numbered(self._count, report.path)}.html"
            href = quote(f"{os.path.basename(self._folder)}/{name}")
            write_text(os.path.join(self._folder, name), made.pages[self._pages.back])
        assert made.entry is not None
        self._pages.add(made.entry, href)
        self._reports.append(report)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write the index of all files, and what is known of their set."""
        write_partial(self._path, self._pages.index(self._reports, whole))
        return (self._path,)


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


def numbered(number: int, path: str) -> str:
    """A name for what belongs to a recording, which every file system and every link takes."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", os.path.basename(path))
    return f"{number:04d}-{plain[:NAME_LETTERS].strip('._') or 'file'}"
