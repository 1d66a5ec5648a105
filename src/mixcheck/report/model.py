"""What a report is made from: files with their judgements."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mixcheck.acceptance import NOTHING, Acceptance
from mixcheck.judgement import Judgement, judge, judge_set, worst_outcome
from mixcheck.many import Outcome, Unreadable
from mixcheck.measurement import Measurement
from mixcheck.profiles import Profile
from mixcheck.sets import RecordingSet, survey_set

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
    sha256 : str or None
        Hash of the file, in hexadecimal, for the reports that state it.
    target : str or None
        Name or file of the target whose spectrum is shown beside the file's, or ``"none"``; left
        open, the profile and the content choose.
    """

    measured: Outcome
    judgements: tuple[Judgement, ...] = ()
    accepted: Acceptance = NOTHING
    sha256: str | None = None
    target: str | None = None

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
class SetReport:
    """A set of files as a whole: what is odd in it, and how it was judged.

    Parameters
    ----------
    folder : str
        What all its files are in.
    recordings : RecordingSet
        Those that could be measured.
    judgements : tuple of Judgement
        By each profile that asks something of a set.
    """

    folder: str
    recordings: RecordingSet
    judgements: tuple[Judgement, ...] = ()

    @classmethod
    def of(cls, reports: Sequence[FileReport], kind: str) -> SetReport:
        """Survey the files of a set, and judge it by the profiles that its files were judged by.

        Raises
        ------
        KeyError
            There is no such kind of set.
        """
        recordings = survey_set([one.measurement for one in reports if one.measurement], kind)
        profiles = dict.fromkeys(one.profile for report in reports for one in report.judgements)
        judged = (judge_set(recordings, profile) for profile in profiles)
        folder = common_folder([report.path for report in reports])
        return cls(folder, recordings, tuple(one for one in judged if one))

    @property
    def outcome(self) -> str:
        """Worst outcome over the profiles; a file unlike the others is worth a warning."""
        odd = ("warn",) if self.recordings.odd else ()
        return worst_outcome((*odd, *(one.outcome for one in self.judgements)))


def common_folder(paths: Sequence[str]) -> str:
    """The folder that all files, or URLs, are in."""
    parts = [path.replace(os.sep, "/").split("/")[:-1] for path in paths]
    common = os.path.commonprefix(parts)  # noqa: RUF071 (of lists it compares their members)
    return "/".join(common) or ("/" if common else ".")


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
