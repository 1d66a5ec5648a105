"""How far a run is, on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from mixcheck import Measurement, Outcome


def with_progress(outcomes: Iterable[Outcome], files: int) -> Iterator[Outcome]:
    """Show files done, speed, failures and time left while the outcomes come."""
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.BarColumn(20),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.description}"),
        rich.TimeRemainingColumn(compact=True),
    )
    started, audio_s, unreadable = time.monotonic(), 0.0, 0
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=files)
        for outcome in outcomes:
            if isinstance(outcome, Measurement):
                audio_s += outcome.format.duration_s
            else:
                unreadable += 1
            speed = audio_s / 3600.0 / max(time.monotonic() - started, 1e-3)
            failed = f", {unreadable} unreadable" if unreadable else ""
            words = f"{speed:.2f} h of audio a second{failed}"
            progress.update(task, advance=1, description=words)
            yield outcome
