"""The samples around the worst places of a recording, read again after it was measured."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from mixcheck.audio import open_audio
from mixcheck.errors import AudioError
from mixcheck.meters import Finding
from mixcheck.series.model import Excerpt

MOST = 3
AROUND_S = 0.006
LONGEST_S = 2.0  # what lasts longer is seen in the whole waveform, or heard
SHOWN_S = 0.02
SEVERITIES = ("error", "warning", "info")


def worst_places(findings: Iterable[Finding]) -> list[Finding]:
    """The findings to look at closely: short ones apart, the worst of each code before the next."""
    short = [one for one in findings if one.end_s - one.start_s <= LONGEST_S]
    short.sort(key=lambda one: (SEVERITIES.index(one.severity), -one.confidence))
    chosen: list[Finding] = []
    for one in (*short, *short):
        is_apart = all(abs(one.start_s - other.start_s) > SHOWN_S for other in chosen)
        is_next = len(chosen) >= len({each.code for each in short})
        is_new = one.code not in {other.code for other in chosen}
        if is_apart and (is_new or is_next) and len(chosen) < MOST:
            chosen.append(one)
    return chosen


def read_excerpts(path: str, findings: Sequence[Finding], *, stream: int = 0) -> Iterator[Excerpt]:
    """The samples around the worst places; of a file that can be opened twice.

    Parameters
    ----------
    path : str
        A local file; of anything else there are none.
    findings : sequence of Finding
        All that were found in it.
    stream : int
        As for :func:`mixcheck.measure`.
    """
    if not os.path.isfile(path):
        return
    try:
        for place in worst_places(findings):
            with open_audio(path, stream=stream) as opened:
                rate = opened.format.sample_rate_hz
                start = max(0, round((place.start_s - AROUND_S) * rate))
                blocks = opened.blocks(start, round(SHOWN_S * rate))
                block = next(iter(blocks), None)
            if block is not None:
                at_s = block.start_frame / rate
                yield Excerpt(place.code, place.start_s, at_s, rate, block.samples)
    except AudioError:
        return  # it was there a moment ago: the report goes on without
