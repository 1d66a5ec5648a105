"""Many files: the same measurement mapped over whatever runs it, in order, with a memory."""

from __future__ import annotations

import dataclasses
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, TypeVar

from mixcheck.cache import Entry, MeasurementCache, Settings, entry_for, measured_in, place_of
from mixcheck.engine import measure
from mixcheck.errors import AudioError, MixcheckError
from mixcheck.measurement import Measurement

IN_FLIGHT = 256  # enough for a cluster; what waits is a name or a few kilobytes

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be measured, as a value: the other files go on."""

    path: str
    error: AudioError


Outcome = Measurement | Unreadable
Made = tuple[Outcome, Entry | None]


def measure_many(
    paths: Iterable[str | os.PathLike[str] | Unreadable],
    *,
    executor: Executor | None = None,
    layout: str | None = None,
    dual_mono: bool = False,
    stream: int = 0,
    cache: MeasurementCache | None = None,
    series: bool = False,
    one_process: bool = False,
    on_progress: Callable[[str, float, float], None] | None = None,
) -> Iterator[Outcome]:
    """Measure files, in order, each as :func:`mixcheck.measure` would.

    Parameters
    ----------
    paths : iterable of str, path-like or Unreadable
        The files; may be longer than memory. What is known to be unreadable comes out in its place.
    executor : Executor, optional
        Where to run; the caller owns it. Without one, here and now. A task that raises or that the
        executor gives up makes its file :class:`Unreadable`.
    layout, dual_mono, stream
        As for :func:`mixcheck.measure`.
    cache : MeasurementCache, optional
        Where measurements made before are found, and those made now are kept as they come.
    series : bool
        Give ``Measurement.series`` too. A cache holds none: every file is then measured.
    one_process : bool
        As for :func:`mixcheck.measure`; those of a pool are always measured so.
    on_progress : callable, optional
        As for :func:`mixcheck.measure`; it is called where the file is measured.

    Notes
    -----
    Give each process of a pool one BLAS thread (``OPENBLAS_NUM_THREADS=1`` in the environment,
    before NumPy loads): the matrices are small, and threads that wait for one another make a pool
    four times slower. The command line does so by itself.

    Yields
    ------
    Measurement or Unreadable
        One for each path, in the order given, whatever finishes first.
    """
    settings = Settings(layout, dual_mono, stream)
    how = {"series": series, "one_process": one_process, "on_progress": on_progress}
    folder = str(cache.path.parent) if cache else None
    runner, most = (executor, IN_FLIGHT) if executor else (_Here(), 1)
    waiting: deque[tuple[str, Outcome | Future[Made]]] = deque()
    for name in paths:
        if isinstance(name, Unreadable):
            waiting.append((name.path, name))
        else:
            path = os.fspath(name)
            known = cache.find(path, settings) if cache and not series else None
            task = known or runner.submit(_make, path, settings, folder, how)
            waiting.append((path, task))
        while waiting and (len(waiting) >= most or _is_done(waiting[0][1])):
            yield _outcome(cache, *waiting.popleft())
    while waiting:
        yield _outcome(cache, *waiting.popleft())


class _Here(Executor):
    """Runs each task at once, in this process."""

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        task: Future[Result] = Future()
        task.set_result(fn(*args, **kwargs))
        return task


def _is_done(task: Outcome | Future[Made]) -> bool:
    return not isinstance(task, Future) or task.done()


def _outcome(cache: MeasurementCache | None, path: str, task: Outcome | Future[Made]) -> Outcome:
    """What came of a task; one that died or hung costs its own file only."""
    if not isinstance(task, Future):
        return task
    try:
        outcome, entry = task.result()
    except MixcheckError:
        raise
    except TimeoutError:
        error = AudioError(
            path, "took longer than the time limit", "try it alone, or give it more time"
        )
        return Unreadable(path, error)
    except Exception as died:
        why = str(died) or type(died).__name__
        error = AudioError(
            path,
            f"could not be measured: the process that did ended early ({why})",
            "see whether memory ran out, and try it alone",
        )
        return Unreadable(path, error)
    if cache and entry:
        cache.keep(entry)
    return outcome


def _make(path: str, settings: Settings, folder: str | None, how: Mapping[str, Any]) -> Made:
    """Measure a file, with the entry to keep; one that cannot be read comes as a value.

    A copy of a file that was measured under another name, or a newly checked out one, is found in
    the cache of that folder by its content.
    """
    place = place_of(path) if folder else None
    if folder and place and not how["series"]:
        entry = _known_content(path, settings, folder)
        known = measured_in(entry, path) if entry else None
        if known:
            return known, entry
    try:
        measured = measure(path, **dataclasses.asdict(settings), **how)
    except AudioError as error:
        return Unreadable(path, error), None
    return measured, entry_for(path, settings, measured, place) if place else None


def _known_content(path: str, settings: Settings, folder: str) -> Entry | None:
    try:
        with MeasurementCache(folder) as cache:
            return cache.find_content(path, settings)
    except OSError:
        return None
