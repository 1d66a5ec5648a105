"""Reports on standard output, and what could not be read on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from mixcheck import FileReport
from mixcheck.report import SetReport, Stream
from mixcheck.report.wording import printable

from .outputs import rendered, write_step_summary

COLOURS = {"PASS": "green", "WARN": "yellow", "FAIL": "red", "UNREADABLE": "red"}


class StreamedText:
    """Prints every report as it comes."""

    def __init__(self, stream: Stream, format_name: str) -> None:
        self._stream, self.format_name = stream, format_name
        print_report(stream.start(), format_name)

    def add(self, report: FileReport) -> None:
        """Print the next file's part."""
        print_report(self._stream.add(report), self.format_name)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Print the end."""
        print_report(self._stream.finish(whole), self.format_name)
        return ()


class WholeText:
    """Prints a report that needs all files."""

    def __init__(self, format_name: str) -> None:
        self._format_name = format_name
        self._reports: list[FileReport] = []

    def add(self, report: FileReport) -> None:
        """Keep the next file's report."""
        self._reports.append(report)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Print them all; a step of GitHub's gets its summary."""
        print_report(
            rendered(self._reports, self._format_name, whole, verbose=False), self._format_name
        )
        if self._format_name == "github":
            write_step_summary(self._reports, whole)
        return ()


class Complaints:
    """Says on standard error what could not be read."""

    def add(self, report: FileReport) -> None:
        """Say it of the next file."""
        if report.error is not None:
            click.echo(printable(report.error), err=True)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Nothing is left."""
        return ()


def print_report(text: str, format_name: str) -> None:
    """Print text as it is, or in colours on a terminal."""
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    if format_name == "text" and text:
        from rich.console import Console
        from rich.text import Text

        coloured = Text(text)
        for word, colour in COLOURS.items():
            coloured.highlight_regex(rf"\b{word}\b", f"bold {colour}")
        console = Console(soft_wrap=True)
        with console.capture() as captured:
            console.print(coloured, end="")
        text = captured.get()
    sys.stdout.write(text)  # as nothing else does, it goes above a progress line
