"""``mixcheck stems``: a set of stems, and whether it sums to the mix."""

from __future__ import annotations

import os
import sys

import click

from mixcheck import AudioError, UsageError
from mixcheck.report.html import render_stems_html
from mixcheck.report.stems import render_stems, stems_json
from mixcheck.stems import check_stems

from .execution import keep_freed_memory
from .inputs import list_inputs
from .options import reporting
from .running import FAILED, PASSED, UNREADABLE, check_outputs, give_report, usage_error


@click.command("stems")
@click.argument("paths", nargs=-1, required=True, metavar="FOLDER...")
@click.option("--mix", metavar="FILE", help="The mix that the stems should sum to.")
@reporting
def command(
    paths: tuple[str, ...],
    mix: str | None,
    format_name: str,
    outputs: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Check a set of stems: whether the files belong together and sum to the mix.

    Without --mix the sum is measured as a mix would be. A mix that lies among the stems is
    taken out of the set. Exit status: 0 the set is consistent and sums, 1 it does not,
    3 something could not be read.
    """
    check_outputs(outputs)
    keep_freed_memory()
    found, unusable = list_inputs(paths)
    files = [path for path in found if mix is None or not _same(path, mix)]
    try:
        if not files:
            if unusable:
                raise unusable[0].error
            raise AudioError(paths[0], "holds only the mix", "name a folder with stems")
        checked = check_stems(files, mix, folder=" ".join(paths))
    except AudioError as error:
        click.echo(str(error), err=True)
        sys.exit(UNREADABLE)
    except UsageError as error:
        usage_error(str(error))
    renderers = {
        "text": lambda whole: render_stems(checked, detail=whole),
        "json": lambda _: stems_json(checked),
        "html": lambda _: render_stems_html(checked),
    }
    give_report(renderers, format_name, outputs, quiet=quiet, verbose=verbose)
    if any(stem.error for stem in checked.stems) or unusable:
        sys.exit(UNREADABLE)
    sys.exit(FAILED if checked.outcome == "fail" else PASSED)


def _same(path: str, mix: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(mix)
