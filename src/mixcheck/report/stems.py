"""A set of stems, as text and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mixcheck import __version__
from mixcheck.measurement import ANALYSIS_VERSION, SCHEMA_VERSION
from mixcheck.report.schema import document_schema
from mixcheck.report.wording import (
    WIDTH,
    decibels,
    describe_format,
    length,
    paragraph,
    printable,
    shortened,
)
from mixcheck.stems import Fault, Null, Pair, Stem, StemSet, Sum
from mixcheck.units import clock

WORDS = {"pass": "PASS", "warn": "WARN", "fail": "FAIL", "unreadable": "UNREADABLE"}
SURE = 0.95
SPANS_SHOWN = 3
FAULTS_SHOWN = 12
STEMS_SHOWN = 16
NAME_WIDTH = 28


def stems_json(checked: StemSet) -> str:
    """One JSON document, whose shape does not depend on what was found."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "mixcheck_version": __version__,
        "analysis_version": ANALYSIS_VERSION,
        "stem_set": dataclasses.asdict(checked),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def stems_schema() -> dict[str, Any]:
    """Schema of the document of :func:`stems_json` (JSON Schema 2020-12)."""
    return document_schema({"stem_set": StemSet})


def render_stems(checked: StemSet, *, detail: bool = False) -> str:
    """The report as text: the verdict first; ``detail`` shows every stem and pair."""
    return "\n".join(line.rstrip() for line in _lines(checked, detail)).rstrip("\n") + "\n"


def _lines(checked: StemSet, detail: bool) -> Iterator[str]:
    yield paragraph(f"{WORDS[checked.outcome]}  ", printable(checked.folder))
    if checked.error is not None:
        yield paragraph("      ", printable(checked.error))
        return
    yield paragraph("      ", _headline(checked))
    yield ""
    yield from _null(checked.null) if checked.null else _sum(checked.total)
    yield from _faults(checked.faults, detail)
    yield ""
    yield from _stems(checked.stems, detail)
    yield from _pairs(checked.pairs)
    if checked.notes:
        yield ""
    for note in checked.notes:
        yield paragraph("  ", printable(note))


def _headline(checked: StemSet) -> str:
    formats = [stem.format for stem in checked.stems if stem.format]
    count = len(checked.stems)
    head = f"{count} stem{'s' if count != 1 else ''}"
    common = Counter(describe_format(audio) for audio in formats).most_common(1)[0][0]
    against = f" · against {printable(checked.mix)}" if checked.mix else " · no mix given"
    return f"{head} · {common}{against}"


def _null(null: Null) -> Iterator[str]:
    word = WORDS[null.outcome]
    if null.residual_dbfs is None:
        yield f"  Null test: {word}, the difference is digital silence"
        return
    yield f"  Null test: {word}, residual {decibels(null.residual_dbfs)} dBFS RMS"
    ratio = decibels(null.residual_to_mix_db)
    yield f"    {ratio} dB against the mix, peak {decibels(null.residual_peak_dbfs)} dBFS"
    worst, limit = decibels(null.worst_residual_dbfs), decibels(null.limit_dbfs)
    yield f"    worst tenth of a second {worst} dBFS, allowed {limit}"
    if null.outcome == "pass":
        return
    if null.fitted_residual_dbfs is not None:
        fitted = decibels(null.fitted_residual_dbfs)
        yield f"    with the gains and offsets below applied: {fitted} dBFS"
    bands = [
        (level, hertz)
        for level, hertz in zip(null.band_residual_db, null.band_centre_hz, strict=True)
        if level is not None
    ]
    worst_bands = sorted(bands, reverse=True)[:3]
    told = ", ".join(f"{hertz:.0f} Hz ({level:.1f} dB)" for level, hertz in worst_bands)
    yield paragraph("    most against the mix at ", told, hanging="      ")
    longest = sorted(null.spans, key=lambda one: one.start_s - one.end_s)[:SPANS_SHOWN]
    for span in sorted(longest, key=lambda one: one.start_s):
        place = f"{clock(span.start_s)} to {clock(span.end_s)}"
        yield f"    fails {place}  {decibels(span.residual_dbfs)} dBFS"
    if len(null.spans) > SPANS_SHOWN:
        yield f"    … {len(null.spans)} stretches in all"


def _sum(total: Sum | None) -> Iterator[str]:
    if total is None:
        return
    yield "  The sum of the stems, at unity"
    yield f"    Integrated loudness  {decibels(total.integrated_lufs):>8} LUFS"
    yield f"    True peak            {decibels(total.max_true_peak_dbtp, 2):>8} dBTP"
    yield f"    Sample peak          {decibels(total.max_sample_peak_dbfs, 2):>8} dBFS"
    yield f"    Loudness range       {decibels(total.loudness_range_lu):>8} LU"


def _faults(faults: tuple[Fault, ...], detail: bool) -> Iterator[str]:
    shown = faults if detail else faults[:FAULTS_SHOWN]
    if shown:
        yield ""
    for fault in shown:
        sure = "" if fault.confidence >= SURE else f" (confidence {fault.confidence:.2f})"
        start = f"  {fault.severity:<8} {fault.code:<15} "
        yield paragraph(start, printable(fault.message) + sure, hanging=" " * 11)
        yield paragraph(" " * 11, fault.do)
    if len(shown) < len(faults):
        yield f"  … {len(faults)} findings in all (-v shows them)"


def _stems(stems: tuple[Stem, ...], detail: bool) -> Iterator[str]:
    yield f"  {'Stem':<{NAME_WIDTH}} {'peak':>7} {'RMS':>7} {'share':>6} {'fit':>7} {'late':>8}"
    units = f"{'dBFS':>7} {'dBFS':>7} {'':>6} {'dB':>7} {'samples':>8}"
    yield f"  {'':<{NAME_WIDTH}} {units}"
    shown = stems if detail else stems[:STEMS_SHOWN]
    for stem in shown:
        name = shortened(printable(stem.name), NAME_WIDTH)
        share = "–" if stem.loudness_share is None else f"{stem.loudness_share:.1%}"
        late = "–" if stem.offset_frames is None else f"{stem.offset_frames}"
        flip = " flipped" if stem.polarity == -1 else ""
        row = (
            f"  {name:<{NAME_WIDTH}} {decibels(stem.max_sample_peak_dbfs):>7} "
            f"{decibels(stem.rms_dbfs):>7} {share:>6} {decibels(stem.gain_db, 2):>7} "
            f"{late:>8}{flip}"
        )
        yield row[:WIDTH]
    if len(shown) < len(stems):
        yield f"  … {len(stems)} stems in all (-v shows them)"


def _pairs(pairs: tuple[Pair, ...]) -> Iterator[str]:
    if pairs:
        yield ""
    for pair in pairs:
        names = " and ".join(shortened(printable(name), 22) for name in pair.stems)
        yield paragraph(
            "  ",
            f"{names}: correlation {pair.correlation:.2f}; as loud as each other in "
            f"{pair.masked_share:.0%} of the set, most around {pair.band_hz:.0f} Hz and at "
            f"{length(pair.at_s)}",
            hanging="    ",
        )
