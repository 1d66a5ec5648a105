"""``mixcheck selftest``: the proof that the numbers are right, on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from mixcheck import MixcheckError
from mixcheck.conformance import Check, Result, ebu_checks, opinion_checks, table_checks
from mixcheck.report.selftest import render_selftest, selftest_json
from mixcheck.report.wording import paragraph

from .options import format_option
from .running import FAILED, PASSED, usage_error

AT_ONCE = 4  # checks handed to a process together
NEEDS_RECORDINGS = (
    "The EBU's own recordings were not given (--ebu-folder): cases 7 and 8 of Tech 3341 and "
    "5 and 6 of Tech 3342 need them."
)
RENDERERS = {"text": render_selftest, "json": selftest_json}


@click.command("selftest")
@format_option(*RENDERERS)
@click.option(
    "--ebu-folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the recordings of the EBU loudness test set.",
)
def command(format_name: str, ebu_folder: Path | None) -> None:
    """Measure the cases of EBU Tech 3341, Tech 3342 and BS.1770, and compare."""
    recordings = ebu_checks(ebu_folder) if ebu_folder else ()
    try:
        checked = _checked(table_checks(), opinion_checks(), recordings)
    except MixcheckError as error:
        usage_error(str(error))
    click.echo(RENDERERS[format_name](checked), nl=False)
    if ebu_folder is None and format_name == "text":
        click.echo(paragraph("", NEEDS_RECORDINGS))
    failed = any(result.outcome == "fail" for _, result in checked)
    sys.exit(FAILED if failed else PASSED)


def _checked(*groups: Iterable[Check]) -> list[tuple[Check, Result]]:
    """Every check with its result; a group is prepared while those before it run."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = []
        for group in groups:
            checks = list(group)
            running.append((checks, pool.map(Check.run, checks, chunksize=AT_ONCE)))
        return [one for checks, results in running for one in zip(checks, results, strict=True)]
