"""``mixcheck check``: the main job."""

from __future__ import annotations

import sys
from typing import Any

import click

from mixcheck import MixcheckError
from mixcheck.settings import FileRule

from .checking import FAILING, Checking, baseline_for
from .options import measuring
from .outputs import write_text
from .running import FAILED, PASSED, WRONG_USAGE, Ran, Run, run_and_report, usage_error


@click.command("check")
@click.option(
    "-p",
    "--profile",
    "profile_names",
    multiple=True,
    metavar="NAME|FILE.toml",
    help="Delivery spec, or group of them, to judge by; repeatable. [default: general]",
)
@click.option("--select", multiple=True, metavar="CODE", help="Count only these findings.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave these findings out.")
@click.option(
    "--fail-on",
    type=click.Choice(list(FAILING)),
    help="What makes the exit status 1. [default: error]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something failed.")
@click.option(
    "--baseline",
    "baseline_path",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Accept the faults that this file lists; only new and worse ones count.",
)
@click.option("--update-baseline", is_flag=True, help="Write today's faults to the baseline.")
@click.option(
    "--headers",
    is_flag=True,
    help="Read no audio: judge only the format, and whether the file is whole. Quick.",
)
@measuring
def command(
    profile_names: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    baseline_path: str | None,
    update_baseline: bool,
    headers: bool,
    **options: Any,
) -> None:
    """Measure files and folders (recursively) and judge them.

    One file is reported whole, several in one line each (-v shows them all whole). What the command
    line leaves open comes from the nearest mixcheck.toml, or [tool.mixcheck] in pyproject.toml.
    """
    given = FileRule(
        profile=profile_names or None,
        select=select or None,
        ignore=ignore or None,
        fail_on=fail_on,
    )
    try:
        baseline = baseline_for(baseline_path, update=update_baseline)
        checking = Checking(
            given=given, headers=headers, baseline=None if update_baseline else baseline
        )
        checking.check()
    except MixcheckError as error:
        usage_error(str(error))
    if headers:
        click.echo("mixcheck: only headers are read, no audio is measured", err=True)
    ran = run_and_report(Run(**options, headers=headers), checking.report, keep=update_baseline)
    if update_baseline and baseline is not None:
        _write_baseline(baseline.path, baseline.updated(ran.reports))
        sys.exit(ran.status)
    has_failed = _fails(checking, ran) and not exit_zero
    if checking.is_misconfigured:
        sys.exit(WRONG_USAGE)
    sys.exit(FAILED if ran.status == PASSED and has_failed else ran.status)


def _fails(checking: Checking, ran: Ran) -> bool:
    """Whether the run fails; what the settings accept in vain is said, and is a warning too."""
    notes = list(checking.notes())
    for note in notes:
        click.echo(f"mixcheck: {note}", err=True)
    is_odd = ran.whole is not None and checking.fails_as(ran.whole.outcome)
    return checking.has_failed or is_odd or (bool(notes) and checking.is_strict)


def _write_baseline(path: str, text: str) -> None:
    try:
        write_text(path, text)
    except MixcheckError as error:
        usage_error(str(error))
    click.echo(f"mixcheck: {path} accepts what was found", err=True)
