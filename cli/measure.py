"""``mixcheck measure``: the numbers, no verdict."""

from __future__ import annotations

import sys
from typing import Any

import click

from .options import measuring
from .running import Run, run_and_report


@click.command("measure")
@measuring
def command(**options: Any) -> None:
    """Measure files and folders (recursively), without judging them."""
    sys.exit(run_and_report(Run(**options)).status)
