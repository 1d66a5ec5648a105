"""How far the files are that are being measured, told by the processes that do.

Shared memory without a lock: a process that is killed while it writes must not stop the others.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
from collections.abc import Callable
from functools import partial
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


_mine: Any = Place()  # of this process
_all: Any = [_mine]


def share_places(jobs: int) -> Callable[[], None]:
    """Make room for so many processes; what each of them has to call first."""
    global _all
    _all = multiprocessing.RawArray(Place, jobs)
    return partial(_take_place, _all, multiprocessing.Value("L", 0))


def _take_place(places: Any, taken: Any) -> None:
    global _mine
    with taken.get_lock():
        _mine = places[taken.value % len(places)]
        taken.value += 1


def note_place(path: str, done_s: float, whole_s: float) -> None:
    """Tell how far this process is."""
    _mine.name = os.fsencode(os.path.basename(path))[:NAME_BYTES]
    _mine.done_s, _mine.whole_s = done_s, whole_s


def longest_place() -> tuple[str, float, float] | None:
    """The file with most left to do: its name, seconds done and seconds in all."""
    most = max(_all, key=lambda one: float(one.whole_s - one.done_s))
    if most.whole_s - most.done_s < LEAST_LEFT_S:
        return None
    return most.name.decode("utf-8", "replace"), most.done_s, most.whole_s
