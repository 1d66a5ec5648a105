"""Which finding codes a run looks at."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from mixcheck import Measurement, Outcome, Profile, UsageError
from mixcheck.meters import finding_kinds


@dataclass(frozen=True, slots=True)
class CodeFilter:
    """Finding codes to keep: those selected (all, if none is), less those ignored."""

    selected: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    @classmethod
    def of(cls, select: Sequence[str], ignore: Sequence[str]) -> CodeFilter:
        """Codes as the user wrote them, commas allowed.

        Raises
        ------
        UsageError
            A code is unknown.
        """
        codes = cls(_codes(select), _codes(ignore))
        if codes.selected and codes.selected <= codes.ignored:
            raise UsageError("--select and --ignore together leave no finding code")
        return codes

    def wants(self, code: str) -> bool:
        """Whether findings of a code count."""
        return (not self.selected or code in self.selected) and code not in self.ignored

    def keep(self, outcome: Outcome) -> Outcome:
        """A measurement with the wanted findings only."""
        if not isinstance(outcome, Measurement) or not (self.selected or self.ignored):
            return outcome
        kept = tuple(one for one in outcome.findings if self.wants(one.code))
        return dataclasses.replace(outcome, findings=kept)

    def keep_rules(self, profiles: Sequence[Profile]) -> list[Profile]:
        """Profiles with the rules for the wanted codes only."""
        return [
            dataclasses.replace(
                profile, findings=tuple(rule for rule in profile.findings if self.wants(rule.code))
            )
            for profile in profiles
        ]


def _codes(words: Sequence[str]) -> frozenset[str]:
    codes = [code.strip() for word in words for code in word.split(",") if code.strip()]
    for code in codes:
        if code not in finding_kinds():
            close = difflib.get_close_matches(code, finding_kinds(), 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise UsageError(f"unknown finding code {code!r}{hint}")
    return frozenset(codes)
