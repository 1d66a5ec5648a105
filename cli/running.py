"""What check and measure have in common: measure, report, and the exit status."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import NoReturn

import click

from mixcheck import (
    FileReport,
    MixcheckError,
    Outcome,
    Unreadable,
    UsageError,
)
from mixcheck.audio import is_remote, named_layout
from mixcheck.report import STREAMS, SetReport, open_stream
from mixcheck.report.text import TextStream
from mixcheck.report.wording import printable

from .execution import Execution, measured
from .inputs import Found, find_inputs
from .interrupts import Interruptions
from .main import INTERRUPTED
from .options import REPORT_FORMATS
from .outputs import (
    PARTIAL,
    NotReachedError,
    Output,
    Writer,
    check_place,
    give_name,
    write_text,
)
from .page_makers import without_series
from .pages import PAGES, Pages, WithoutSeries
from .pictures import Pictures
from .printing import Complaints, StreamedText, WholeText, print_report
from .progress import ProgressLine
from .workers import cores

PASSED, FAILED, WRONG_USAGE, UNREADABLE = 0, 1, 2, 3
LARGE_BYTES = 32 << 20  # of a single file: more takes long enough to wonder


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Execution):
    """The options of one run, as the user gave them."""

    paths: tuple[str, ...]
    format_name: str
    outputs: tuple[str, ...]
    verbose: bool
    plots_dir: str | None
    plots_kind: str
    target: str | None = None
    set_kind: str | None = None


def usage_error(message: str) -> NoReturn:
    """One line on standard error, exit status 2."""
    click.echo(f"mixcheck: {printable(message)}", err=True)
    sys.exit(WRONG_USAGE)


def run_and_report(
    run: Run, judged: Callable[[Outcome], FileReport] = FileReport, *, keep: bool = False
) -> Ran:
    """Measure and judge, and write every report while the files come.

    Parameters
    ----------
    run : Run
        What the user asked for.
    judged : callable
        Makes the report of a file; without it, nothing is judged.
    keep : bool
        Whether the reports are wanted afterwards.
    """
    ran = Ran(keep=keep or run.set_kind is not None)
    finished: int | None = None
    try:
        if run.layout is not None:
            named_layout(run.layout, dual_mono=run.dual_mono)
        if run.target not in (None, "none"):
            from mixcheck import load_target  # compares: not every run waits for it

            load_target(run.target)
        first, files = _peeked(find_inputs(run.paths), 2)
        writers = writers_of(run, only=first[0] if len(first) == 1 else None)
        try:
            with _progress(run, first) as progress:
                take_all(run, ran, [*writers, *progress], files, judged)
        except KeyboardInterrupt:
            finished = ran.files
            _take_rest(run, ran, writers)
        written = end_run(run, ran, writers, is_whole=finished is None)
    except MixcheckError as error:
        usage_error(str(error))
    if finished is not None:
        told = f"mixcheck: interrupted, {finished} of {ran.files} files were measured"
        partial = ", ".join(printable(path + PARTIAL) for path in written)
        click.echo(told + (f"; not whole: {partial}" if partial else ""), err=True)
        sys.exit(INTERRUPTED)
    return ran


def take_all(
    run: Run,
    ran: Ran,
    writers: Sequence[Writer],
    files: Iterable[Found],
    judged: Callable[[Outcome], FileReport],
) -> None:
    """Measure and judge files, and have each written as it comes."""
    most = run.jobs or cores()
    first, files = _peeked(iter(files), most)
    needs_series = any(isinstance(writer, Pages | Pictures) for writer in writers)
    how = replace(run, series=run.series or needs_series)
    with Interruptions() as interruptions:
        for outcome in measured(how, files, jobs=min(most, len(first))):
            report = replace(judged(outcome), target=run.target)
            with interruptions.held():
                ran.take(report, writers)


def end_run(
    run: Run, ran: Ran, writers: Sequence[Writer], *, is_whole: bool = True
) -> Sequence[str]:
    """Look at the files as a set, where they are one, and write what is left to be written.

    Returns
    -------
    sequence of str
        The report files; they have their names if the run is whole, and are ``.partial`` if not.
    """
    if run.set_kind is not None:
        ran.whole = SetReport.of(ran.reports, run.set_kind)
    written = ran.finish(writers)
    if is_whole:
        for path in written:
            give_name(path)
    return written


def _take_rest(run: Run, ran: Ran, writers: Sequence[Writer]) -> None:
    """Every report tells what an interruption left out; of the text, what is missing does."""
    told = [
        one for one in writers if not isinstance(one, StreamedText) or one.format_name != "text"
    ]
    with Interruptions() as interruptions, interruptions.held():
        for found in islice(find_inputs(run.paths), ran.files, None):
            ran.take(_not_measured(found), told)


@contextlib.contextmanager
def _progress(run: Run, first: Sequence[Found]) -> Iterator[list[Writer]]:
    """The progress line, where somebody may see it and there is something to wait for."""
    is_long = len(first) > 1 or any(map(_is_large, first))
    if run.quiet or run.headers or not is_long or not sys.stderr.isatty():
        yield []
        return
    is_here = not any(map(is_remote, run.paths))
    with ProgressLine(sum(1 for _ in find_inputs(run.paths)) if is_here else None) as line:
        yield [line]


def _is_large(found: Found) -> bool:
    try:
        return isinstance(found, str) and os.path.getsize(found) > LARGE_BYTES
    except (OSError, ValueError):
        return False


@dataclass(kw_only=True)
class Ran:
    """What came of a run.

    Parameters
    ----------
    keep : bool
        Whether reports are kept: of a million files they are more than memory holds.
    broken : list of Writer
        Those that could not write, which costs the others nothing.
    """

    keep: bool
    reports: list[FileReport] = field(default_factory=list)
    files: int = 0
    unreadable: int = 0
    whole: SetReport | None = None
    broken: list[Writer] = field(default_factory=list)

    def take(self, report: FileReport, writers: Sequence[Writer]) -> None:
        """Count a file, and have it written."""
        self.files += 1
        self.unreadable += isinstance(report.measured, Unreadable)
        if self.keep:
            self.reports.append(without_series(report))
        for writer in writers:
            self._write(writer, lambda one: one.add(report))

    def finish(self, writers: Sequence[Writer]) -> list[str]:
        """Have written what is left to be written; gives the report files."""
        written: list[str] = []
        for writer in writers:
            self._write(writer, lambda one: written.extend(one.finish(self.whole)))
        return written

    def _write(self, writer: Writer, write: Callable[[Writer], None]) -> None:
        """Say at once what could not be written, and go on with the others."""
        if writer in self.broken:
            return
        try:
            write(writer)
        except UsageError as error:
            click.echo(f"mixcheck: {printable(str(error))}", err=True)
            self.broken.append(writer)

    @property
    def status(self) -> int:
        """``WRONG_USAGE``, ``UNREADABLE`` or ``PASSED``: the exit status so far."""
        if self.broken:
            return WRONG_USAGE
        return UNREADABLE if self.unreadable or not self.files else PASSED


def _peeked(files: Iterator[Found], count: int) -> tuple[list[Found], Iterator[Found]]:
    """The first files, and all of them again."""
    first = list(islice(files, count))
    return first, chain(first, files)


def _not_measured(found: Found) -> FileReport:
    if isinstance(found, Unreadable):
        return FileReport(found)
    return FileReport(Unreadable(found, NotReachedError(found)))


def writers_of(run: Run, *, only: Found | None) -> list[Writer]:
    """What takes the reports: standard output first, what shows series last.

    Parameters
    ----------
    run : Run
        What the user asked for.
    only : str or Unreadable, optional
        The file, where there is but one.
    """
    outputs = [Output.of(path) for path in run.outputs]
    others = _other_writers(run, outputs, several=only is None)
    shown: list[Writer] = []
    path = only.path if isinstance(only, Unreadable) else only
    pages = Pages(
        "" if run.quiet else run.format_name,
        outputs,
        only=path if run.set_kind is None else None,
        jobs=run.jobs or cores(),
    )
    if pages.are_wanted:
        shown.append(pages)
    if run.plots_dir is not None:
        shown.append(Pictures(run.plots_dir, run.plots_kind))
    if shown and not run.series:
        others = [WithoutSeries(one) for one in others]
    return [*others, *shown]


def _other_writers(run: Run, outputs: Sequence[Output], *, several: bool) -> list[Writer]:
    """What writes all but pages."""
    detail = run.verbose or not several
    printed: list[Writer]
    if run.quiet or run.format_name == PAGES:
        printed = []
    elif run.format_name == "text":
        printed = [StreamedText(TextStream(detail=detail), "text")]
    elif run.format_name in STREAMS:
        printed = [StreamedText(open_stream(run.format_name), run.format_name)]
    else:
        printed = [WholeText(run.format_name)]
    if run.quiet or run.format_name != "text":
        printed.append(Complaints())
    return [*printed, *(one.writer() for one in outputs if one.format_name != PAGES)]


def check_outputs(outputs: Sequence[str]) -> None:
    """Refuse, before anything is measured, files that a report as a whole cannot be written to."""
    try:
        for output in map(Output.of, outputs):
            if output.format_name not in REPORT_FORMATS:
                known = ", ".join(REPORT_FORMATS)
                usage_error(f"{output.path}: this report comes as {known} only")
            check_place(output.path)
    except MixcheckError as error:
        usage_error(str(error))


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
    if not quiet:
        print_report(renderers[format_name](verbose), format_name)
    try:
        for output in map(Output.of, outputs):
            write_text(output.path, renderers[output.format_name](True))
    except MixcheckError as error:
        usage_error(str(error))
