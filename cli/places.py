"""How far the files are that are being measured, told by the processes that do.

Shared memory without a lock: a process that is killed while it writes must not stop the others.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
from typing import Any

NAME_BYTES = 120
LEAST_LEFT_S = 120.0  # of audio: less is done before anyone has read it


class Place(ctypes.Structure):
    """Of one process: seconds measured, seconds in all, and of which file."""

    _fields_ = (
        ("done_s", ctypes.c_double),
        ("whole_s", ctypes.c_double),
        ("name", ctypes.c_char * NAME_BYTES),
    )


_mine: Any = Place()


class Places:
    """Places of all processes of a run.

    Parameters
    ----------
    jobs : int
        Processes; with one, it is this one.
    """

    def __init__(self, jobs: int) -> None:
        self._slots: Any = [_mine]
        self._taken: Any = None
        if jobs > 1:
            self._slots = multiprocessing.RawArray(Place, jobs)
            self._taken = multiprocessing.Value("L", 0)

    def take(self) -> None:
        """In a new process: have it tell its place here."""
        global _mine
        with self._taken.get_lock():
            _mine = self._slots[self._taken.value % len(self._slots)]
            self._taken.value += 1

    def longest(self) -> tuple[str, float, float] | None:
        """The file with most left to do: its name, seconds done and seconds in all."""
        most = max(self._slots, key=lambda one: float(one.whole_s - one.done_s))
        if most.whole_s - most.done_s < LEAST_LEFT_S:
            return None
        return most.name.decode("utf-8", "replace"), most.done_s, most.whole_s


def note_place(path: str, done_s: float, whole_s: float) -> None:
    """Tell how far this process is."""
    _mine.name = os.fsencode(os.path.basename(path))[:NAME_BYTES]
    _mine.done_s, _mine.whole_s = done_s, whole_s
