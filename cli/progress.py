"""How far a run is, on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any, Self

from mixcheck import FileReport
from mixcheck.report import SetReport
from mixcheck.report.wording import length, printable, shortened

from .places import longest_place

FAILURES = ("fail", "unreadable")


class ProgressLine:
    """A line on standard error that is gone when the run is over; a context manager.

    Parameters
    ----------
    files : int or None
        How many there will be, where that is known.
    """

    def __init__(self, files: int | None) -> None:
        from rich import progress as rich
        from rich.console import Console

        self._started, self._audio_s, self._failures = time.monotonic(), 0.0, 0
        self._progress = rich.Progress(
            rich.BarColumn(12),
            rich.MofNCompleteColumn(),
            rich.TimeRemainingColumn(compact=True),
            rich.TextColumn("{task.description}"),
            _place_column(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # else what goes to a file would go here
            redirect_stderr=True,
        )
        self._task = self._progress.add_task("", total=files)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def add(self, report: FileReport) -> None:
        """Count a file."""
        self._audio_s += report.measurement.format.duration_s if report.measurement else 0.0
        self._failures += report.outcome in FAILURES
        speed = self._audio_s / 3600.0 / max(time.monotonic() - self._started, 1e-3)
        failed = f", {self._failures} failed" if self._failures else ""
        self._progress.update(self._task, advance=1, description=f"{speed:.2f} h audio/s{failed}")

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Nothing is left to write."""
        return ()


def _place_column() -> Any:
    """The file that will take longest, and how far it is."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class PlaceColumn(ProgressColumn):
        max_refresh = 0.5

        def render(self, task: Task) -> Text:
            return Text(place_words(longest_place()))

    return PlaceColumn()


def place_words(place: tuple[str, float, float] | None) -> str:
    """Where the longest file is, in some thirty letters."""
    if place is None:
        return ""
    name, done_s, whole_s = place
    return f"{shortened(printable(name), 16)} {length(done_s)} of {length(whole_s)}"
