"""What check and measure have in common: measure, report, and the exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import click

from mixcheck import (
    AudioError,
    FileReport,
    MixcheckError,
    Outcome,
    Unreadable,
)
from mixcheck.audio import named_layout
from mixcheck.report.wording import printable

from .execution import Execution, measured
from .inputs import find_inputs
from .main import INTERRUPTED
from .outputs import Output, rendered, write_step_summary, write_text

PASSED, FAILED, WRONG_USAGE, UNREADABLE = 0, 1, 2, 3
STREAMED = "jsonl"
COLOURS = {"PASS": "green", "WARN": "yellow", "FAIL": "red", "UNREADABLE": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Execution):
    """The options of one run, as the user gave them."""

    paths: tuple[str, ...]
    format_name: str
    outputs: tuple[str, ...]
    quiet: bool
    verbose: bool


def usage_error(message: str) -> NoReturn:
    """One line on standard error, exit status 2."""
    click.echo(f"mixcheck: {printable(message)}", err=True)
    sys.exit(WRONG_USAGE)


def run_and_report(
    run: Run, judged: Callable[[Outcome], FileReport] = FileReport
) -> tuple[list[FileReport], int]:
    """Measure and judge, write every report, and give the exit status so far.

    Parameters
    ----------
    run : Run
        What the user asked for.
    judged : callable
        Makes the report of a file; without it, nothing is judged.

    Returns
    -------
    list of FileReport
        In the order of the input.
    int
        ``UNREADABLE`` or ``PASSED``.
    """
    inputs = find_inputs(run.paths)
    reports = [FileReport(folder) for folder in inputs.unusable]
    is_interrupted = False
    try:
        outputs = [Output.of(path) for path in run.outputs]
        if run.layout is not None:
            named_layout(run.layout)
        _stream(run, reports)
        for outcome in measured(run, inputs.files, quiet=run.quiet):
            reports.append(judged(outcome))
            _stream(run, reports[-1:])
    except MixcheckError as error:
        usage_error(str(error))
    except KeyboardInterrupt:
        is_interrupted = True
    finished = len(reports) - len(inputs.unusable)
    unmeasured = [_not_measured(path) for path in inputs.files[finished:]]
    _stream(run, unmeasured)
    _write(run, outputs, reports + unmeasured)
    _show(run, reports if run.format_name == "text" else reports + unmeasured)
    unreadable = [report for report in reports if isinstance(report.measured, Unreadable)]
    if run.quiet or run.format_name != "text":
        for report in unreadable:
            click.echo(printable(report.error or ""), err=True)
    if is_interrupted:
        wanted = len(inputs.files)
        click.echo(f"mixcheck: interrupted, {finished} of {wanted} files were measured", err=True)
        sys.exit(INTERRUPTED)
    return reports, UNREADABLE if unreadable or not reports else PASSED


def _not_measured(path: str) -> FileReport:
    return FileReport(
        Unreadable(path, AudioError(path, "was not measured: interrupted", "run it again"))
    )


def _stream(run: Run, reports: Sequence[FileReport]) -> None:
    """Print what needs not wait for the other files."""
    if run.format_name == STREAMED and not run.quiet:
        for report in reports:
            click.echo(rendered([report], STREAMED, verbose=False), nl=False)


def _write(run: Run, outputs: Sequence[Output], reports: Sequence[FileReport]) -> None:
    try:
        for output in outputs:
            output.write(reports)
        if run.format_name == "github":
            write_step_summary(reports)
    except MixcheckError as error:
        usage_error(str(error))


def _show(run: Run, reports: Sequence[FileReport]) -> None:
    if not run.quiet and run.format_name != STREAMED:
        _print(rendered(reports, run.format_name, verbose=run.verbose), run.format_name)


def _print(text: str, format_name: str) -> None:
    if format_name == "text" and sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        coloured = Text(text)
        for word, colour in COLOURS.items():
            coloured.highlight_regex(rf"\b{word}\b", f"bold {colour}")
        Console(soft_wrap=True).print(coloured, end="")
        return
    click.echo(text, nl=False)


def give_report(
    renderers: Mapping[str, Callable[[bool], str]],
    format_name: str,
    outputs: Sequence[str],
    *,
    quiet: bool,
    verbose: bool,
) -> None:
    """Print a report that is of several files as a whole, and write it where wanted.

    Parameters
    ----------
    renderers : mapping of str to callable
        By format; called with whether to show everything.
    """
    try:
        for output in map(Output.of, outputs):
            if output.format_name not in renderers:
                known = ", ".join(renderers)
                usage_error(f"{output.path}: this report comes as {known} only")
            write_text(output.path, renderers[output.format_name](True))
    except MixcheckError as error:
        usage_error(str(error))
    if not quiet:
        _print(renderers[format_name](verbose), format_name)
