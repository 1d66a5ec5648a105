"""Where the time goes: seconds of each stage and meter in one process, without a second one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mixcheck.audio import open_audio
from mixcheck.meters import METERS
from mixcheck.views import Views

STAGES = {  # name to the object and method that does it
    "runs of equal samples": ("_runs", "find"),
    "low-rate copy": ("_decimator", "decimate"),
    "spectrum": ("_spectrum", "add"),
    "spectrum of the bass": ("_bass_spectrum", "add"),
    "K-weighting": ("_k_weighting", "apply"),
    "true peak": ("_true_peaks", "find"),
}


def seconds_by_stage(path: Path) -> dict[str, float]:
    """Stage to seconds, in order of their cost; ``"all"`` is everything but start-up."""
    clock: Counter[str] = Counter()
    started = time.perf_counter()
    with open_audio(path) as stream:
        views = Views(stream.format)
        for name, (holder, method) in STAGES.items():
            stage = getattr(views, holder)
            setattr(stage, method, _timed(clock, name, getattr(stage, method)))
        meters = [meter(stream.format) for meter in METERS]
        for block in views.complete(views.begin(_timed_items(clock, stream.blocks()))):
            for meter in meters:
                _timed(clock, f"meter {meter.name}", meter.update)(block)
        for meter in meters:
            _timed(clock, f"meter {meter.name}", meter.finish)()
    return {"all": time.perf_counter() - started, **dict(clock.most_common())}


def _timed(clock: Counter[str], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        result = work(*arguments, **options)
        clock[name] += time.perf_counter() - start
        return result

    return timed


def _timed_items(clock: Counter[str], items: Iterator[Any]) -> Iterator[Any]:
    following = _timed(clock, "decoding", lambda: next(items, None))
    while (item := following()) is not None:
        yield item
