"""``mixcheck profiles``: the delivery specs and where they come from."""

from __future__ import annotations

import click

from mixcheck import MixcheckError, load_profile, profile_names
from mixcheck.report.pages import profile_page
from mixcheck.report.wording import paragraph

from .running import usage_error


@click.command("profiles")
@click.argument("name", required=False, metavar="[NAME|FILE.toml]")
def command(name: str | None) -> None:
    """List the delivery specs, or show one with its limits and their sources."""
    try:
        if name is not None:
            click.echo(profile_page(load_profile(name)), nl=False)
            return
        for known in profile_names():
            profile = load_profile(known)
            click.echo(paragraph(f"{known:<20}", f"{profile.title} (checked {profile.checked})"))
    except MixcheckError as error:
        usage_error(str(error))
