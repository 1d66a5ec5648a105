"""Processes that measure files side by side.

A pool of the standard library is lost with the first process that dies, and waits for ever for one
that hangs; pebble's loses the one file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

Result = TypeVar("Result")


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers(Executor):
    """An executor whose tasks may die or hang, one by one.

    Parameters
    ----------
    jobs : int
        Processes.
    time_limit_s : float
        How long one task may take; it then ends with a ``TimeoutError``.
    begin : callable, optional
        What each process does first.
    """

    def __init__(
        self, jobs: int, time_limit_s: float, begin: Callable[[], None] | None = None
    ) -> None:
        from pebble import ProcessPool

        self._pool = ProcessPool(max_workers=jobs, initializer=begin)
        self._time_limit_s = time_limit_s

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Run a task in one of the processes."""
        task: Future[Result] = self._pool.schedule(
            fn, args=args, kwargs=kwargs, timeout=self._time_limit_s
        )
        return task

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; what was not asked for any more is dropped."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
