"""Processes that make pages beside the measuring, and hash the files while they are at it.

Each is forked, or started, before there is anything to measure: this process may then still measure
a long file in two processes, and what draws the plots is imported where nobody waits for it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from mixcheck import FileReport, Measurement, UsageError
from mixcheck.report.html import entry_of, page_of

if TYPE_CHECKING:
    from mixcheck.report.html.index import Entry

WAITING = 4  # pages a process, finished before one that was asked for earlier


@dataclass(frozen=True, slots=True)
class Task:
    """What is wanted of a file.

    Parameters
    ----------
    report : FileReport
    backs : sequence of str or None
        A page for each: the index that it goes back to, or none.
    has_entry : bool
        Whether an index is to tell of it.
    """

    report: FileReport
    backs: Sequence[str | None]
    has_entry: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it.

    Parameters
    ----------
    pages : mapping of str or None to str
        By what they go back to.
    entry : Entry or None
    sha256 : str or None
        Hash of the file, where there is one.
    """

    pages: Mapping[str | None, str]
    entry: Entry | None
    sha256: str | None


class PageMakers:
    """Makes pages in processes of its own, and gives them in the order they were asked for.

    Parameters
    ----------
    count : int
        Processes.
    only : str, optional
        The one file that there is: its hash may be made before anything else.
    """

    def __init__(self, count: int, only: str | None = None) -> None:
        self._makers = [_Maker(only) for _ in range(count)]
        self._asked: deque[_Asked] = deque()

    def ask(self, task: Task) -> Iterator[tuple[FileReport, Made]]:
        """Have a file's pages made; gives what is finished of all that was asked for.

        Raises
        ------
        UsageError
            A process was ended from outside.
        """
        while len(self._asked) >= WAITING * len(self._makers):
            self._asked[0].take()
            yield from self._finished()
        self._asked.append(_Asked(self._free_maker(), task))
        yield from self._finished()

    def rest(self) -> Iterator[tuple[FileReport, Made]]:
        """Wait for all that was asked for; the processes end.

        Raises
        ------
        UsageError
            A process was ended from outside.
        """
        for one in self._asked:
            one.take()
        yield from self._finished()
        for maker in self._makers:
            maker.connection.close()

    def _free_maker(self) -> _Maker:
        """One that has nothing to do; where all have, the first that is ready."""
        asked = [one for one in self._asked if one.made is None]
        if len(asked) == len(self._makers):
            ready = wait([one.maker.connection for one in asked])
            for one in asked:
                if one.maker.connection in ready:
                    one.take()
        busy = {one.maker for one in self._asked if one.made is None}
        return next(one for one in self._makers if one not in busy)

    def _finished(self) -> Iterator[tuple[FileReport, Made]]:
        while self._asked and (made := self._asked[0].made) is not None:
            yield dataclasses.replace(self._asked.popleft().report, sha256=made.sha256), made


class _Maker:
    """One process, and the way to it."""

    def __init__(self, only: str | None) -> None:
        is_linux = sys.platform == "linux"
        context: Any = multiprocessing.get_context("fork" if is_linux else "spawn")
        self.connection, theirs = multiprocessing.Pipe()
        ours = self.connection if is_linux else None  # a fork has it too
        context.Process(target=_serve, args=(theirs, ours, only), daemon=True).start()
        theirs.close()


class _Asked:
    """A task that a process is at, or has finished; of its file no series are kept."""

    def __init__(self, maker: _Maker, task: Task) -> None:
        self.maker, self.report = maker, without_series(task.report)
        self.made: Made | None = None
        try:
            maker.connection.send(task)
        except OSError:
            raise self._lost() from None

    def take(self) -> None:
        """Wait for what the process has made."""
        if self.made is None:
            try:
                made = self.maker.connection.recv()
            except (EOFError, OSError):
                raise self._lost() from None
            if isinstance(made, Exception):
                raise made
            self.made = made

    def _lost(self) -> UsageError:
        return UsageError(
            f"{self.report.path}: its page could not be made (the process that did ended early); "
            "see whether memory ran out"
        )


def _serve(connection: Connection, theirs: Connection | None, only: str | None) -> None:
    """Make pages until nobody wants any more."""
    if theirs is not None:
        theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is told, and ends this process
    import mixcheck.report.html.page  # noqa: F401  (takes its time, beside the measuring)

    if only is not None:
        sha256_of(only)
    while True:
        try:
            made: Made | Exception = _made(connection.recv())
        except EOFError:
            return
        except Exception as error:
            made = error
        try:
            connection.send(made)
        except OSError:
            return


def _made(task: Task) -> Made:
    report = dataclasses.replace(task.report, sha256=sha256_of(task.report.path))
    pages = {back: page_of(report, back) for back in task.backs}
    return Made(pages, entry_of(report) if task.has_entry else None, report.sha256)


@lru_cache(1)
def sha256_of(path: str) -> str | None:
    """Hash of a local file; ``None`` of anything else."""
    try:
        if not os.path.isfile(path):  # a pipe would lose what is read of it
            return None
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def without_series(report: FileReport) -> FileReport:
    """The same without what only pages and ``--series`` show."""
    measured = report.measured
    if not isinstance(measured, Measurement) or measured.series is None:
        return report
    return dataclasses.replace(report, measured=dataclasses.replace(measured, series=None))
