"""What a service will do to the level of a recording when it plays it."""

from __future__ import annotations

from dataclasses import dataclass

from mixcheck.measurement import Measurement
from mixcheck.profiles import Playback, Profile
from mixcheck.units import format_number

NOTHING_DB = 0.05  # less is not shown


@dataclass(frozen=True, slots=True)
class Prediction:
    """What happens on playback.

    Parameters
    ----------
    profile : str
        Name of the service's profile.
    target_lufs : float or None
        What the service plays at, where that is known.
    gain_db : float or None
        What it does to the level, where that can be told.
    sentence : str
        The same in words: ``"turned down 1.4 dB"``.
    source : str
        Where the target comes from.
    """

    profile: str
    target_lufs: float | None
    gain_db: float | None
    sentence: str
    source: str


def predict(measurement: Measurement, profile: Profile) -> Prediction | None:
    """What the service of a profile does on playback; ``None`` if it is no such service."""
    playback = profile.playback
    if playback is None:
        return None
    loudness = measurement.value("loudness.integrated_lufs")
    peak = measurement.value("peak.max_true_peak_dbtp")
    gain: float | None = None
    if playback.target_lufs is None:
        sentence = "not known, the sources disagree"
    elif not isinstance(loudness, float):
        sentence = "not known, no loudness was measured"
    else:
        gain, sentence = _gain(playback, playback.target_lufs - loudness, peak)
    return Prediction(profile.name, playback.target_lufs, gain, sentence, playback.source)


def _gain(playback: Playback, wanted_db: float, peak_dbtp: object) -> tuple[float, str]:
    if wanted_db < -NOTHING_DB:
        return wanted_db, f"turned down {format_number(-wanted_db, 1)} dB"
    if wanted_db <= NOTHING_DB:
        return 0.0, "played as it is"
    lacking = format_number(wanted_db, 1)
    if not playback.turns_up:
        return 0.0, f"plays {lacking} dB softer"
    room = wanted_db
    if playback.max_peak_dbtp is not None and isinstance(peak_dbtp, float):
        room = max(0.0, playback.max_peak_dbtp - peak_dbtp)
    if room >= wanted_db:
        return wanted_db, f"turned up {lacking} dB"
    if room <= NOTHING_DB:
        return 0.0, f"plays {lacking} dB softer (its peaks)"
    given = format_number(room, 1)
    return room, f"turned up {given} of {lacking} dB (its peaks)"
