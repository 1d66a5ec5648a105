"""The page of a comparison: a revision with A and B over one time axis, or a mix and references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mixcheck.compare import ANSWERS, Balance, Band, Revision
from mixcheck.measurement import Measurement
from mixcheck.meters import Finding, metrics
from mixcheck.report.html.plots.base import Plot
from mixcheck.report.html.plots.curves import band_curves
from mixcheck.report.html.plots.revisions import revision_plots
from mixcheck.report.html.sections import Section, Table, sections_page
from mixcheck.report.wording import decibels, describe_format
from mixcheck.units import clock


def comparison_page(
    compared: Revision | Balance, recordings: tuple[Measurement, Measurement] | None = None
) -> str:
    """The page of a comparison.

    Parameters
    ----------
    compared : Revision or Balance
    recordings : tuple of Measurement, optional
        The new and the old file, with their series, to be drawn over time.
    """
    if isinstance(compared, Revision):
        headline = f"{ANSWERS[compared.answer].capitalize()}, against {compared.old}."
        return sections_page(compared.new, compared.outcome, headline,
                             _revision(compared, recordings))  # fmt: skip
    against = ", ".join(compared.references)
    headline = compared.advice[0] if compared.advice else f"Within what {against} spans."
    return sections_page(compared.file, compared.outcome, headline, _balance(compared))


def _revision(
    compared: Revision, recordings: tuple[Measurement, Measurement] | None
) -> Sequence[Section]:
    words = [f"New: {describe_format(compared.new_format)}.",
             f"Old: {describe_format(compared.old_format)}."]  # fmt: skip
    facts = (
        ("Begins later by, frames", compared.offset_frames),
        ("Louder by, dB", None if compared.gain_db is None else decibels(compared.gain_db, 2)),
        ("Polarity", {-1: "flipped", 1: "the same"}.get(compared.polarity or 0)),
        ("Longer by, parts in a million", compared.drift_ppm),
        ("Difference, dBFS RMS", decibels(compared.residual_dbfs)),
        ("Difference against the new one, dB", decibels(compared.residual_db)),
    )
    rows = [(name, "–" if value is None else str(value)) for name, value in facts]
    return (
        Section("what", "What changed", words=[*compared.reasons, *words, *compared.notes],
                tables=[Table("New against old", ("What", "How much"), rows), _sections(compared)]),
        Section("time", "Over time", plots=revision_plots(compared, recordings)),
        Section("bands", "By frequency", plots=list(_curves(compared.bands, "old"))),
        Section("numbers", "Numbers", tables=[
            _changes(compared), _findings("More findings", compared.findings_added),
            _findings("Fewer findings", compared.findings_removed)]),
    )  # fmt: skip


def _sections(compared: Revision) -> Table:
    rows = [
        (one.kind, f"{clock(one.new_start_s)} to {clock(one.new_end_s)}",
         f"{clock(one.old_start_s)} to {clock(one.old_end_s)}", decibels(one.residual_db),
         decibels(one.level_change_db, 2, signed=True))
        for one in compared.sections
    ]  # fmt: skip
    heads = ("Section", "In the new one", "In the old one", "Difference, dB", "Louder by, dB")
    return Table("Sections that are not the same", heads, rows)


def _changes(compared: Revision) -> Table:
    rows = [
        (metrics()[one.metric].label, decibels(one.new, 2), decibels(one.old, 2),
         decibels(one.change, 2, signed=True), one.unit)
        for one in compared.changes
    ]  # fmt: skip
    return Table("Numbers that differ", ("What", "New", "Old", "Change", "Unit"), rows)


def _findings(caption: str, findings: Sequence[Finding]) -> Table:
    rows = [(one.code, clock(one.start_s), one.message, one.severity) for one in findings]
    return Table(caption, ("Finding", "At", "What", "Severity"), rows)


def _balance(compared: Balance) -> Sequence[Section]:
    traits = [
        (metrics()[one.metric].label, decibels(one.value, 2), decibels(one.low, 2),
         decibels(one.high, 2), decibels(one.over, 2, signed=True) if one.over else "inside")
        for one in compared.dynamics
    ]  # fmt: skip
    heads = ("What", "This mix", "From", "To", "Outside by")
    return (
        Section("steps", "Do this", words=[*compared.advice, *compared.notes]),
        Section("bands", "Tone", plots=list(_curves(compared.bands, "references"))),
        Section("width", "Width", plots=list(_curves(compared.width, "references", "width"))),
        Section("numbers", "Dynamics", tables=[
            Table("Against what the references span", heads, traits)]),
    )  # fmt: skip


def _curves(bands: Sequence[Band], reference: str, name: str = "tone") -> Iterator[Plot]:
    if not bands:
        return
    hz = [band.centre_hz for band in bands]
    curves = {"this": [band.level_db for band in bands],
              reference: [band.reference_db for band in bands]}  # fmt: skip
    if any(band.low_db is not None for band in bands):
        curves["least of them"] = [band.low_db for band in bands]
        curves["most of them"] = [band.high_db for band in bands]
    what = "Side against mid" if name == "width" else "Third octaves at the same loudness"
    yield band_curves(f"{name}-levels", what, f"{what}, this and {reference}.", "dB", hz, curves)
    difference = [band.difference_db for band in bands]
    known = [(abs(level), one) for level, one in zip(difference, hz, strict=True) if level]
    most = f"; most at {max(known)[1]:.0f} Hz" if known else ""
    yield band_curves(f"{name}-difference", "Difference", f"This less {reference}{most}.", "dB",
                      hz, {"difference": difference})  # fmt: skip
