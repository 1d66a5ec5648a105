"""Where and how the files of a run are measured."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import click

from mixcheck import Outcome, Unreadable, expect_encoding, measure_many
from mixcheck.headers import measure_headers
from mixcheck.report.wording import printable

from .cluster import cluster_executor
from .inputs import Found
from .keeping import open_cache
from .places import note_place, share_places
from .workers import Workers

# glibc's mallopt: one arena, and what was freed is kept for the next block instead of being given
# back and fetched again, page by page: a tenth of the run. (-8 M_ARENA_MAX, -1 M_TRIM_THRESHOLD,
# -3 M_MMAP_THRESHOLD)
MALLOC_OPTIONS = ((-8, 1), (-1, 1 << 29), (-3, 1 << 25))


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """The options of one run that say how to measure, as the user gave them."""

    layout: str | None
    dual_mono: bool
    stream: int
    jobs: int | None
    cluster: str | None
    time_limit_s: float
    cache_dir: str | None
    no_cache: bool
    after_encoding: bool
    series: bool
    quiet: bool
    headers: bool = False


def measured(how: Execution, files: Iterable[Found], *, jobs: int) -> Iterator[Outcome]:
    """Measure files, in order, in so many processes of this machine or on the cluster."""
    if how.headers:
        yield from measure_headers(files, layout=how.layout)
        return
    keep_freed_memory()
    with (
        _executor(how, jobs) as executor,
        (None if how.no_cache else open_cache(how.cache_dir)) or contextlib.nullcontext() as cache,
    ):
        outcomes = measure_many(
            files,
            executor=executor,
            layout=how.layout,
            dual_mono=how.dual_mono,
            stream=how.stream,
            cache=cache,
            series=how.series,
            one_process=how.jobs == 1,
            on_progress=None if how.cluster else note_place,
        )
        if how.after_encoding:
            outcomes = (_with_encoding(how, outcome) for outcome in outcomes)
        yield from outcomes
        if cache and cache.problem:
            note = f"mixcheck: measurements could not be kept ({cache.problem})"
            click.echo(printable(note), err=True)


def _with_encoding(how: Execution, outcome: Outcome) -> Outcome:
    if isinstance(outcome, Unreadable):
        return outcome
    return expect_encoding(outcome, stream=how.stream)


def _executor(how: Execution, jobs: int) -> contextlib.AbstractContextManager[Executor | None]:
    """What measures the files: a cluster, processes of this machine, or this process."""
    if how.cluster is not None:
        return cluster_executor(how.cluster)
    if jobs > 1:
        return Workers(jobs, how.time_limit_s, share_places(jobs))
    return contextlib.nullcontext()


def keep_freed_memory() -> None:
    """Have the C library keep what is freed for the next block."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in MALLOC_OPTIONS:
            mallopt(option, value)
