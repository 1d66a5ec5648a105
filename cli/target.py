"""``mixcheck target``: learn what references have in common."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click

from mixcheck import AudioError, UsageError
from mixcheck.compare import learn_target, target_toml

from .inputs import list_inputs
from .outputs import check_place
from .running import UNREADABLE, usage_error


@click.group("target")
def command() -> None:
    """Targets for 'mixcheck compare': what references have in common."""


@command.command("learn")
@click.argument("paths", nargs=-1, required=True, metavar="FOLDER...")
@click.option("-o", "--output", required=True, metavar="FILE.toml", help="Where to write it.")
@click.option("--title", default="Learnt from references", show_default=True, help="For reports.")
def learn(paths: tuple[str, ...], output: str, title: str) -> None:
    """Learn a target from recordings and folders, and write it as TOML.

    'mixcheck compare MIX target.toml' judges tone, width and dynamics by it;
    'mixcheck check -p target.toml' the dynamics alone.
    """
    if not output.endswith(".toml"):
        usage_error(f"{output}: a target is a TOML file: let its name end in .toml")
    files, unusable = list_inputs(paths)
    try:
        check_place(output)
        if unusable:
            raise unusable[0].error
        target = learn_target(files, name=Path(output).stem, title=title)
    except AudioError as error:
        click.echo(str(error), err=True)
        sys.exit(UNREADABLE)
    except UsageError as error:
        usage_error(str(error))
    try:
        Path(output).write_text(target_toml(target, datetime.date.today()), "utf-8")
    except OSError as error:
        usage_error(f"{output}: cannot be written ({error.strerror}); name another place")
    click.echo(f"{output}: learnt from {target.count} recordings", err=True)
