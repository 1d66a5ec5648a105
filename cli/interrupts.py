"""Ctrl-C between two files, and not within one: every report then has the same."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self


class Interruptions:
    """While entered, an interruption counts at once but for what is to come to its end."""

    def __init__(self) -> None:
        self._is_whole = True
        self._came = False

    def __enter__(self) -> Self:
        self._is_heard = threading.current_thread() is threading.main_thread()
        if self._is_heard:  # once a run: setting a handler takes longer than writing a line
            self._usual = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *raised: object) -> None:
        if self._is_heard:
            signal.signal(signal.SIGINT, self._usual)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let what is inside come to its end; an interruption meanwhile counts after it."""
        self._is_whole = False
        try:
            yield
        finally:
            self._is_whole = True
        if self._came:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._is_whole:
            raise KeyboardInterrupt
        self._came = True
