"""What a comparison says: plain frozen data, the same words as in every report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mixcheck.audio import AudioFormat
from mixcheck.meters import Finding

ANSWERS: Mapping[str, str] = {
    "identical": "identical",
    "same-audio": "identical audio, other container or format",
    "gain-only": "identical but for gain",
    "offset-only": "identical but for where it begins or ends",
    "gain-and-offset": "identical but for gain and for where it begins or ends",
    "polarity": "identical but for polarity",
    "channels": "identical but for its channels",
    "folded": "folded down to mono",
    "spread": "mono, copied to all channels",
    "resampled": "the same, resampled",
    "re-encoded": "the same, re-encoded",
    "edited": "sections were inserted, removed or replaced",
    "changed": "the same material, changed",
    "drift": "the same material at another speed",
    "unrelated": "nothing in common",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A number of both recordings.

    Parameters
    ----------
    metric : str
        Metric path.
    new, old : float or None
    change : float or None
        New less old; ``None`` where one was not measured.
    unit : str
    """

    metric: str
    new: float | None
    old: float | None
    change: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part that was inserted, removed, replaced, or sounds otherwise.

    Parameters
    ----------
    kind : str
        ``"inserted"``, ``"removed"``, ``"replaced"`` or ``"differs"``.
    new_start_s, new_end_s : float
        Where in the new recording.
    old_start_s, old_end_s : float
        Where in the old one.
    residual_db : float or None
        For ``"differs"``: the difference against the recording there.
    level_change_db : float or None
        For ``"differs"``: how much louder it is there than the gain says.
    """

    kind: str
    new_start_s: float
    new_end_s: float
    old_start_s: float
    old_end_s: float
    residual_db: float | None
    level_change_db: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """A third octave.

    Parameters
    ----------
    centre_hz : float
    level_db : float or None
        Level of the file against its loudness.
    reference_db : float or None
        The same of the revision, or the middle of the references.
    low_db, high_db : float or None
        What the references span; ``None`` for a revision.
    difference_db : float or None
        Level less reference.
    over_db : float
        How far outside the span, with its sign; 0 inside.
    """

    centre_hz: float
    level_db: float | None
    reference_db: float | None
    low_db: float | None
    high_db: float | None
    difference_db: float | None
    over_db: float


@dataclass(frozen=True, slots=True)
class Revision:
    """What changed from an old file to a new one.

    Parameters
    ----------
    new, old : str
    new_format, old_format : AudioFormat
    answer : str
        A key of :data:`ANSWERS`.
    outcome : str
        ``"pass"`` if nothing changed beyond the tolerance, else ``"fail"``.
    tolerance_db : float
    offset_frames : int or None
        Frames by which the new one begins later.
    gain_db : float or None
        By how much it is louder, where the audio is the same.
    polarity : int or None
        -1 where it is flipped.
    drift_ppm : float or None
        By how much it plays slower, in parts per million; ``None`` where it does not.
    alignment_confidence : float
        Share of the sounding time that was found again.
    residual_dbfs, residual_db : float or None
        RMS of the difference after offset, sections and gain, and the same against the new one.
    changes : tuple of Change
        Every number that both have and that differs.
    bands : tuple of Band
    sections : tuple of Section
    findings_added, findings_removed : tuple of Finding
    reasons : tuple of str
        What goes over the tolerance.
    notes : tuple of str
    """

    new: str
    old: str
    new_format: AudioFormat
    old_format: AudioFormat
    answer: str
    outcome: str
    tolerance_db: float
    offset_frames: int | None
    gain_db: float | None
    polarity: int | None
    drift_ppm: float | None
    alignment_confidence: float
    residual_dbfs: float | None
    residual_db: float | None
    changes: tuple[Change, ...]
    bands: tuple[Band, ...]
    sections: tuple[Section, ...]
    findings_added: tuple[Finding, ...]
    findings_removed: tuple[Finding, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trait:
    """A number of the file against what the references span.

    Parameters
    ----------
    metric : str
    value, reference, low, high : float or None
    unit : str
    over : float
        How far outside the span, with its sign; 0 inside.
    """

    metric: str
    value: float | None
    reference: float | None
    low: float | None
    high: float | None
    unit: str
    over: float


@dataclass(frozen=True, slots=True)
class Balance:
    """A mix against references.

    Parameters
    ----------
    file : str
    references : tuple of str
        Files, or the name of a target.
    reference_count : int
        How many recordings stand behind the references.
    outcome : str
        ``"pass"`` where all is inside what the references span, else ``"fail"``.
    bands, width : tuple of Band
        Third-octave levels against the loudness; side against mid in octaves.
    dynamics : tuple of Trait
    advice : tuple of str
    notes : tuple of str
    """

    file: str
    references: tuple[str, ...]
    reference_count: int
    outcome: str
    bands: tuple[Band, ...]
    width: tuple[Band, ...]
    dynamics: tuple[Trait, ...]
    advice: tuple[str, ...]
    notes: tuple[str, ...]
