"""What a report is made from: files with their judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mixcheck.acceptance import NOTHING, Acceptance
from mixcheck.judgement import Judgement, judge, worst_outcome
from mixcheck.many import Outcome, Unreadable
from mixcheck.measurement import Measurement
from mixcheck.profiles import Profile

OUTCOMES = ("pass", "warn", "fail", "unreadable")


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: measured or not, and judged by any number of profiles.

    Parameters
    ----------
    measured : Measurement or Unreadable
        What :func:`mixcheck.measure_many` gave.
    judgements : tuple of Judgement
        One for each profile; none if the file was only measured.
    accepted : Acceptance
        What of it does not count.
    """

    measured: Outcome
    judgements: tuple[Judgement, ...] = ()
    accepted: Acceptance = NOTHING

    @classmethod
    def of(
        cls,
        measured: Outcome,
        profiles: Sequence[Profile] = (),
        accepted: Acceptance = NOTHING,
    ) -> FileReport:
        """Judge a file by several profiles; an unreadable one is judged by none."""
        if isinstance(measured, Unreadable):
            return cls(measured)
        judgements = tuple(judge(measured, profile, accepted) for profile in profiles)
        return cls(measured, judgements, accepted)

    @property
    def path(self) -> str:
        """The file as the user named it."""
        return self.measured.path

    @property
    def measurement(self) -> Measurement | None:
        """The measurement, where there is one."""
        return self.measured if isinstance(self.measured, Measurement) else None

    @property
    def error(self) -> str | None:
        """Why the file could not be read."""
        return str(self.measured.error) if isinstance(self.measured, Unreadable) else None

    @property
    def outcome(self) -> str | None:
        """Worst outcome over the profiles; ``None`` if nothing was judged."""
        if isinstance(self.measured, Unreadable):
            return "unreadable"
        if not self.judgements:
            return None
        return worst_outcome(judgement.outcome for judgement in self.judgements)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many files came out how."""

    files: int
    passed: int
    warned: int
    failed: int
    unreadable: int

    @classmethod
    def of(cls, reports: Sequence[FileReport]) -> Summary:
        """Count the outcomes."""
        counts = Counter(report.outcome for report in reports)
        return cls(len(reports), *(counts[outcome] for outcome in OUTCOMES))
