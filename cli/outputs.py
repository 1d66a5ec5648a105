"""Report files: which format each has, and writing them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mixcheck import FileReport, UsageError, render
from mixcheck.report import render_markdown, render_text

from .options import FORMAT_OF_SUFFIX

NAME = "{name}"  # in a file name: one file for each recording
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
SUMMARY_BYTES = 1 << 20  # GitHub refuses more


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

    def write(self, reports: Sequence[FileReport]) -> None:
        """Write the report of all files, or one for each where the path says so.

        Raises
        ------
        UsageError
            The file cannot be written, or two recordings would share it.
        """
        if NAME not in self.path:
            self._write(self.path, reports)
            return
        of_path: dict[str, FileReport] = {}
        for report in reports:
            path = self.path.replace(NAME, Path(report.path).name)
            if path in of_path:
                raise UsageError(
                    f"{path}: two recordings are called {Path(report.path).name!r}; "
                    "check their folders apart"
                )
            of_path[path] = report
        for path, report in of_path.items():
            self._write(path, [report])

    def _write(self, path: str, reports: Sequence[FileReport]) -> None:
        write_text(path, rendered(reports, self.format_name, verbose=True))


def write_text(path: str, text: str) -> None:
    """Write a file.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    try:
        Path(path).write_text(text, "utf-8", "backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); name another place"
        ) from None


def rendered(reports: Sequence[FileReport], format_name: str, *, verbose: bool) -> str:
    """A report in a format; only text has more to say when asked for all."""
    if format_name == "text":
        return render_text(reports, detail=True if verbose else None)
    return render(reports, format_name)


def write_step_summary(reports: Sequence[FileReport]) -> None:
    """Add the whole table to the summary of the step, where GitHub keeps one.

    Raises
    ------
    UsageError
        The summary cannot be written.
    """
    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        return
    try:
        room = SUMMARY_BYTES - (os.path.getsize(path) if os.path.exists(path) else 0)
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(render_markdown(reports, most_bytes=room))
    except OSError as error:
        raise UsageError(
            f"{path}: the step's summary cannot be written ({error.strerror})"
        ) from None
