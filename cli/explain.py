"""``mixcheck explain``: what a finding or a metric is, and what to do."""

from __future__ import annotations

import difflib

import click

from mixcheck.meters import finding_kinds
from mixcheck.report.pages import finding_page, metric_page
from mixcheck.report.wording import paragraph
from mixcheck.sets import all_metrics

from .running import usage_error


@click.command("explain")
@click.argument("name", required=False, metavar="[CODE|METRIC]")
def command(name: str | None) -> None:
    """Say what a finding code or a metric is; without a name, list them all."""
    kinds, described = finding_kinds(), all_metrics()
    if name is None:
        click.echo("Findings")
        for code, kind in kinds.items():
            click.echo(paragraph(f"  {code:<20}", kind.title))
        click.echo("\nMetrics")
        for path, quantity in described.items():
            click.echo(paragraph(f"  {path:<38}", quantity.label))
        return
    last_parts = {path.rpartition(".")[2]: path for path in reversed(list(described))}  # files win
    name = last_parts.get(name, name)
    if name in kinds:
        click.echo(finding_page(kinds[name]), nl=False)
    elif name in described:
        click.echo(metric_page(name, described[name]), nl=False)
    else:
        close = difflib.get_close_matches(name, [*kinds, *described, *last_parts], 1, 0.5)
        hint = f"did you mean {close[0]!r}?" if close else "'mixcheck explain' lists them"
        usage_error(f"nothing is called {name!r}; {hint}")
