"""``mixcheck check``: the main job."""

from __future__ import annotations

import sys
from typing import Any

import click

from mixcheck import FileReport, MixcheckError, Outcome, load_profiles

from .codes import CodeFilter
from .options import measuring
from .running import FAILED, PASSED, Run, run_and_report, usage_error

FAILING = {"error": ("fail",), "warning": ("fail", "warn")}


@click.command("check")
@click.option(
    "-p",
    "--profile",
    "profile_names",
    multiple=True,
    metavar="NAME|FILE.toml",
    help="Delivery spec to judge by; repeatable. [default: general]",
)
@click.option("--select", multiple=True, metavar="CODE", help="Count only these findings.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave these findings out.")
@click.option(
    "--fail-on",
    type=click.Choice(list(FAILING)),
    default="error",
    show_default=True,
    help="What makes the exit status 1.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something failed.")
@measuring
def command(
    profile_names: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    exit_zero: bool,
    **options: Any,
) -> None:
    """Measure files and folders (recursively) and judge them.

    One file is reported whole, several in one line each (-v shows them all whole).
    """
    try:
        profiles = load_profiles(profile_names or ("general",))
        codes = CodeFilter.of(select, ignore)
    except MixcheckError as error:
        usage_error(str(error))
    rules = codes.keep_rules(profiles)

    def judged(outcome: Outcome) -> FileReport:
        return FileReport.of(codes.keep(outcome), rules)

    reports, status = run_and_report(Run(**options), judged)
    failed = any(report.outcome in FAILING[fail_on] for report in reports)
    if status == PASSED and failed and not exit_zero:
        status = FAILED
    sys.exit(status)
