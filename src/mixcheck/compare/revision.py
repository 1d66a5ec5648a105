"""What changed since the last revision."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

from mixcheck.compare.difference import Differences
from mixcheck.compare.model import Band, Change, Revision, Section
from mixcheck.compare.overlay import LEAST_CONFIDENCE, Overlay, overlay
from mixcheck.compare.target import relative_bands
from mixcheck.engine import measure
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding, metrics
from mixcheck.units import power_to_db, ratio_to_db

TOLERANCE_DB = 0.1
NOISE_MARGIN = 16.0
LISTED = 40
BRIDGED_S = 0.5
QUIET_POWER = 1e-6  # mean square of -60 dBFS: differences under quiet parts count against it
LEAST_SECTION_S = 0.003
RE_ENCODED_DB = -8.0
SAME_PLACE_S = 0.3
JUDGED_UNITS = frozenset({"dB", "LU", "LUFS", "dBTP", "dBFS"})
UNJUDGED = ("noise.", "spectrum.", "clipping.", "loudness.relative_gate_lufs")


def compare_revision(
    new: str | os.PathLike[str],
    old: str | os.PathLike[str],
    *,
    tolerance_db: float = TOLERANCE_DB,
    measured: tuple[Measurement, Measurement] | None = None,
) -> Revision:
    """Say what changed from an old file to a new one.

    Parameters
    ----------
    new, old : str or path-like
    tolerance_db : float
        Changes of levels up to this pass; a difference passes if it is no louder than a gain
        change of this size would leave.
    measured : tuple of Measurement, optional
        Of the new and the old one, where they are measured already.

    Raises
    ------
    AudioError
        One of them cannot be read, or they have numbers of channels that do not compare.
    """
    new, old = os.fspath(new), os.fspath(old)
    return _judged(measured or (measure(new), measure(old)), overlay(new, old), tolerance_db)


def _judged(
    measured: tuple[Measurement, Measurement], seen: Overlay, tolerance_db: float
) -> Revision:
    new, old = measured
    stretches = seen.alignment.stretches
    related = bool(stretches) and seen.alignment.confidence >= LEAST_CONFIDENCE
    sections = tuple(_sections(seen, tolerance_db)) if related else ()
    residual, relative = _residual(seen) if related else (None, None)
    exact = related and _is_exact(seen)
    answer = _answer(measured, seen, sections, exact, relative) if related else "unrelated"
    changes = tuple(_changes(new, old))
    bands = _bands(new, old)
    added, removed = _findings(measured, seen)
    reasons = tuple(_reasons(measured, seen, answer, changes, sections, added, tolerance_db))
    is_one_gain = related and seen.alignment.drift is None
    return Revision(
        new=new.path,
        old=old.path,
        new_format=new.format,
        old_format=old.format,
        answer=answer,
        outcome="fail" if reasons else "pass",
        tolerance_db=tolerance_db,
        offset_frames=_offset(seen) if related else None,
        gain_db=ratio_to_db(abs(seen.gain)) if is_one_gain else None,
        polarity=(1 if seen.gain >= 0.0 else -1) if is_one_gain else None,
        drift_ppm=seen.alignment.drift.parts_per_million if seen.alignment.drift else None,
        alignment_confidence=seen.alignment.confidence,
        residual_dbfs=residual,
        residual_db=relative,
        changes=changes,
        bands=bands,
        sections=sections,
        findings_added=added,
        findings_removed=removed,
        reasons=reasons,
        notes=seen.notes,
    )


def _offset(seen: Overlay) -> int:
    drift = seen.alignment.drift
    return round(drift.start_lag) if drift else seen.alignment.stretches[0].lag


def _residual(seen: Overlay) -> tuple[float | None, float | None]:
    found = seen.found
    if found is None or not found.new.sum():
        return None, None
    left, frames = float(found.residual.sum()), float(found.frames.sum())
    return power_to_db(left / frames), power_to_db(left / float(found.new.sum()))


def _is_exact(seen: Overlay) -> bool:
    """Whether nothing but rounding is left of the difference."""
    if seen.is_equal:
        return True
    found = seen.found
    if found is None:
        return False
    limit = NOISE_MARGIN * seen.noise_power * max(1.0, seen.gain**2)
    return bool((found.residual <= 2.0 * limit * found.frames).all())


def _answer(
    measured: tuple[Measurement, Measurement],
    seen: Overlay,
    sections: Sequence[Section],
    exact: bool,
    relative: float | None,
) -> str:
    new, old = (one.format for one in measured)
    if new.channels != old.channels:
        return _refolded(new.channels, old.channels) if exact else "changed"
    if seen.channels and exact:
        return "channels"
    if seen.is_equal:
        same = (new.container, new.codec) == (old.container, old.codec)
        return "identical" if same else "same-audio"
    if seen.alignment.drift is not None:
        return "drift"
    if any(one.kind in ("inserted", "removed", "replaced") for one in sections):
        return "edited"
    moved = bool(seen.alignment.stretches[0].lag) or seen.frames[0] != seen.frames[1]
    turned = abs(20.0 * np.log10(max(abs(seen.gain), 1e-9))) > 0.005
    if exact:
        if seen.gain < 0.0:
            return "polarity"
        if new.sample_rate_hz != old.sample_rate_hz:
            return "resampled"
        names = {(False, False): "same-audio", (True, False): "gain-only",
                 (False, True): "offset-only", (True, True): "gain-and-offset"}  # fmt: skip
        return names[turned, moved]
    lossy = new.is_lossy or old.is_lossy
    if lossy and relative is not None and relative <= RE_ENCODED_DB:
        return "re-encoded"
    return "changed"


def _refolded(new_channels: int, old_channels: int) -> str:
    return "folded" if new_channels < old_channels else "spread"


def _sections(seen: Overlay, tolerance_db: float) -> Iterator[Section]:
    """Edits first, then what differs although it is in both, in order of time each."""
    rate = seen.rate
    for here, following in zip(seen.alignment.stretches, seen.alignment.stretches[1:],
                               strict=False):  # fmt: skip
        new_start, new_end = here.end / rate, following.start / rate
        old_start, old_end = (here.end - here.lag) / rate, (following.start - following.lag) / rate
        if old_end < old_start:  # heard again: the second time is new
            new_end, old_end = new_end + old_start - old_end, old_start
        grown, lost = new_end - new_start, old_end - old_start
        if max(grown, lost) < LEAST_SECTION_S:
            continue
        kind = "replaced"
        if lost < LEAST_SECTION_S:
            kind = "inserted"
        elif grown < LEAST_SECTION_S:
            kind = "removed"
        yield Section(kind, new_start, new_end, old_start, old_end, None, None)
    yield from _ends(seen)
    if seen.found is not None:
        yield from _differing(seen, seen.found, tolerance_db)


def _ends(seen: Overlay) -> Iterator[Section]:
    """What is at the end of only one, or at the start of both without being the same."""
    first, last = seen.alignment.stretches[0], seen.alignment.stretches[-1]
    rate = seen.rate
    if first.start > max(0, first.lag) + LEAST_SECTION_S * rate and first.start - first.lag > 0:
        yield Section("replaced", 0.0, first.start / rate, 0.0,
                      (first.start - first.lag) / rate, None, None)  # fmt: skip
    new_rest = seen.frames[0] - last.end
    old_rest = seen.frames[1] - (last.end - last.lag)
    if new_rest > LEAST_SECTION_S * rate and old_rest > LEAST_SECTION_S * rate:
        yield Section("replaced", last.end / rate, seen.frames[0] / rate,
                      (last.end - last.lag) / rate, seen.frames[1] / rate, None, None)  # fmt: skip


def _differing(seen: Overlay, found: Differences, tolerance_db: float) -> Iterator[Section]:
    allowed = (10.0 ** (tolerance_db / 20.0) - 1.0) ** 2
    base = np.maximum(found.new, QUIET_POWER * found.frames)
    noise = NOISE_MARGIN * seen.noise_power * max(1.0, seen.gain**2) * 2.0 * found.frames
    over = np.flatnonzero((found.residual > allowed * base) & (found.residual > noise))
    if not len(over):
        return
    bridged = BRIDGED_S * seen.rate
    gaps = np.diff(found.start[over]) > bridged + found.frames[over[:-1]]
    jumps = np.diff(found.lag[over]) != 0
    is_cut = len(seen.alignment.stretches) > 1
    groups = np.split(over, np.flatnonzero(gaps | jumps) + 1)
    for group in sorted(groups, key=len, reverse=True)[:LISTED]:
        start = int(found.start[group[0]])
        end = int(found.start[group[-1]] + found.frames[group[-1]])
        if end - start < LEAST_SECTION_S * seen.rate and is_cut:
            continue  # a rest beside a cut, whose place is known no closer
        lag = int(found.lag[group[0]])
        new, old = float(found.new[group].sum()), float(found.old[group].sum())
        left = float(found.residual[group].sum())
        scaled = seen.gain**2 * old
        yield Section(
            "differs", start / seen.rate, end / seen.rate,
            (start - lag) / seen.rate, (end - lag) / seen.rate,
            power_to_db(left / new) if new else None,
            power_to_db(new / scaled) if new and scaled else None,
        )  # fmt: skip


def _changes(new: Measurement, old: Measurement) -> Iterator[Change]:
    """Every single number that differs."""
    for metric, described in metrics().items():
        if metric.startswith("format."):
            continue
        values = new.value(metric), old.value(metric)
        ours, theirs = (
            float(one) if isinstance(one, int | float) and not isinstance(one, bool) else None
            for one in values
        )
        if ours == theirs or (ours is None and theirs is None):
            continue
        change = None if ours is None or theirs is None else ours - theirs
        yield Change(metric, ours, theirs, change, described.unit)


def _bands(new: Measurement, old: Measurement) -> tuple[Band, ...]:
    ours, theirs = relative_bands(new), relative_bands(old)
    bands = []
    for centre in ours:
        here, there = ours[centre], theirs.get(centre)
        difference = None if here is None or there is None else here - there
        bands.append(Band(centre, here, there, None, None, difference, difference or 0.0))
    return tuple(bands)


def _findings(
    measured: tuple[Measurement, Measurement], seen: Overlay
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Findings of one that the other does not have at the same place of the music."""
    new, old = measured
    placed = [(_moved(one, seen), one) for one in old.findings]
    unmatched = dict(enumerate(placed))
    added = []
    for one in new.findings:
        match = next(
            (
                number
                for number, (start, other) in unmatched.items()
                if other.code == one.code
                and other.channels == one.channels
                and start is not None
                and abs(start - one.start_s) <= SAME_PLACE_S
            ),
            None,
        )
        if match is None:
            added.append(one)
        else:
            del unmatched[match]
    return tuple(added[:LISTED]), tuple(one for _, one in unmatched.values())[:LISTED]


def _moved(one: Finding, seen: Overlay) -> float | None:
    """Where a finding of the old file is in the new one; ``None`` if that part is gone."""
    frame = one.start_s * seen.rate
    for stretch in seen.alignment.stretches:
        if stretch.start - seen.rate <= frame + stretch.lag <= stretch.end + seen.rate:
            return (frame + stretch.lag) / seen.rate
    return one.start_s if not seen.alignment.stretches else None


def _form_reasons(
    measured: tuple[Measurement, Measurement], seen: Overlay, answer: str
) -> Iterator[str]:
    """What became of the channels, the start and the length."""
    new, old = (one.format for one in measured)
    if new.channels != old.channels:
        yield f"{old.channels} channel{'s' if old.channels != 1 else ''} became {new.channels}"
    yield from seen.channels
    lag = _offset(seen)
    if lag and answer != "drift":
        plural = "s" if abs(lag) != 1 else ""
        yield f"it begins {abs(lag)} frame{plural} {'later' if lag > 0 else 'earlier'}"
    if seen.frames[0] != seen.frames[1]:
        grown = seen.frames[0] - seen.frames[1]
        yield f"its length changed by {grown:+d} frame{'s' if abs(grown) != 1 else ''}"


def _reasons(
    measured: tuple[Measurement, Measurement],
    seen: Overlay,
    answer: str,
    changes: Sequence[Change],
    sections: Sequence[Section],
    added: Sequence[Finding],
    tolerance_db: float,
) -> Iterator[str]:
    """What goes over the tolerance, in words. That a fault is gone is told, and is no reason."""
    if answer in ("unrelated", "drift", "polarity"):
        yield {"unrelated": "the two have nothing in common", "drift": "the speed changed",
               "polarity": "the polarity is flipped"}[answer]  # fmt: skip
    if answer == "unrelated":
        return
    yield from _form_reasons(measured, seen, answer)
    counts = {kind: sum(one.kind == kind for one in sections)
              for kind in ("inserted", "removed", "replaced", "differs")}  # fmt: skip
    for kind, count in counts.items():
        if count:
            verb = "differ" if kind == "differs" and count > 1 else kind
            yield f"{count} section{'s' if count > 1 else ''} {verb}"
    moved = [
        one
        for one in changes
        if one.unit in JUDGED_UNITS
        and not one.metric.startswith(UNJUDGED)
        and one.change is not None
        and abs(one.change) > tolerance_db
    ]
    if moved:
        worst = max(moved, key=lambda one: abs(one.change or 0.0))
        more = f" and {len(moved) - 1} more" if len(moved) > 1 else ""
        yield f"{worst.metric} changed by {worst.change:+.2f} {worst.unit}{more}"
    if added:
        yield f"{len(added)} finding{'s' if len(added) > 1 else ''} more"
