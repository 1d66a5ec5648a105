"""What check and measure have in common: measure, report, and the exit status."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from mixcheck import (
    AudioError,
    FileReport,
    MixcheckError,
    Outcome,
    Profile,
    Unreadable,
    measure_many,
    render,
)
from mixcheck.audio import named_layout
from mixcheck.report import render_text
from mixcheck.report.wording import printable

from .cluster import cluster_executor
from .codes import CodeFilter
from .inputs import find_inputs
from .keeping import open_cache
from .options import FORMAT_OF_SUFFIX
from .progress import with_progress
from .workers import Workers, cores

PASSED, FAILED, WRONG_USAGE, UNREADABLE = 0, 1, 2, 3
INTERRUPTED = 130  # as shells have it
COLOURS = {"PASS": "green", "WARN": "yellow", "FAIL": "red", "UNREADABLE": "red"}


# glibc's mallopt: one arena, and what was freed is kept for the next block instead of being given
# back and fetched again, page by page: a tenth of the run. (-8 M_ARENA_MAX, -1 M_TRIM_THRESHOLD,
# -3 M_MMAP_THRESHOLD)
MALLOC_OPTIONS = ((-8, 1), (-1, 1 << 29), (-3, 1 << 25))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The options of one run, as the user gave them."""

    paths: tuple[str, ...]
    format_name: str
    outputs: tuple[str, ...]
    layout: str | None
    dual_mono: bool
    jobs: int | None
    cluster: str | None
    time_limit_s: float
    cache_dir: str | None
    no_cache: bool
    quiet: bool
    verbose: bool


def usage_error(message: str) -> NoReturn:
    """One line on standard error, exit status 2."""
    click.echo(f"mixcheck: {message}", err=True)
    sys.exit(WRONG_USAGE)


def run_and_report(
    run: Run, profiles: Sequence[Profile] = (), codes: CodeFilter | None = None
) -> tuple[list[FileReport], int]:
    """Measure and judge, write every report, and give the exit status so far.

    Returns
    -------
    list of FileReport
        In the order of the input.
    int
        ``UNREADABLE`` or ``PASSED``.
    """
    _keep_freed_memory()
    targets = [(path, _format_of(path)) for path in run.outputs]
    inputs = find_inputs(run.paths)
    codes = codes or CodeFilter()
    rules = codes.keep_rules(profiles)
    reports = [FileReport.of(folder) for folder in inputs.unusable]
    is_interrupted = False
    try:
        if run.layout is not None:
            named_layout(run.layout)
        reports.extend(
            FileReport.of(codes.keep(outcome), rules) for outcome in _measured(run, inputs.files)
        )
    except MixcheckError as error:
        usage_error(str(error))
    except KeyboardInterrupt:
        is_interrupted = True
    finished = len(reports) - len(inputs.unusable)
    unmeasured = [_not_measured(path) for path in inputs.files[finished:]]
    for path, format_name in targets:
        _write(path, _rendered(reports + unmeasured, format_name, verbose=True))
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


def _keep_freed_memory() -> None:
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in MALLOC_OPTIONS:
            mallopt(option, value)


def _measured(run: Run, files: Sequence[str]) -> Iterator[Outcome]:
    with (
        _executor(run, len(files)) as executor,
        (None if run.no_cache else open_cache(run.cache_dir)) or contextlib.nullcontext() as cache,
    ):
        outcomes = measure_many(
            files, executor=executor, layout=run.layout, dual_mono=run.dual_mono, cache=cache
        )
        if len(files) > 1 and not run.quiet and sys.stderr.isatty():
            outcomes = with_progress(outcomes, len(files))
        yield from outcomes
        if cache and cache.problem:
            note = f"mixcheck: measurements could not be kept ({cache.problem})"
            click.echo(printable(note), err=True)


def _executor(run: Run, files: int) -> contextlib.AbstractContextManager[Executor | None]:
    """What measures the files: a cluster, processes of this machine, or this process."""
    if run.cluster is not None:
        return cluster_executor(run.cluster)
    jobs = min(run.jobs or cores(), files)
    return Workers(jobs, run.time_limit_s) if jobs > 1 else contextlib.nullcontext()


def _rendered(reports: Sequence[FileReport], format_name: str, *, verbose: bool) -> str:
    if format_name == "text":
        return render_text(reports, detail=True if verbose else None)
    return render(reports, format_name)


def _show(run: Run, reports: Sequence[FileReport]) -> None:
    if run.quiet:
        return
    text = _rendered(reports, run.format_name, verbose=run.verbose)
    if run.format_name == "text" and sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        coloured = Text(text)
        for word, colour in COLOURS.items():
            coloured.highlight_regex(rf"\b{word}\b", f"bold {colour}")
        Console(soft_wrap=True).print(coloured, end="")
        return
    click.echo(text, nl=False)


def _format_of(path: str) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in FORMAT_OF_SUFFIX:
        known = ", ".join(FORMAT_OF_SUFFIX)
        usage_error(f"{path}: the suffix must tell the format: {known}")
    return FORMAT_OF_SUFFIX[suffix]


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        usage_error(f"{path}: cannot be written ({error.strerror}); name another place")
