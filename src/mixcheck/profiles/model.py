"""What a profile holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from mixcheck.meters import Finding, finding_kinds
from mixcheck.meters.base import SEVERITIES, amount_of

APPLIES_TO = ("any", "mono", "stereo", "multichannel")
LIMIT_SEVERITIES = ("error", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one metric must be.

    Parameters
    ----------
    metric : str
        Metric path such as ``"loudness.integrated_lufs"``.
    source : str
        Document and clause.
    min, max : float, optional
        Inclusive bounds.
    target, tolerance : float, optional
        Instead of bounds: within ``tolerance`` of ``target``.
    one_of : tuple, optional
        Instead of bounds: one of these values.
    severity : str
        ``"error"`` fails, ``"warning"`` warns.
    applies_to : str
        ``"any"``, ``"mono"``, ``"stereo"`` or ``"multichannel"``.
    why, do : str
        Why the limit is there, and what to do when it is missed.
    """

    metric: str
    source: str
    min: float | None = None
    max: float | None = None
    target: float | None = None
    tolerance: float | None = None
    one_of: tuple[float | str, ...] = ()
    severity: str = "error"
    applies_to: str = "any"
    why: str = ""
    do: str = ""

    @property
    def lowest(self) -> float | None:
        """Least value allowed."""
        if self.target is not None and self.tolerance is not None:
            return self.target - self.tolerance
        return self.min

    @property
    def highest(self) -> float | None:
        """Greatest value allowed."""
        if self.target is not None and self.tolerance is not None:
            return self.target + self.tolerance
        return self.max


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """How many findings of a code are accepted, and which of them count.

    Parameters
    ----------
    code : str
        A key of :func:`mixcheck.meters.finding_kinds`.
    severity : str
        ``"error"`` fails, ``"warning"`` warns. Without ``min_value`` a finding that is milder
        than is usual for its code counts as what it is at most.
    max_count : int
        As many are accepted.
    min_value : float, optional
        Only findings of at least this value count, in their unit; levels as they are, all else by
        its size. Without it those count that are more than info, or all where the code is info.
    min_duration_s, min_confidence : float
        Only findings that last so long, and are as sure, count.
    applies_to : str
        ``"any"``, ``"mono"``, ``"stereo"`` or ``"multichannel"``.
    source, why : str
        Where the rule comes from, and what to do when it is missed.
    """

    code: str
    severity: str = "error"
    max_count: int = 0
    min_value: float | None = None
    min_duration_s: float = 0.0
    min_confidence: float = 0.0
    applies_to: str = "any"
    source: str = ""
    why: str = ""

    def counts(self, one: Finding) -> bool:
        """Whether the rule counts a finding."""
        return self.weight(one) != "info"

    def weight(self, one: Finding) -> str:
        """What a finding amounts to; ``"info"`` where it is not counted."""
        if one.code != self.code or one.confidence < self.min_confidence:
            return "info"
        if one.end_s - one.start_s < self.min_duration_s:
            return "info"
        if self.min_value is not None:
            return self.severity if amount_of(one.value, one.unit) >= self.min_value else "info"
        is_mild = one.severity != finding_kinds()[one.code].severity
        return min(self.severity, one.severity, key=SEVERITIES.index) if is_mild else self.severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """What a service does to the level of what it plays: a prediction, never a reason to reject.

    Parameters
    ----------
    target_lufs : float or None
        Integrated loudness of playback; ``None`` where nobody knows it.
    turns_up : bool
        Whether quiet recordings are turned up too.
    max_peak_dbtp : float or None
        Recordings are turned up only so far that their peaks stay under this.
    source : str
        Where that comes from.
    """

    source: str
    target_lufs: float | None = None
    turns_up: bool = False
    max_peak_dbtp: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A delivery spec.

    Parameters
    ----------
    name, title : str
        Short name for the command line; name for people.
    checked : datetime.date
        The day the sources were read.
    notes : str
        What the limits do not say: doubts, conflicts between sources.
    limits, findings : tuple
        In the order of the report.
    set_limits : tuple
        Limits of an album, or another set, as a whole.
    playback : Playback or None
        For a service that sets the level on playback, how.
    content : str or None
        ``"speech"`` or ``"music"``, where it is for nothing else: whose usual spectrum a recording
        is shown against.
    """

    name: str
    title: str
    checked: date
    notes: str = ""
    limits: tuple[Limit, ...] = field(default=())
    findings: tuple[FindingRule, ...] = field(default=())
    set_limits: tuple[Limit, ...] = field(default=())
    playback: Playback | None = None
    content: str | None = None
