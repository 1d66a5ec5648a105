"""What the files of a set must have in common, and what none of them may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence

import numpy as np

from mixcheck.audio import AudioFormat
from mixcheck.stems.model import Fault, Stem
from mixcheck.stems.naming import outside_pattern
from mixcheck.stems.survey import StemReading
from mixcheck.units import format_number

LEAST_HEADROOM_DB = 0.1
CEILING_WITHIN = 10.0 ** (-0.05 / 20.0)
CEILING_SHARE = 0.5
LEAST_CEILING_SECONDS = 16
LEAST_CEILING_DBFS = -6.0  # a quiet one-shot that repeats is not limited


def file_faults(stems: Sequence[Stem]) -> Iterator[Fault]:
    """Faults that the files' formats and names show."""
    for stem in stems:
        if stem.error:
            yield _fault(
                "unreadable", "error", stem.name, stem.error,
                "Export it again; the null test ran without it.",
            )  # fmt: skip
    readable = [stem for stem in stems if stem.format is not None]
    for stem in readable:
        if stem.format is not None and stem.format.is_lossy:
            yield _fault(
                "lossy", "error", stem.name, f"is {stem.format.codec.replace('_', ' ')}, a lossy "
                "file: stems that went through it cannot null", "Export it as WAV.",
            )  # fmt: skip
    yield from _odd(readable, "rate", "error", lambda audio: audio.sample_rate_hz, "{} Hz")
    yield from _odd(readable, "bit-depth", "warning", _depth, "{}")
    yield from _odd(readable, "channels", "warning", lambda audio: _counted(audio.channels), "{}")
    yield from _lengths(readable)
    odd_names = outside_pattern([stem.name for stem in stems])
    for name in odd_names:
        yield _fault(
            "naming", "info", name, "is not named as the others are",
            "Rename it, so that it sorts where it belongs.",
        )  # fmt: skip


def _depth(audio: AudioFormat) -> str:
    if audio.bit_depth is None:
        return audio.codec.replace("_", " ")
    return f"{audio.bit_depth} bit{' float' if audio.is_float else ''}"


def _counted(channels: int) -> str:
    return f"{channels} channel{'s' if channels != 1 else ''}"


def _odd(
    stems: Sequence[Stem],
    code: str,
    severity: str,
    trait: Callable[[AudioFormat], Hashable],
    wording: str,
) -> Iterator[Fault]:
    """Stems that differ in a trait from most others."""
    traits = [trait(stem.format) for stem in stems if stem.format is not None]
    if len(set(traits)) < 2:
        return
    common = Counter(traits).most_common(1)[0][0]
    for stem, own in zip(stems, traits, strict=True):
        if own != common:
            yield _fault(
                code, severity, stem.name,
                f"has {wording.format(own)}, most of the set {wording.format(common)}",
                "Export it with the settings of the others.",
            )  # fmt: skip


def _lengths(stems: Sequence[Stem]) -> Iterator[Fault]:
    lengths = [(stem, stem.format.duration_s) for stem in stems if stem.format is not None]
    if len(lengths) < 2:
        return
    counts = Counter(round(seconds, 6) for _, seconds in lengths)
    common = counts.most_common(1)[0][0]
    if counts[common] == 1:
        common = max(counts)
    for stem, seconds in lengths:
        if abs(seconds - common) > 1e-5:
            word = "shorter" if seconds < common else "longer"
            amount = format_number(abs(seconds - common), 3)
            yield _fault(
                "length", "warning", stem.name, f"is {amount} s {word} than the set",
                "Export all stems over the same range, from the same start.", seconds, "s",
            )  # fmt: skip


def audio_faults(stem: Stem, seen: StemReading) -> Iterator[Fault]:
    """Faults that one stem's samples show."""
    if seen.non_finite:
        yield _fault(
            "non-finite", "error", stem.name,
            f"{seen.non_finite} samples are NaN or infinite; they count as 0",
            "Export it again: a plug-in has gone wrong.", float(seen.non_finite), "samples",
        )  # fmt: skip
    if seen.peak == 0.0:
        yield _fault(
            "silent", "warning", stem.name, "is digital silence", "Leave it out, or unmute it."
        )
        return
    level = stem.max_sample_peak_dbfs or 0.0
    if seen.clip_runs:
        tops = f"{seen.clip_runs} flat top{'s' if seen.clip_runs != 1 else ''}"
        yield _fault(
            "clipping", seen.clip_severity, stem.name,
            f"{tops} at {format_number(seen.clip_level_dbfs, 2)} dBFS",
            "Lower the track's level before its output and export it again.",
            float(seen.clip_runs), "runs",
        )  # fmt: skip
        return
    peaks = np.array([one for one in seen.second_peaks if one > 0.1 * seen.peak])
    at_ceiling = np.mean(peaks >= CEILING_WITHIN * seen.peak) if len(peaks) else 0.0
    is_loud = level >= LEAST_CEILING_DBFS
    if is_loud and len(peaks) >= LEAST_CEILING_SECONDS and at_ceiling >= CEILING_SHARE:
        yield _fault(
            "limiter", "warning", stem.name,
            f"{at_ceiling:.0%} of its seconds peak at the same {format_number(level, 2)} dBFS",
            "If a limiter sits on it or on the bus, bypass that and export it again.",
            float(at_ceiling), "",
        )  # fmt: skip
    elif level > -LEAST_HEADROOM_DB:
        yield _fault(
            "headroom", "warning", stem.name, f"peaks at {format_number(level, 2)} dBFS",
            "Do not normalise stems: they must keep their level in the mix.", level, "dBFS",
        )  # fmt: skip


def _fault(
    code: str,
    severity: str,
    name: str,
    what: str,
    do: str,
    value: float | None = None,
    unit: str = "",
) -> Fault:
    return Fault(code, severity, (name,), value, unit, 1.0, f"{name}: {what}", do)
