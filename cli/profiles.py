"""``mixcheck profiles``: the delivery specs and where they come from."""

from __future__ import annotations

import click

from mixcheck import MixcheckError, load_profile, profile_names
from mixcheck.profiles import profile_groups, profile_text
from mixcheck.report.pages import profile_page
from mixcheck.report.wording import paragraph

from .running import usage_error


@click.command("profiles")
@click.argument("name", required=False, metavar="[NAME|FILE.toml]")
@click.option("--toml", is_flag=True, help="Print its TOML, to start your own from.")
def command(name: str | None, toml: bool) -> None:
    """List the delivery specs, or show one with its limits and their sources."""
    if toml and name is None:
        usage_error("--toml needs the name of a profile")
    try:
        if name is not None and toml:
            load_profile(name)
            click.echo(profile_text(name), nl=False)
            return
        if name is not None:
            click.echo(profile_page(load_profile(name)), nl=False)
            return
        for known in profile_names():
            profile = load_profile(known)
            click.echo(paragraph(f"{known:<22}", f"{profile.title} (checked {profile.checked})"))
        click.echo("\nGroups")
        for group in profile_groups():
            members = f"{group.title}: {', '.join(group.profiles)}"
            click.echo(paragraph(f"{group.name:<22}", members))
    except MixcheckError as error:
        usage_error(str(error))
