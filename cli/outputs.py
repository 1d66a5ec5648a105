"""Report files: which format each has, and writing them.

A report file appears under its name when it is whole; until then it ends in ``.partial``. That of
an interrupted run keeps that ending, and takes the place of no older one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mixcheck import AudioError, FileReport, Unreadable, UsageError, render
from mixcheck.report import STREAMS, SetReport, Stream, open_stream
from mixcheck.report.text import render_text

from .options import FORMAT_OF_SUFFIX

NAME = "{name}"  # in a file name: one file for each recording
PARTIAL = ".partial"
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
SUMMARY_BYTES = 1 << 20  # GitHub refuses more


class Writer(Protocol):
    """Takes the reports of files as they come."""

    def add(self, report: FileReport) -> None:
        """Take the next file."""

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write what is left to be written; the files' set comes with it, if they are one.

        Returns
        -------
        sequence of str
            Report files that wait, as ``.partial``, to be given their names.
        """


@dataclass(frozen=True, slots=True)
class Output:
    """A report file that the user asked for.

    Parameters
    ----------
    path : str
        As given; ``{name}`` stands for the name of each recording.
    format_name : str
        What its suffix says.
    """

    path: str
    format_name: str

    @classmethod
    def of(cls, path: str) -> Output:
        """Tell the format by the longest suffix that is known.

        Raises
        ------
        UsageError
            No suffix is.
        """
        name = os.path.basename(path).lower()
        for suffix in sorted(FORMAT_OF_SUFFIX, key=len, reverse=True):
            if name.endswith(suffix):
                return cls(path, FORMAT_OF_SUFFIX[suffix])
        known = ", ".join(FORMAT_OF_SUFFIX)
        raise UsageError(f"{path}: the suffix must tell the format: {known}")

    def writer(self) -> Writer:
        """What writes it: as the files come, where the format allows.

        Raises
        ------
        UsageError
            The file cannot be written.
        """
        if NAME in self.path:
            return FileEach(self.path, self.format_name)
        if self.format_name == "parquet":
            return ParquetOutput(self.path)
        if self.format_name in STREAMS:
            return StreamedFile(self.path, open_stream(self.format_name))
        return WholeFile(self.path, self.format_name)


class StreamedFile:
    """A file that grows with every report."""

    def __init__(self, path: str, stream: Stream) -> None:
        self._path, self._stream = path, stream
        with said(path):
            self._file = open(  # noqa: SIM115
                path + PARTIAL, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
            )
        self._write(stream.start())

    def add(self, report: FileReport) -> None:
        """Write the next file's part."""
        self._write(self._stream.add(report))

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write the end."""
        self._write(self._stream.finish(whole))
        with said(self._path):
            self._file.close()
        return (self._path,)

    def _write(self, text: str) -> None:
        with said(self._path):
            self._file.write(text)


class ParquetOutput:
    """A table that grows with every report."""

    def __init__(self, path: str) -> None:
        from mixcheck.report.parquet import ParquetFile

        self._path = path
        with said(path):
            self._file = ParquetFile(path + PARTIAL)

    def add(self, report: FileReport) -> None:
        """Take the next file's row."""
        with said(self._path):
            self._file.add(report)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write the last rows; a set has no row."""
        with said(self._path):
            self._file.close()
        return (self._path,)


class WholeFile:
    """A file that can only be written when all reports are there."""

    def __init__(self, path: str, format_name: str) -> None:
        self._path, self._format_name = path, format_name
        self._reports: list[FileReport] = []
        with said(path), open(path + PARTIAL, "w"):
            pass  # what cannot be written is told before hours of measuring

    def add(self, report: FileReport) -> None:
        """Keep the next file's report."""
        self._reports.append(report)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Write them all."""
        write_partial(self._path, rendered(self._reports, self._format_name, whole, verbose=True))
        return (self._path,)


class FileEach:
    """A file for every recording."""

    def __init__(self, pattern: str, format_name: str) -> None:
        check_place(pattern)
        self._pattern, self._format_name = pattern, format_name
        self._written: set[str] = set()

    def add(self, report: FileReport) -> None:
        """Write the report of the next file."""
        self.write(report, rendered([report], self._format_name, None, verbose=True))

    def write(self, report: FileReport, text: str) -> None:
        """Write what a file's report says; one that the run did not reach keeps its older one.

        Raises
        ------
        UsageError
            The file cannot be written, or another recording has it.
        """
        if was_not_reached(report):
            return
        path = self._pattern.replace(NAME, Path(report.path).name)
        if path in self._written:
            raise UsageError(
                f"{path}: two recordings are called {Path(report.path).name!r}; "
                "check their folders apart"
            )
        self._written.add(path)
        write_text(path, text)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Nothing is left: a set has no file of its own."""
        return ()


class NotReachedError(AudioError):
    """A file that an interrupted run did not come to."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "was not measured: interrupted", "run it again")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path,)


def was_not_reached(report: FileReport) -> bool:
    """Whether a report says no more than that the run was interrupted."""
    measured = report.measured
    return isinstance(measured, Unreadable) and isinstance(measured.error, NotReachedError)


def check_place(path: str) -> None:
    """Refuse a file that could not be written, before hours of measuring.

    Raises
    ------
    UsageError
        Its folder, up to ``{name}``, is not there or may not be written to.
    """
    folder = os.path.dirname(path.partition(NAME)[0]) or "."
    is_there = os.path.isdir(folder)
    if not is_there or not os.access(folder, os.W_OK | os.X_OK):
        number = errno.EACCES if is_there else errno.ENOENT
        with said(path):
            raise OSError(number, os.strerror(number))


def write_text(path: str, text: str) -> None:
    """Write a file, as a whole or not at all.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    write_partial(path, text)
    give_name(path)


def write_partial(path: str, text: str) -> None:
    """Write a file that has not its name yet.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    with said(path):
        Path(path + PARTIAL).write_text(text, "utf-8", "backslashreplace", newline="\n")


def give_name(path: str) -> None:
    """Put a file that is whole in the place of the older one.

    Raises
    ------
    UsageError
        The older one cannot be replaced.
    """
    with said(path):
        os.replace(path + PARTIAL, path)


@contextmanager
def said(path: str) -> Iterator[None]:
    """Say of a file that cannot be written what to do."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); name another place"
        ) from None


def rendered(
    reports: Sequence[FileReport], format_name: str, whole: SetReport | None, *, verbose: bool
) -> str:
    """A report in a format; only text has more to say when asked for all."""
    if format_name == "text":
        return render_text(reports, whole, detail=True if verbose else None)
    return render(reports, format_name, whole)


def write_step_summary(reports: Sequence[FileReport], whole: SetReport | None) -> None:
    """Add the whole table to the summary of the step, where GitHub keeps one.

    Raises
    ------
    UsageError
        The summary cannot be written.
    """
    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        return
    from mixcheck.report.markdown import render_markdown

    try:
        room = SUMMARY_BYTES - (os.path.getsize(path) if os.path.exists(path) else 0)
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(render_markdown(reports, whole, most_bytes=room))
    except OSError as error:
        raise UsageError(
            f"{path}: the step's summary cannot be written ({error.strerror})"
        ) from None
