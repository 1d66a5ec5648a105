"""``mixcheck profiles``: the delivery specs and where they come from."""

from __future__ import annotations

from collections.abc import Iterable

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
    """List the delivery specs, or show one with its limits and their sources.

    The name of a group lists its profiles.
    """
    groups = {group.name: group for group in profile_groups()}
    try:
        if toml:
            _print_toml(name)
        elif name is None:
            _list(profile_names())
            click.echo("\nGroups")
            for group in groups.values():
                members = f"{group.title}: {', '.join(group.profiles)}"
                click.echo(paragraph(f"{group.name:<22}", members))
        elif name in groups:
            click.echo(f"{groups[name].title}\n")
            _list(groups[name].profiles)
        else:
            click.echo(profile_page(load_profile(name)), nl=False)
    except MixcheckError as error:
        usage_error(str(error))


def _print_toml(name: str | None) -> None:
    if name is None:
        usage_error("--toml needs the name of a profile")
    load_profile(name)  # nothing is worth starting from that does not load
    click.echo(profile_text(name), nl=False)


def _list(names: Iterable[str]) -> None:
    for name in names:
        profile = load_profile(name)
        click.echo(paragraph(f"{name:<22}", f"{profile.title} (checked {profile.checked})"))
