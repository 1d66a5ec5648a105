"""What a settings file holds, and what it means for one file."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from datetime import date

from mixcheck.acceptance import Acceptance
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding, finding_kinds
from mixcheck.settings.globs import matches

HIGHEST_LISTED = frozenset({"inter-sample-over"})  # of all others the first are


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule:
    """How some files are judged; what is ``None`` is left to the settings of all.

    Parameters
    ----------
    glob : tuple of str or None
        Which files; ``None`` for all.
    profile : tuple of str or None
        Names of profiles and groups, and paths of TOML files, which are relative to the settings.
    select, ignore : tuple of str or None
        Finding codes to keep, and to leave out.
    fail_on : str or None
        ``"error"`` or ``"warning"``.
    where : str
        Settings file and number of the rule, for messages.
    """

    glob: tuple[str, ...] | None = None
    profile: tuple[str, ...] | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRule:
    """A fault that is known and does not count.

    Parameters
    ----------
    where : str
        Settings file and number of the rule, for messages.
    glob : tuple of str
        In which files.
    code : str
        Finding code, or the metric of a limit.
    reason : str
        Why.
    start_s, end_s : float
        For a finding: only what lies within.
    expires : date or None
        The last day on which it is accepted.
    """

    where: str
    glob: tuple[str, ...]
    code: str
    reason: str
    start_s: float = 0.0
    end_s: float = math.inf
    expires: date | None = None

    def covers(self, one: Finding) -> bool:
        """Whether a finding is what the rule accepts."""
        return one.code == self.code and one.end_s >= self.start_s and one.start_s <= self.end_s

    def covers_all(self, measurement: Measurement) -> bool:
        """Whether findings of the code that are not listed are covered too, wherever they lie."""
        listed = [one.start_s for one in measurement.findings if one.code == self.code]
        first_s = 0.0 if self.code in HIGHEST_LISTED else min(listed, default=0.0)
        return self.start_s <= first_s and self.end_s >= measurement.format.duration_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a folder and all below it.

    Parameters
    ----------
    path : str
        The file; empty for no settings.
    rules : tuple of FileRule
        The one for all files first; later ones win.
    accept : tuple of AcceptRule
        What does not count.
    """

    path: str = ""
    rules: tuple[FileRule, ...] = ()
    accept: tuple[AcceptRule, ...] = ()

    @property
    def folder(self) -> str:
        """Where globs and relative paths begin."""
        return os.path.dirname(os.path.abspath(self.path))

    def of_file(self, path: str) -> FileRule:
        """How a file is judged: all rules that mean it, the last word counting."""
        found: dict[str, object] = {}
        for rule in self.rules:
            if rule.glob is None or self.means(rule.glob, path):
                for key in ("profile", "select", "ignore", "fail_on"):
                    if getattr(rule, key) is not None:
                        found[key] = getattr(rule, key)
        return FileRule(**found)  # type: ignore[arg-type]

    def means(self, globs: tuple[str, ...], path: str) -> bool:
        """Whether a file is meant by one of several globs."""
        relative = os.path.relpath(os.path.abspath(path), self.folder).replace(os.sep, "/")
        return any(matches(glob, relative) for glob in globs)

    def accepted(
        self, measurement: Measurement, today: date
    ) -> tuple[Acceptance, tuple[AcceptRule, ...]]:
        """What of a file does not count, and the rules that may have had something to accept."""
        findings: list[tuple[Finding, str]] = []
        counts = measurement.counts()
        unlisted: dict[str, int] = {}
        by_time: set[str] = set()
        limits: dict[tuple[str | None, str], str] = {}
        used = []
        for rule in self.accept:
            is_due = rule.expires is not None and rule.expires < today
            if is_due or not self.means(rule.glob, measurement.path):
                continue
            covered = [one for one in measurement.findings if rule.covers(one)]
            known = [one for one, _ in findings]
            findings += ((one, rule.reason) for one in covered if one not in known)
            if rule.code not in finding_kinds():
                limits[None, rule.code] = rule.reason
            elif covered and rule.covers_all(measurement):
                listed = sum(one.code == rule.code for one in measurement.findings)
                unlisted[rule.code] = counts[rule.code] - listed
            elif covered:
                by_time.add(rule.code)
            if covered or rule.code not in finding_kinds():
                used.append(rule)
        accepted = Acceptance(tuple(findings), unlisted, limits, frozenset(by_time))
        return accepted, tuple(used)
