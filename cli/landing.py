"""When a file that is being written is all there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from mixcheck import AudioError
from mixcheck.headers import measure_header

STILL_S = 1.0  # without growth, for a file whose header agrees with its size
PATIENCE_S = 20.0  # for one whose header does not: a slow writer, or a broken file

State = tuple[int, int]


@dataclass(slots=True)
class _Pending:
    state: State | None
    since: float
    is_whole: bool | None = None  # not known yet


class Landing:
    """Files that somebody is writing.

    A file has landed when neither its size nor its time has changed for a second and its header
    promises what is there; or, where the header promises more, or nothing can be read, when nothing
    has happened for twenty. What is deleted or renamed meanwhile is forgotten.
    """

    def __init__(self) -> None:
        self._pending: dict[str, _Pending] = {}
        self._landed: dict[str, State] = {}

    def touch(self, path: str, now: float) -> None:
        """Something happened to a file."""
        self._pending.setdefault(path, _Pending(None, now))

    def landed(self, now: float) -> Iterator[str]:
        """Files that are all there by now, each once for every time that it is written."""
        for path, pending in list(self._pending.items()):
            state = _state(path)
            if state is None or self._landed.get(path) == state:
                del self._pending[path]
            elif state != pending.state:
                self._pending[path] = _Pending(state, now)
            elif now - pending.since >= STILL_S and self._is_whole(path, pending, now):
                del self._pending[path]
                self._landed[path] = state
                yield path

    @staticmethod
    def _is_whole(path: str, pending: _Pending, now: float) -> bool:
        if pending.is_whole is None:
            pending.is_whole = _header_agrees(path)
        return pending.is_whole or now - pending.since >= PATIENCE_S


def _state(path: str) -> State | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _header_agrees(path: str) -> bool:
    """Whether a file holds all that its header promises."""
    try:
        return not measure_header(path).findings
    except AudioError:
        return False
