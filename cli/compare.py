"""``mixcheck compare``: against the last revision, or against references."""

from __future__ import annotations

import sys

import click

from mixcheck import AudioError, Measurement, MixcheckError, measure
from mixcheck.compare import (
    Balance,
    Revision,
    aligns,
    compare_references,
    compare_revision,
    is_target,
)
from mixcheck.report.compare import comparison_json, render_comparison
from mixcheck.report.html import render_comparison_html

from .execution import keep_freed_memory
from .inputs import list_inputs
from .options import reporting
from .outputs import Output
from .running import FAILED, PASSED, UNREADABLE, check_outputs, give_report, usage_error

KINDS = ("auto", "revision", "reference")


@click.command("compare")
@click.argument("file")
@click.argument("references", nargs=-1, required=True, metavar="REFERENCE...")
@click.option(
    "--as",
    "kind",
    type=click.Choice(KINDS),
    default="auto",
    show_default=True,
    help="auto: one other recording of the same material is a revision, all else references.",
)
@click.option(
    "--tolerance",
    "tolerance_db",
    type=click.FloatRange(0.0, 24.0),
    metavar="DB",
    help="What may change, or lie outside the references. [default: 0.1 as a revision, 1 as a "
    "reference]",
)
@reporting
def command(
    file: str,
    references: tuple[str, ...],
    kind: str,
    tolerance_db: float | None,
    format_name: str,
    outputs: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what changed against a revision, or how far a mix is from references.

    A REFERENCE is a recording, a folder of them, or a target: a name (music, speech) or a TOML
    file that 'mixcheck target learn' wrote. Exit status: 0 nothing changed beyond the tolerance,
    1 something did, 3 something could not be read.
    """
    check_outputs(outputs)
    keep_freed_memory()
    formats = {format_name, *(Output.of(path).format_name for path in outputs)}
    try:
        compared, recordings = _compared(
            file, references, kind, tolerance_db, series="html" in formats
        )
    except AudioError as error:
        click.echo(str(error), err=True)
        sys.exit(UNREADABLE)
    except MixcheckError as error:
        usage_error(str(error))
    renderers = {
        "text": lambda whole: render_comparison(compared, detail=whole),
        "json": lambda _: comparison_json(compared),
        "html": lambda _: render_comparison_html(compared, recordings),
    }
    give_report(renderers, format_name, outputs, quiet=quiet, verbose=verbose)
    sys.exit(FAILED if compared.outcome == "fail" else PASSED)


def _compared(
    file: str,
    references: tuple[str, ...],
    kind: str,
    tolerance_db: float | None,
    *,
    series: bool,
) -> tuple[Revision | Balance, tuple[Measurement, Measurement] | None]:
    """What came of it, and both files of a revision as they were measured, with series or not."""
    chosen = {} if tolerance_db is None else {"tolerance_db": tolerance_db}
    targets = [one for one in references if is_target(one)]
    if targets:
        if len(references) > 1 or kind == "revision":
            usage_error(f"{targets[0]} is a target: give it alone, and not as a revision")
        return compare_references(file, references, **chosen), None
    others, unusable = list_inputs(references)
    if unusable:
        raise unusable[0].error
    if kind == "revision" and len(others) > 1:
        usage_error("a revision is compared with one file; more are references")
    is_revision = kind == "revision" or (
        kind == "auto" and len(others) == 1 and aligns(file, others[0])
    )
    if not is_revision:
        return compare_references(file, others, **chosen), None
    recordings = measure(file, series=series), measure(others[0], series=series)
    return compare_revision(file, others[0], measured=recordings, **chosen), recordings
