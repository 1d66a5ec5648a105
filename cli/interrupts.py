"""Ctrl-C between two files, and not within one: every report then has the same."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def whole() -> Iterator[None]:
    """Let what is inside come to its end; an interruption meanwhile counts after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interruptions: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _: interruptions.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if interruptions:
        raise KeyboardInterrupt
