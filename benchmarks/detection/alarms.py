"""False alarms on clean material.

The severity is that of the report: what the profile ``general`` makes of a finding; what is info
claims nothing. Findings that say what is in the samples by definition are counted apart as stated
facts: an over is an over, ten seconds of silence are ten seconds. The others claim that something
went wrong, and on clean material are false.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mixcheck import Finding, Measurement, load_profile
from mixcheck.profiles import FindingRule

FACTS = (
    "inter-sample-over",
    "leading-silence",
    "trailing-silence",
    "dual-mono",
    "padded-bit-depth",
    "dc-offset",
    "silent-channel",
    "cut-start",
    "cut-end",
)
APART_S = 0.05  # closer together they are one alarm


@cache
def _rules() -> tuple[FindingRule, ...]:
    return load_profile("general").findings


def severity_of(item: Finding) -> str:
    """What a report makes of a finding."""
    return next((rule.weight(item) for rule in _rules() if rule.counts(item)), "info")


@dataclass
class Alarms:
    hours: float = 0.0
    files: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # severity, code
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: list[dict[str, object]] = field(default_factory=list)

    def add(self, path: Path, measured: Measurement, known: Collection[str] = ()) -> None:
        """``known``: codes that hold for this file, by its own account."""
        self.files += 1
        self.hours += measured.format.duration_s / 3600
        latest: dict[str, float] = {}
        for item in measured.findings:
            severity = severity_of(item)
            if severity == "info" or item.code in known:
                continue
            counts = self.facts if item.code in FACTS else self.counts
            if item.start_s > latest.get(item.code, float("-inf")) + APART_S:
                counts[severity, item.code] += 1
                place = {"path": str(path), "code": item.code, "severity": severity}
                place |= {"start_s": item.start_s, "message": item.message}
                self.places.append(place)
            latest[item.code] = item.end_s

    def rate(self, severity: str, *, strictly: bool = False) -> float:
        """Alarms an hour; strictly, stated facts among them."""
        counts = self.counts + self.facts if strictly else self.counts
        total = sum(count for (one, _), count in counts.items() if one == severity)
        return total / self.hours if self.hours else 0.0

    def lines(self) -> str:
        """Every alarm, one JSON object a line."""
        return "\n".join(json.dumps(place) for place in self.places)
