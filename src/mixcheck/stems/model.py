"""What is known of a set of stems: plain frozen data, the same words as in every report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mixcheck.audio import AudioFormat

SEVERITIES = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a set, or worth knowing of it.

    Parameters
    ----------
    code : str
        A key of :data:`FAULT_TITLES`.
    severity : str
        ``"error"`` fails the set, ``"warning"`` and ``"info"`` do not.
    stems : tuple of str
        Names of the stems concerned; none for the set as a whole.
    value : float or None
        How much, in ``unit``.
    unit : str
        Unit of the value.
    confidence : float
        0 to 1.
    message : str
        What was found, for an engineer.
    do : str
        What to do about it.
    """

    code: str
    severity: str
    stems: tuple[str, ...]
    value: float | None
    unit: str
    confidence: float
    message: str
    do: str


FAULT_TITLES: Mapping[str, str] = {
    "gain": "Level differs from the mix",
    "offset": "Early or late against the mix",
    "polarity": "Polarity flipped",
    "missing": "A stem is missing",
    "not-in-mix": "Not in the mix",
    "doubled": "Counted twice",
    "compression": "Printed with other dynamics than in the mix",
    "filtered": "Printed with another equaliser than in the mix",
    "channels-swapped": "Left and right swapped",
    "folded": "Folded to mono",
    "cut-short": "Ends too early",
    "dropout": "A hole",
    "saturated": "The mix went through saturation",
    "mix-in-set": "The mix itself",
    "bus-compression": "The mix went through bus compression",
    "mix-clipped": "The mix is cut at full scale",
    "unexplained": "The sum differs from the mix",
    "wrong-mix": "Another mix",
    "unreadable": "Cannot be read",
    "silent": "Silent",
    "lossy": "Lossy file",
    "rate": "Another sample rate",
    "bit-depth": "Another bit depth",
    "channels": "Another number of channels",
    "length": "Another length",
    "start": "Another start",
    "naming": "Outside the naming pattern",
    "clipping": "Clipping",
    "limiter": "Limited or normalised to a ceiling",
    "headroom": "Little headroom",
    "non-finite": "Samples that are no numbers",
    "polarity-pair": "Two stems cancel",
    "sum-clips": "The sum goes over full scale",
    "few": "Too few stems to compare",
}


@dataclass(frozen=True, slots=True)
class Stem:
    """One member of a set.

    Parameters
    ----------
    name : str
        Its file name without the suffix.
    path : str
        The file.
    role : str or None
        ``"dialogue"``, ``"music"`` or ``"effects"``, where the name says so.
    error : str or None
        Why it cannot be read.
    format : AudioFormat or None
        What the file says of itself.
    max_sample_peak_dbfs, rms_dbfs : float or None
        Highest sample, and RMS level over all channels; ``None`` for silence.
    first_sound_s, last_sound_s : float or None
        Where it begins and ends to sound, to a tenth of a second.
    loudness_share : float or None
        Share of the K-weighted power of all stems, 0 to 1.
    band_share : tuple of float
        Share of the power of all stems in each third octave, 0 to 1.
    gain_db : float or None
        Gain that fits it into the mix; 0 where nothing had to be fitted.
    polarity : int or None
        1, or -1 where it is flipped against the mix.
    offset_frames : int or None
        Frames by which it comes late; negative where it comes early.
    """

    name: str
    path: str
    role: str | None
    error: str | None
    format: AudioFormat | None
    max_sample_peak_dbfs: float | None
    rms_dbfs: float | None
    first_sound_s: float | None
    last_sound_s: float | None
    loudness_share: float | None
    band_share: tuple[float, ...]
    gain_db: float | None
    polarity: int | None
    offset_frames: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the timeline that does not null, and the level of its residual."""

    start_s: float
    end_s: float
    residual_dbfs: float


@dataclass(frozen=True, slots=True)
class Null:
    """The null test: the mix less the sum of the stems.

    Parameters
    ----------
    outcome : str
        ``"pass"`` or ``"fail"``.
    residual_dbfs : float or None
        RMS of the residual; ``None`` where it is digital silence.
    residual_peak_dbfs : float or None
        Its highest sample.
    residual_to_mix_db : float or None
        RMS of the residual against that of the mix.
    worst_residual_dbfs : float or None
        RMS of its loudest tenth of a second.
    limit_dbfs : float
        What the worst tenth of a second may reach: what the bit depths leave, or -90 dBFS.
    fitted_residual_dbfs : float or None
        RMS of what is left, in the passages looked at, once the fitted gains and offsets are
        applied; ``None`` where nothing was fitted or nothing is left.
    set_gain_db, set_offset_frames : float or None, int or None
        Gain and lateness that all stems share against the mix.
    band_centre_hz : tuple of float
    band_residual_db : tuple of float or None
        Residual in each third octave against the mix in it.
    spans : tuple of Span
        Where it fails, at most 20, the longest first in time order.
    curve_column_s : float
        Width of the columns of the curve, in seconds.
    residual_curve_dbfs : tuple of float or None
        Residual over time: the loudest tenth of a second of each column, at most 1,000 of them.
    """

    outcome: str
    residual_dbfs: float | None
    residual_peak_dbfs: float | None
    residual_to_mix_db: float | None
    worst_residual_dbfs: float | None
    limit_dbfs: float
    fitted_residual_dbfs: float | None
    set_gain_db: float | None
    set_offset_frames: int | None
    band_centre_hz: tuple[float, ...]
    band_residual_db: tuple[float | None, ...]
    spans: tuple[Span, ...]
    curve_column_s: float
    residual_curve_dbfs: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stems: how alike they are, and where they cover each other.

    Parameters
    ----------
    stems : tuple of str
        Two names.
    correlation : float
        -1 to 1, of all samples.
    masked_share : float
        Share of the set's power in which both sound as loud as each other: 0 to 0.5.
    band_hz : float
        Third octave in which they cover each other most.
    at_s : float
        Second in which they do.
    """

    stems: tuple[str, str]
    correlation: float
    masked_share: float
    band_hz: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of the stems, measured as a mix would be."""

    integrated_lufs: float | None
    max_true_peak_dbtp: float | None
    max_sample_peak_dbfs: float | None
    rms_dbfs: float | None
    loudness_range_lu: float | None
    clips: bool


@dataclass(frozen=True, slots=True)
class StemSet:
    """Everything known of a set of stems.

    Parameters
    ----------
    folder : str
        The folder, as the caller named it.
    mix : str or None
        The mix it was held against.
    outcome : str
        ``"pass"``, ``"warn"``, ``"fail"`` or ``"unreadable"``.
    error : str or None
        Why nothing could be said.
    stems : tuple of Stem
    null : Null or None
        ``None`` without a mix.
    total : Sum or None
        ``None`` with a mix: measure the mix itself.
    faults : tuple of Fault
        The worst first.
    pairs : tuple of Pair
        The pairs that are most alike, and those that mask each other most.
    notes : tuple of str
        What was done to compare at all, and what was not looked at.
    """

    folder: str
    mix: str | None
    outcome: str
    error: str | None
    stems: tuple[Stem, ...]
    null: Null | None
    total: Sum | None
    faults: tuple[Fault, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]
