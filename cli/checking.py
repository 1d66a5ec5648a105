"""How each file of a run is judged: by the command line, the settings nearest to it, a baseline."""

from __future__ import annotations

import dataclasses
import os
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from mixcheck import (
    AudioError,
    FileReport,
    Measurement,
    MixcheckError,
    Outcome,
    Profile,
    Unreadable,
    UsageError,
    load_profiles,
)
from mixcheck.acceptance import Acceptance
from mixcheck.baseline import Baseline
from mixcheck.headers import OF_HEADERS
from mixcheck.meters import finding_kinds
from mixcheck.report.wording import printable
from mixcheck.settings import AcceptRule, FileRule, Settings, find_settings

from .codes import CodeFilter
from .inputs import is_audio

FOLDERS_KEPT = 1024
_Judges = tuple[FileRule, CodeFilter, list[Profile]]
FAILING = {"error": ("fail",), "warning": ("fail", "warn")}
DEFAULT = FileRule(profile=("general",), select=(), ignore=(), fail_on="error")


@dataclass(kw_only=True)
class Checking:
    """Judges the files of a run, and remembers which settings had something to say.

    Parameters
    ----------
    given : FileRule
        What the command line says, which wins over all settings.
    headers : bool
        Judge only what a header tells.
    baseline : Baseline or None
        What is accepted.
    has_failed : bool
        Whether a file did, so far.
    is_misconfigured : bool
        Whether the settings of a folder could not be used, so far.
    """

    given: FileRule
    headers: bool = False
    baseline: Baseline | None = None
    has_failed: bool = False
    is_misconfigured: bool = False
    _settings: OrderedDict[str, Settings] = field(default_factory=OrderedDict)  # by folder
    _in_use: dict[str, Settings] = field(default_factory=dict)  # by their own path
    _seen: set[str] = field(default_factory=set)
    _used: set[AcceptRule] = field(default_factory=set)
    _meant: set[FileRule] = field(default_factory=set)
    _judging: dict[tuple[FileRule, str], _Judges] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The day of the run."""
        return date.today()

    def check(self) -> None:
        """Refuse what the command line says before any file is measured.

        Raises
        ------
        MixcheckError
            An unknown profile, code or setting.
        """
        self._judges(Settings().of_file(""), Settings())
        here = self._settings_of("here")
        if self.given.profile is None:
            for one in here.rules:
                self._judges(one, here)

    def report(self, outcome: Outcome) -> FileReport:
        """Judge one file; one that its own folder's settings keep from it is no pass."""
        if not isinstance(outcome, Measurement):
            return FileReport(outcome)
        try:
            return self._judged(outcome)
        except MixcheckError as error:
            self.is_misconfigured = True
            why = AudioError(outcome.path, f"was not judged: {error}", "mend the settings")
            return FileReport(Unreadable(outcome.path, why))

    def _judged(self, outcome: Measurement) -> FileReport:
        settings = self._settings_of(outcome.path)
        if settings.accept:
            self._seen.add(os.path.realpath(outcome.path))
        self._meant |= {
            one for one in settings.rules if one.glob and settings.means(one.glob, outcome.path)
        }
        rule, codes, profiles = self._judges(settings.of_file(outcome.path), settings)
        kept = codes.keep(outcome)
        accepted, used = settings.accepted(outcome, self.today)
        report = FileReport.of(kept, profiles, accepted)
        if used:
            missed = {
                verdict.metric
                for judgement in report.judgements
                for verdict in judgement.verdicts
                if verdict.accepted is not None
            }
            self._used |= {rule for rule in used if rule.code in {*finding_kinds(), *missed}}
        if self.baseline is not None:
            known: Acceptance = self.baseline.accepted(report)
            report = FileReport.of(kept, profiles, accepted.and_also(known))
        self.has_failed |= report.outcome in FAILING[rule.fail_on or "error"]
        return report

    def fails_as(self, outcome: str) -> bool:
        """Whether a set of this outcome makes the run fail; its files have their own rules."""
        return outcome in FAILING[self.given.fail_on or ("warning" if self.is_strict else "error")]

    def notes(self) -> Iterator[str]:
        """Settings that mean no file, or accept nothing any more; of those no header tells."""
        for settings in self._in_use.values():
            for one in settings.rules:
                if one.glob and one not in self._meant and self._is_looked_at(settings, one.glob):
                    yield printable(f"{one.where}: no file matches {', '.join(one.glob)}; mend it")
        for settings in () if self.headers else self._in_use.values():
            for rule in settings.accept:
                what = f"{rule.where}: accepts {rule.code} in {', '.join(rule.glob)}"
                if rule.expires is not None and rule.expires < self.today:
                    yield printable(f"{what} until {rule.expires}, which is over")
                elif rule not in self._used and self._is_looked_at(settings, rule.glob):
                    yield printable(f"{what}, which is not found any more; remove it")

    @property
    def is_strict(self) -> bool:
        """Whether warnings make the run fail, where no file is meant."""
        for_all = (rule.fail_on for one in self._in_use.values() for rule in one.rules[:1])
        return "warning" in ({self.given.fail_on} if self.given.fail_on else set(for_all))

    def _settings_of(self, path: str) -> Settings:
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self._settings:
            found = find_settings(path)
            self._settings[folder] = self._in_use.setdefault(found.path, found)
            if len(self._settings) > FOLDERS_KEPT:
                self._settings.popitem(last=False)
        return self._settings[folder]

    def _is_looked_at(self, settings: Settings, globs: tuple[str, ...]) -> bool:
        """Whether the run saw every file that a rule means, or there is none left."""
        return not any(
            settings.means(globs, os.path.join(where, name))
            and os.path.realpath(os.path.join(where, name)) not in self._seen
            for where, _, names in os.walk(settings.folder)
            for name in names
            if is_audio(name)
        )

    def _judges(self, of_file: FileRule, settings: Settings) -> _Judges:
        """How a file is judged in all, what finding codes count, the profiles' rules for those."""
        known = self._judging.get((of_file, settings.folder))
        if known is None:
            rule = self._in_all(of_file, settings)
            codes = CodeFilter.of(rule.select or (), rule.ignore or ())
            profiles = codes.keep_rules(load_profiles(rule.profile or ()))
            known = rule, codes, [*map(_of_header, profiles)] if self.headers else profiles
            self._judging[of_file, settings.folder] = known
        return known

    def _in_all(self, of_file: FileRule, settings: Settings) -> FileRule:
        """What the command line says, else the settings, else what is usual."""
        chosen = {}
        for key in ("profile", "select", "ignore", "fail_on"):
            values = (getattr(rule, key) for rule in (self.given, of_file, DEFAULT))
            chosen[key] = next(value for value in values if value is not None)
        if self.given.profile is None:  # then they stand in the settings, beside which files lie
            chosen["profile"] = tuple(
                os.path.join(settings.folder, name) if name.endswith(".toml") else name
                for name in chosen["profile"]
            )
        return FileRule(**chosen)


def _of_header(profile: Profile) -> Profile:
    """What of a profile a header can tell."""
    limits = tuple(one for one in profile.limits if one.metric.startswith("format."))
    rules = tuple(one for one in profile.findings if one.code in OF_HEADERS)
    return dataclasses.replace(profile, limits=limits, findings=rules, set_limits=(), playback=None)


def baseline_for(path: str | None, *, update: bool) -> Baseline | None:
    """The baseline to hold files against.

    Raises
    ------
    UsageError
        There is none, or none was named.
    """
    if path is None:
        if update:
            raise UsageError("--update-baseline needs --baseline FILE")
        return None
    return Baseline(path) if update and not os.path.exists(path) else Baseline.load(path)
