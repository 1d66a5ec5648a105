"""``mixcheck check``: the main job."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import click

from mixcheck import MixcheckError
from mixcheck.baseline import Baseline
from mixcheck.settings import FileRule

from .checking import FAILING, Checking, baseline_for
from .options import Command, measuring, with_options
from .outputs import check_place, write_text
from .running import FAILED, PASSED, WRONG_USAGE, Ran, Run, run_and_report, usage_error

JUDGING = (
    click.option(
        "-p",
        "--profile",
        "profile_names",
        multiple=True,
        metavar="NAME|FILE.toml",
        help="Delivery spec, or group of them, to judge by; repeatable. [default: general]",
    ),
    click.option("--select", multiple=True, metavar="CODE", help="Count only these findings."),
    click.option("--ignore", multiple=True, metavar="CODE", help="Leave these findings out."),
    click.option(
        "--fail-on",
        type=click.Choice(list(FAILING)),
        help="What makes the exit status 1. [default: error]",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something failed."),
    click.option(
        "--baseline",
        "baseline_path",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Accept the faults that this file lists; only new and worse ones count.",
    ),
    click.option("--update-baseline", is_flag=True, help="Write today's faults to the baseline."),
    click.option(
        "--headers",
        is_flag=True,
        help="Read no audio: judge only the format, and whether the file is whole. Quick.",
    ),
)


def judging(command: Command) -> Command:
    """Options of every command that judges."""
    return with_options(JUDGING, command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the user wants files judged.

    Parameters
    ----------
    checking : Checking
        Judges them.
    baseline : Baseline or None
        What is to be updated.
    exit_zero : bool
        Whether failing is no reason for another exit status.
    """

    checking: Checking
    baseline: Baseline | None
    exit_zero: bool

    @classmethod
    def of(cls, options: dict[str, Any]) -> Asked:
        """Take the options of ``JUDGING`` out of those of a command, and refuse what is wrong."""
        given = FileRule(
            profile=options.pop("profile_names") or None,
            select=options.pop("select") or None,
            ignore=options.pop("ignore") or None,
            fail_on=options.pop("fail_on"),
        )
        update = options.pop("update_baseline")
        headers = options["headers"]
        try:
            baseline = baseline_for(options.pop("baseline_path"), update=update)
            if update and baseline is not None:
                check_place(baseline.path)
            checking = Checking(given=given, headers=headers, baseline=None if update else baseline)
            checking.check()
        except MixcheckError as error:
            usage_error(str(error))
        if headers:
            click.echo("mixcheck: only headers are read, no audio is measured", err=True)
        return cls(
            checking=checking,
            baseline=baseline if update else None,
            exit_zero=options.pop("exit_zero"),
        )

    @property
    def keep(self) -> bool:
        """Whether the reports are wanted in the end."""
        return self.baseline is not None

    def status(self, ran: Ran) -> int:
        """The exit status of a run, whose faults go to the baseline where that is wanted."""
        if self.baseline is not None:
            _write_baseline(self.baseline.path, self.baseline.updated(ran.reports))
            return ran.status
        has_failed = _fails(self.checking, ran) and not self.exit_zero
        if self.checking.is_misconfigured:
            return WRONG_USAGE
        return FAILED if ran.status == PASSED and has_failed else ran.status


@click.command("check")
@judging
@measuring
def command(**options: Any) -> None:
    """Measure files and folders (recursively) and judge them.

    One file is reported whole, several in one line each (-v shows them all whole). What the command
    line leaves open comes from the nearest mixcheck.toml, or [tool.mixcheck] in pyproject.toml.
    """
    asked = Asked.of(options)
    ran = run_and_report(Run(**options), asked.checking.report, keep=asked.keep)
    sys.exit(asked.status(ran))


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
