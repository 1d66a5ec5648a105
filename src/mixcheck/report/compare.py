"""Revisions, references and learnt targets, as text and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from mixcheck import __version__
from mixcheck.compare import ANSWERS, Balance, Band, Change, Revision, Section, Trait
from mixcheck.measurement import ANALYSIS_VERSION, SCHEMA_VERSION
from mixcheck.meters import Finding, metrics
from mixcheck.report.schema import document_schema
from mixcheck.report.wording import decibels, describe_format, paragraph, printable
from mixcheck.units import clock, format_number

WORDS = {"pass": "PASS", "fail": "FAIL"}
SECTIONS_SHOWN = 8
CHANGES_SHOWN = 8
BANDS_SHOWN = 6
FINDINGS_SHOWN = 5


def comparison_json(compared: Revision | Balance) -> str:
    """One JSON document: ``revision`` or ``balance``, the other ``null``."""
    parts = {
        "revision": dataclasses.asdict(compared) if isinstance(compared, Revision) else None,
        "balance": dataclasses.asdict(compared) if isinstance(compared, Balance) else None,
    }
    document = {
        "schema_version": SCHEMA_VERSION,
        "mixcheck_version": __version__,
        "analysis_version": ANALYSIS_VERSION,
        **parts,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def comparison_schema() -> dict[str, Any]:
    """Schema of the document of :func:`comparison_json` (JSON Schema 2020-12)."""
    return document_schema({"revision": Revision | None, "balance": Balance | None})


def render_comparison(compared: Revision | Balance, *, detail: bool = False) -> str:
    """The report as text: the verdict first; ``detail`` shows every band and section."""
    if isinstance(compared, Revision):
        lines = _revision(compared, detail)
    else:
        lines = _balance(compared, detail)
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _revision(compared: Revision, detail: bool) -> Iterator[str]:
    yield paragraph(f"{WORDS[compared.outcome]}  ", f"{printable(compared.new)}: "
                    f"{ANSWERS[compared.answer]}")  # fmt: skip
    yield paragraph("      new  ", describe_format(compared.new_format))
    yield paragraph("      old  ", f"{describe_format(compared.old_format)} · "
                    f"{printable(compared.old)}")  # fmt: skip
    yield ""
    yield from _relation(compared)
    for section in _shown(compared.sections, SECTIONS_SHOWN, detail):
        yield from _section(section)
    yield from _more(compared.sections, SECTIONS_SHOWN, detail, "sections")
    yield from _changes(compared.changes, detail)
    moved = [band for band in compared.bands if abs(band.over_db) > compared.tolerance_db]
    yield from _bands("Third octaves, at the same loudness, new less old", moved, detail)
    yield from _findings("more", compared.findings_added, detail)
    yield from _findings("fewer", compared.findings_removed, detail)
    if compared.reasons:
        yield ""
        told = "; ".join(compared.reasons)
        yield paragraph(f"  Over the tolerance of {compared.tolerance_db:g} dB: ", told,
                        hanging="    ")  # fmt: skip
    for note in compared.notes:
        yield paragraph("  ", note)


def _relation(compared: Revision) -> Iterator[str]:
    if compared.offset_frames is None:
        yield "  Nothing of one was found in the other."
        return
    frames = compared.offset_frames
    word = "later" if frames > 0 else "earlier"
    plural = "s" if abs(frames) != 1 else ""
    yield f"  Offset     {f'{abs(frames)} frame{plural} {word}' if frames else 'none'}"
    if compared.gain_db is not None:
        flip = ", polarity flipped" if compared.polarity == -1 else ""
        yield f"  Gain       {decibels(compared.gain_db, 2, signed=True)} dB{flip}"
    if compared.drift_ppm is not None:
        drift = decibels(compared.drift_ppm, 1, signed=True)
        yield f"  Speed      {drift} parts in a million longer"
    if compared.residual_dbfs is not None:
        yield (
            f"  Difference {decibels(compared.residual_dbfs)} dBFS RMS, "
            f"{decibels(compared.residual_db)} dB against the new file"
        )
    elif compared.drift_ppm is None:
        refolded = compared.answer in ("folded", "spread")
        yield "  Difference none" + (" but for the number of channels" if refolded else "")


def _section(section: Section) -> Iterator[str]:
    place = f"{clock(section.new_start_s)} to {clock(section.new_end_s)}"
    if section.kind == "removed":
        seconds = section.old_end_s - section.old_start_s
        yield f"  {clock(section.new_start_s)}  removed: {seconds:.3f} s (old "\
              f"{clock(section.old_start_s)})"  # fmt: skip
        return
    told = section.kind
    if section.kind == "differs":
        told = f"differs by {decibels(section.residual_db)} dB, level "\
               f"{decibels(section.level_change_db, 2, signed=True)} dB"  # fmt: skip
    yield f"  {place}  {told}"


def _changes(changes: Sequence[Change], detail: bool) -> Iterator[str]:
    counted = [one for one in changes if one.change is not None and _rounded(one)]
    ranked = sorted(counted, key=lambda one: -abs(one.change or 0.0))
    chosen = ranked if detail else [one for one in ranked if one.unit not in ("", "Hz")]
    if chosen:
        yield ""
    for one in _shown(chosen, CHANGES_SHOWN, detail):
        described = metrics()[one.metric]
        new, old = decibels(one.new, 2), decibels(one.old, 2)
        change = decibels(one.change, 2, signed=True)
        yield f"  {described.label:<24} {old:>9} → {new:>9} {one.unit:<8} {change:>8}"
    yield from _more(chosen, CHANGES_SHOWN, detail, "numbers that changed")


def _rounded(one: Change) -> float:
    return round(one.change or 0.0, 2)


def _bands(title: str, bands: Sequence[Band], detail: bool) -> Iterator[str]:
    if not bands:
        return
    yield ""
    yield f"  {title}"
    ranked = sorted(bands, key=lambda one: -abs(one.over_db))
    kept = ranked if detail else ranked[:BANDS_SHOWN]
    for band in sorted(kept, key=lambda one: one.centre_hz):
        span = ""
        if band.low_db is not None and band.high_db is not None:
            middle = band.reference_db or 0.0
            low, high = (
                decibels(edge - middle, signed=True) for edge in (band.low_db, band.high_db)
            )
            span = f"  span {low} to {high}"
        difference = decibels(band.difference_db, 1, signed=True)
        yield f"  {band.centre_hz:>8.0f} Hz {difference:>7} dB{span}"
    yield from _more(bands, BANDS_SHOWN, detail, "bands")


def _findings(word: str, findings: Sequence[Finding], detail: bool) -> Iterator[str]:
    if findings:
        yield ""
        yield f"  Findings {word}"
    for one in _shown(findings, FINDINGS_SHOWN, detail):
        yield paragraph(f"  {clock(one.start_s)}  {one.severity:<8} ", f"{one.code}: {one.message}")
    yield from _more(findings, FINDINGS_SHOWN, detail, f"findings {word}")


def _balance(compared: Balance, detail: bool) -> Iterator[str]:
    yield paragraph(f"{WORDS[compared.outcome]}  ", printable(compared.file))
    count = compared.reference_count
    told = ", ".join(printable(one) for one in compared.references)
    against = f"{count} reference{'s' if count != 1 else ''}: {told}" if count else told
    yield paragraph("      against ", against)
    outside = [band for band in compared.bands if band.over_db]
    shown = compared.bands if detail else outside
    yield from _bands("Third octaves at the same loudness, against the references", shown, detail)
    wide = compared.width if detail else [band for band in compared.width if band.over_db]
    yield from _bands("Side against mid, against the references", wide, detail)
    yield from _traits(compared.dynamics)
    if compared.advice:
        yield ""
        yield "  Do this"
        for step in compared.advice:
            yield paragraph("    ", step[0].upper() + step[1:])
    if compared.notes:
        yield ""
    for note in compared.notes:
        yield paragraph("  ", note)


def _traits(traits: Sequence[Trait]) -> Iterator[str]:
    if traits:
        yield ""
    for one in traits:
        described = metrics()[one.metric]
        low, high, value = (decibels(level, described.decimals)
                            for level in (one.low, one.high, one.value))  # fmt: skip
        word = "" if not one.over else format_number(abs(one.over), described.decimals)
        side = "" if not one.over else (" over" if one.over > 0 else " under")
        yield f"  {described.label:<24} {value:>8} {one.unit:<6} {low} to {high:<8} {word}{side}"


def _shown(items: Sequence[Any], most: int, detail: bool) -> Sequence[Any]:
    return items if detail else items[:most]


def _more(items: Sequence[Any], most: int, detail: bool, what: str) -> Iterator[str]:
    if not detail and len(items) > most:
        yield f"  … {len(items)} {what} in all (-v shows them)"
