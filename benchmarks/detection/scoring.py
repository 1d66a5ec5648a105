"""Holds what was found against what was put in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from contenders import Found

TOLERANCE_S = 0.005
DISTANT_S = 0.05  # found about there, but not at the time


@dataclass
class Score:
    """Of one contender on one grade of one defect."""

    hits: int = 0
    misses: int = 0
    false: int = 0
    errors_s: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def error_s(self) -> float | None:
        """The error that 95 of a hundred hits keep under."""
        ordered = sorted(self.errors_s)
        return ordered[int(0.95 * (len(ordered) - 1))] if ordered else None

    def __add__(self, other: Score) -> Score:
        return Score(
            self.hits + other.hits,
            self.misses + other.misses,
            self.false + other.false,
            self.errors_s + other.errors_s,
        )


def score(found: Found, codes: Collection[str], places: Sequence[tuple[float, float]]) -> Score:
    """Where a defect has places, a hit must touch one, 5 ms either way; else one is enough.

    Whatever of these codes touches no place is false, each stretch once.
    """
    seen = sorted({place for code in codes for place in found.get(code, ())})
    if not places:
        return Score(hits=int(bool(seen)), misses=int(not seen))
    result = Score()
    used: set[tuple[float, float]] = set()
    for start, end in places:
        near = [one for one in seen if one[0] <= end + DISTANT_S and one[1] >= start - DISTANT_S]
        used.update(near)
        error = min((_error(one, start, end) for one in near), default=float("inf"))
        if error <= TOLERANCE_S:
            result.hits += 1
            result.errors_s.append(error)
        else:
            result.misses += 1
    result.false = _stretches([one for one in seen if one not in used])
    return result


def _error(one: tuple[float, float], start: float, end: float) -> float:
    """How far the beginning found lies from the place; none within it."""
    return max(start - one[0], one[0] - end, 0.0) if one[0] > start else start - one[0]


def _stretches(seen: Sequence[tuple[float, float]]) -> int:
    """Findings at most 50 ms apart are one alarm."""
    count, latest = 0, float("-inf")
    for start, end in seen:
        count += start > latest + DISTANT_S
        latest = max(latest, end)
    return count
