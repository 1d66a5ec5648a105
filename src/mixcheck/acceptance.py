"""What of a file does not count, and why: known and accepted by its makers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mixcheck.meters import Finding


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What does not count of one file.

    Parameters
    ----------
    findings : tuple of (Finding, str)
        Findings of the measurement, each with the reason.
    unlisted : mapping of str to int
        How many findings of a code are accepted beyond those that are listed.
    limits : mapping of (str or None, str) to str
        Profile (``None``: any) and metric of a limit that may be missed, and the reason.
    by_time : frozenset of str
        Codes accepted by time alone, so that those not listed are not: nobody knows where they lie.
    """

    findings: tuple[tuple[Finding, str], ...] = ()
    unlisted: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[tuple[str | None, str], str] = field(default_factory=dict)
    by_time: frozenset[str] = frozenset()

    def count(self, code: str) -> int:
        """How many findings of a code do not count."""
        return sum(one.code == code for one, _ in self.findings) + self.unlisted.get(code, 0)

    def of_finding(self, one: Finding) -> str | None:
        """Why a finding does not count, if it does not."""
        return next((why for accepted, why in self.findings if accepted == one), None)

    def of_code(self, code: str) -> str | None:
        """Why findings of a code do not count, if there are such."""
        return next((why for one, why in self.findings if one.code == code), None)

    def of_limit(self, profile: str, metric: str) -> str | None:
        """Why a limit may be missed, if it may."""
        return self.limits.get((profile, metric)) or self.limits.get((None, metric))

    def and_also(self, other: Acceptance) -> Acceptance:
        """What either accepts; this one's reasons first."""
        return Acceptance(
            (*self.findings, *(pair for pair in other.findings if not self.of_finding(pair[0]))),
            {**other.unlisted, **self.unlisted},
            {**other.limits, **self.limits},
            self.by_time | other.by_time,
        )


NOTHING = Acceptance()
