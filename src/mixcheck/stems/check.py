"""The whole check of a set: read, survey, null, explain, judge."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.lockstep import Source, fits, open_all
from mixcheck.audio import AudioFormat
from mixcheck.errors import AudioError
from mixcheck.stems.consistency import audio_faults, file_faults
from mixcheck.stems.explain import Explanation
from mixcheck.stems.model import SEVERITIES, Fault, Pair, Stem, StemSet, Sum
from mixcheck.stems.naming import FILM_ROLES, film_roles, stem_name
from mixcheck.stems.null import null_test
from mixcheck.stems.reading import Opened, Seen, read_set
from mixcheck.stems.survey import Survey
from mixcheck.units import counted, power_to_db, ratio_to_db

LISTED_PAIRS = 5
SOUNDING = 1e-9
ALIKE = 0.5
CANCELLING = -0.9
LEAST_MASKED = 0.01
SAME_LEFT = 1e-5  # of a stem's energy: so little is left where it is the mix
LEAST_OTHERS = 1e-3
LEAST_IN_MIX = 0.25


def check_stems(paths: Sequence[str], mix: str | None = None, *, folder: str = "") -> StemSet:
    """Check a set of stems, and whether it sums to its mix.

    Parameters
    ----------
    paths : sequence of str
        The stems.
    mix : str, optional
        The mix. Without it the sum is measured as a mix would be.
    folder : str
        What to call the set in reports.

    Returns
    -------
    StemSet

    Raises
    ------
    AudioError
        The mix cannot be read, or no stem can, or all that was read is silence.
    """
    with ExitStack() as opened:
        streams, errors = open_all(paths, opened)
        if not any(streams):
            raise AudioError(folder or "the set", "holds no stem that can be read",
                             "; ".join(str(error) for error in errors if error)
                             or "name a folder with stems")  # fmt: skip
        mix_streams, mix_errors = open_all([mix] if mix else [], opened)
        if mix_errors and mix_errors[0] is not None:
            raise mix_errors[0]
        names = _distinct(paths)
        roles = film_roles(names)
        stems = [
            _stem(name, path, role, error, stream.format if stream else None)
            for name, path, role, error, stream in zip(
                names, paths, roles, errors, streams, strict=True
            )
        ]
        readable = [stream for stream in streams if stream is not None]
        mix_stream = mix_streams[0] if mix_streams else None
        if mix_stream is not None:
            rate, channels = mix_stream.format.sample_rate_hz, mix_stream.format.channels
        else:
            rate = Counter(one.format.sample_rate_hz for one in readable).most_common(1)[0][0]
            channels = max(one.format.channels for one in readable)
        notes: list[str] = []
        used: list[int] = []
        for index, stream in enumerate(streams):
            if stream is None:
                continue
            if not fits(stream.format, channels):
                notes.append(
                    f"{names[index]} was left out of the sum: "
                    f"{counted(stream.format.channels, 'channel')} into {channels} does not go"
                )
                continue
            used.append(index)
        if not used:
            of_mix = counted(channels, "channel")
            raise AudioError(folder, f"has no stem that goes into the mix's {of_mix}",
                             "name the mix of these stems")  # fmt: skip
        all_streams = [stream for index in used if (stream := streams[index]) is not None]
        all_streams += [mix_stream] if mix_stream is not None else []
        resampled = sum(one.format.sample_rate_hz != rate for one in all_streams)
        if resampled:
            notes.append(f"{resampled} files were resampled to {rate} Hz, so no null is exact")
        sources = [Source(one, rate, channels) for one in all_streams]
        used_paths = [paths[index] for index in used] + ([mix] if mix else [])
        setting = Opened([names[index] for index in used], used_paths, sources, rate, channels,
                          mix_stream is not None, notes)  # fmt: skip
        return _checked(folder, mix, stems, used, setting)


def _distinct(paths: Sequence[str]) -> list[str]:
    """Names of stems; with the suffix, or the folders, where two would be alike."""
    for naming in (stem_name, os.path.basename):
        names = [naming(path) for path in paths]
        if len(set(names)) == len(names):
            return names
    return list(paths)


def _stem(
    name: str, path: str, role: str | None, error: AudioError | None, audio: AudioFormat | None
) -> Stem:
    problem = f"{error.problem}; {error.remedy}" if error else None
    return Stem(name, path, role, problem, audio,
                None, None, None, None, None, (), None, None, None)  # fmt: skip


def _checked(
    folder: str, mix: str | None, stems: list[Stem], used: list[int], setting: Opened
) -> StemSet:
    seen = read_set(setting)
    faults: list[Fault] = []
    if (inside := _mix_inside(seen.survey)) is not None:
        faults.append(_mix_in_set(setting.names[inside]))
        used = used[:inside] + used[inside + 1 :]
        setting = _without(setting, inside)
        seen = read_set(setting)
    survey, total = seen.survey, seen.sum
    count = survey.stems
    energy = survey.energy
    _refuse_silence(folder, survey, setting)
    for place, index in enumerate(used):
        stems[index] = _with_levels(stems[index], seen, setting, place, energy[place])
    faults += file_faults(stems)
    for place, index in enumerate(used):
        faults += audio_faults(stems[index], seen.stems[place])
    null, found = None, None
    if setting.with_mix:
        bad = sum(one.non_finite for one in seen.stems)
        null, found, null_faults = null_test(survey, setting, bad)
        faults += null_faults
        for place, index in enumerate(used):
            stems[index] = _with_fit(stems[index], found, place)
    elif total is not None and total.clips:
        faults.append(_sum_clips(total))
    if len(used) == 1:
        faults.append(_few())
    faults += _pair_faults(survey, setting, found)
    if {stem.role for stem in stems} >= FILM_ROLES:
        setting.notes.append("A film set: dialogue, music and effects are told by their names.")
    faults.sort(key=lambda one: -SEVERITIES.index(one.severity))
    outcome = {"error": "fail", "warning": "warn"}.get(
        faults[0].severity if faults else "info", "pass"
    )
    if null is not None and null.outcome == "fail":
        outcome = "fail"
    return StemSet(
        folder, mix, outcome, None, tuple(stems), null, total, tuple(faults),
        _pairs(survey, setting.names, count), tuple(setting.notes),
    )  # fmt: skip


def _refuse_silence(folder: str, survey: Survey, setting: Opened) -> None:
    least = SOUNDING * setting.channels * survey.segment_s * setting.rate
    if not (survey.energy > least).any():
        raise AudioError(folder or "the set", "holds nothing but silence, so nothing was tested",
                         "export the stems with their sound")  # fmt: skip


def _mix_inside(survey: Survey) -> int | None:
    """Place of a stem that equals the mix, or else the sum of all others, which are no trifle.

    With a mix the others must be in it: of two stems, one that the mix is without makes the other
    equal to the mix.
    """
    count, gram = survey.stems, survey.gram
    for place in range(count if count >= (2 if survey.with_mix else 3) else 0):
        against = np.zeros(len(gram))
        if survey.with_mix:
            against[-1] = 1.0
        else:
            against[:count] = 1.0
        against[place] -= 1.0 if survey.with_mix else 2.0
        own = float(gram[place, place])
        others = float(np.trace(gram[:count, :count])) - own
        if survey.with_mix and gram[:count, -1].sum() - gram[place, -1] < LEAST_IN_MIX * own:
            continue
        if own and others > LEAST_OTHERS * own and against @ gram @ against <= SAME_LEFT * own:
            return place
    return None


def _without(setting: Opened, place: int) -> Opened:
    """The same set less one stem, to be read anew."""
    names = [name for index, name in enumerate(setting.names) if index != place]
    sources = [one.delayed(0) for index, one in enumerate(setting.sources) if index != place]
    paths = [path for index, path in enumerate(setting.paths) if index != place]
    return replace(setting, names=names, paths=paths, sources=sources)


def _mix_in_set(name: str) -> Fault:
    return Fault(
        "mix-in-set", "warning", (name,), None, "", 0.99,
        f"{name}: is the mix itself, not a stem; it was left out of the sum",
        "Keep the mix outside of the folder of stems.",
    )  # fmt: skip


def _with_levels(
    stem: Stem, seen: Seen, setting: Opened, place: int, energy: NDArray[np.float32]
) -> Stem:
    survey = seen.survey
    samples = survey.frames * setting.channels
    sounding = np.flatnonzero(energy > SOUNDING * setting.channels * setting.rate / 10)
    own = slice(None, survey.stems)
    total_bands = survey.bands[own].sum(0)
    shares = survey.bands[place] / np.where(total_bands > 0.0, total_bands, 1.0)
    total_k = float(survey.k_energy[own].sum())
    return replace(
        stem,
        max_sample_peak_dbfs=ratio_to_db(seen.stems[place].peak),
        rms_dbfs=power_to_db(float(energy.sum(dtype=np.float64)) / samples),
        first_sound_s=float(sounding[0] * survey.segment_s) if len(sounding) else None,
        last_sound_s=float((sounding[-1] + 1) * survey.segment_s) if len(sounding) else None,
        loudness_share=float(survey.k_energy[place] / total_k) if total_k else None,
        band_share=tuple(shares.tolist()),
    )


def _with_fit(stem: Stem, found: Explanation | None, place: int) -> Stem:
    if found is None:
        return replace(stem, gain_db=0.0, polarity=1, offset_frames=0)
    place = found.originals.get(place, place)
    if not found.fitted[place]:
        return stem
    gain = float(found.gains[place])
    return replace(
        stem,
        gain_db=ratio_to_db(abs(gain)),
        polarity=1 if gain >= 0.0 else -1,
        offset_frames=-int(found.lags[place]),
    )


def _pairs(survey: Survey, names: Sequence[str], count: int) -> tuple[Pair, ...]:
    """Pairs that are most alike, and pairs that cover each other most."""
    correlation = survey.correlation()[:count, :count]
    masked = survey.overlap.sum(2) / max(float(survey.bands[:count].sum()), 1e-30)
    first, second = np.triu_indices(count, 1)
    if not len(first):
        return ()
    alike = np.abs(correlation[first, second])
    chosen = [place for place in np.argsort(-alike)[:LISTED_PAIRS] if alike[place] >= ALIKE]
    covered = masked[first, second]
    chosen += [
        place for place in np.argsort(-covered)[:LISTED_PAIRS] if covered[place] >= LEAST_MASKED
    ]
    return tuple(
        Pair(
            (names[i], names[j]),
            float(correlation[i, j]),
            float(masked[i, j]),
            float(survey.centres[int(np.argmax(survey.overlap[i, j]))]),
            float(survey.worst_second[i, j]),
        )
        for i, j in ((int(first[place]), int(second[place])) for place in dict.fromkeys(chosen))
    )


def _pair_faults(survey: Survey, setting: Opened, found: Explanation | None) -> Iterator[Fault]:
    """Without a fit: stems with the same audio, and pairs that cancel each other."""
    count, names = survey.stems, setting.names
    correlation = survey.correlation()[:count, :count]
    for i in range(count):
        for j in range(i):
            value = float(correlation[i, j])
            stems = (names[j], names[i])
            if found is None and value >= 1.0 - 1e-4:
                yield Fault(
                    "doubled", "warning", stems, None, "", 0.99,
                    f"{names[i]}: the same audio as {names[j]}",
                    "Leave one of them out unless both are meant.",
                )  # fmt: skip
            elif value <= CANCELLING:
                yield Fault(
                    "polarity-pair", "warning", stems, value, "", 0.9,
                    f"{names[j]} and {names[i]} cancel each other (correlation {value:.2f})",
                    "See whether one of them has its polarity flipped.",
                )  # fmt: skip


def _sum_clips(total: Sum) -> Fault:
    peak = total.max_sample_peak_dbfs or 0.0
    return Fault(
        "sum-clips", "warning", (), peak, "dBFS", 1.0,
        f"the sum of the stems reaches {peak:+.2f} dBFS: printed at unity it clips",
        f"Leave at least {peak:.1f} dB of room on the bus, or sum in floating point.",
    )  # fmt: skip


def _few() -> Fault:
    return Fault(
        "few", "info", (), None, "", 1.0, "there is only one stem, so nothing to compare it with",
        "Name the folder that holds the whole set.",
    )  # fmt: skip
