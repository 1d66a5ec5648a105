"""The page of a set of stems."""

from __future__ import annotations

from collections.abc import Iterator

from mixcheck.meters.spectrum import third_octaves
from mixcheck.report.html.plots.base import Plot
from mixcheck.report.html.plots.curves import band_curves, level_over_time, shares_plot
from mixcheck.report.html.sections import Section, Table, sections_page
from mixcheck.report.html.words import safe
from mixcheck.report.wording import decibels
from mixcheck.stems import FAULT_TITLES, Null, StemSet
from mixcheck.units import clock, format_number

HEADLINES = {
    "pass": "The stems belong together{}.",
    "warn": "The stems belong together{}, with something to look at.",
    "fail": "Something is wrong with the set: {}.",
}


def stems_page(checked: StemSet) -> str:
    """The page of a set: what is wrong, who gives what, what does not null."""
    sections = (
        Section("faults", "What to do", tables=[_faults(checked)], words=checked.notes),
        Section("time", "Null test over time", plots=list(_over_time(checked.null))),
        Section("bands", "By frequency", words=_null_words(checked.null),
                plots=list(_over_bands(checked))),
        Section("stems", "Stems", tables=[_stems(checked), _pairs(checked), _total(checked)]),
    )  # fmt: skip
    return sections_page(checked.folder, checked.outcome, _headline(checked), sections)


def _headline(checked: StemSet) -> str:
    if checked.error is not None:
        return checked.error
    if checked.outcome == "fail":
        worst = checked.faults[0].message if checked.faults else "the sum is not the mix"
        return HEADLINES["fail"].format(worst)
    return HEADLINES[checked.outcome].format(", and sum to the mix" if checked.null else "")


def _faults(checked: StemSet) -> Table:
    rows = [
        (FAULT_TITLES[one.code], ", ".join(one.stems) or "all", one.message, one.do, one.severity)
        for one in checked.faults
    ]
    return Table("Findings, the worst first", ("Fault", "Stems", "What", "Do this", "Severity"),
                 rows)  # fmt: skip


def _null_words(null: Null | None) -> list[str]:
    if null is None:
        return []
    if null.residual_dbfs is None:
        return ["The mix less the sum of the stems is digital silence."]
    spans = "; ".join(
        f"{clock(one.start_s)} to {clock(one.end_s)} ({decibels(one.residual_dbfs)} dBFS)"
        for one in null.spans
    )
    told = (
        f"The mix less the sum of the stems: {decibels(null.residual_dbfs)} dBFS RMS, "
        f"{decibels(null.residual_to_mix_db)} dB against the mix; its worst tenth of a second "
        f"{decibels(null.worst_residual_dbfs)} dBFS, allowed {decibels(null.limit_dbfs)}."
    )
    return [told, *([f"It does not null at {spans}."] if spans else [])]


def _over_time(null: Null | None) -> Iterator[Plot]:
    if null is not None and any(level is not None for level in null.residual_curve_dbfs):
        about = (
            f"The loudest tenth of a second of the residual, allowed {decibels(null.limit_dbfs)} "
            f"dBFS; worst {decibels(null.worst_residual_dbfs)} dBFS."
        )
        yield level_over_time("residual", "Residual", about, null.curve_column_s,
                              null.residual_curve_dbfs, null.limit_dbfs)  # fmt: skip


def _over_bands(checked: StemSet) -> Iterator[Plot]:
    shares = {safe(stem.name): stem.band_share for stem in checked.stems if stem.band_share}
    rates = [stem.format.sample_rate_hz for stem in checked.stems if stem.format]
    if shares and rates:
        count = max(map(len, shares.values()))
        yield shares_plot(third_octaves(max(rates))[0].tolist()[:count], shares)
    null = checked.null
    if null is not None and any(level is not None for level in null.band_residual_db):
        yield band_curves(
            "band-residual", "Residual by band", "The residual against the mix in each band.",
            "dB", null.band_centre_hz, {"residual against the mix": null.band_residual_db},
        )  # fmt: skip


def _stems(checked: StemSet) -> Table:
    rows = [
        (
            stem.name,
            decibels(stem.max_sample_peak_dbfs),
            decibels(stem.rms_dbfs),
            "–" if stem.loudness_share is None else f"{stem.loudness_share:.1%}",
            decibels(stem.gain_db, 2),
            "–" if stem.offset_frames is None else str(stem.offset_frames),
            "flipped" if stem.polarity == -1 else "",
            stem.error or "",
        )
        for stem in checked.stems
    ]
    heads = ("Stem", "Peak, dBFS", "RMS, dBFS", "Share of loudness", "Fits at, dB",
             "Late, frames", "Polarity", "Trouble")  # fmt: skip
    return Table(f"{len(rows)} stems", heads, rows)


def _pairs(checked: StemSet) -> Table:
    rows = [
        (" and ".join(pair.stems), format_number(pair.correlation, 2), f"{pair.masked_share:.0%}",
         f"{pair.band_hz:.0f}", clock(pair.at_s))
        for pair in checked.pairs
    ]  # fmt: skip
    heads = ("Stems", "Correlation", "As loud as each other", "Most around, Hz", "Most at")
    return Table("Pairs that are alike or cover each other", heads, rows)


def _total(checked: StemSet) -> Table:
    total = checked.total
    rows = [] if total is None else [
        ("Integrated loudness, LUFS", decibels(total.integrated_lufs)),
        ("True peak, dBTP", decibels(total.max_true_peak_dbtp, 2)),
        ("Sample peak, dBFS", decibels(total.max_sample_peak_dbfs, 2)),
        ("Loudness range, LU", decibels(total.loudness_range_lu)),
    ]  # fmt: skip
    return Table("The sum of the stems, at unity", ("What", "Measured"), rows)
