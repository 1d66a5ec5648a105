"""The plots of a file as pictures, for tickets and chat; Matplotlib draws them when asked to."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from mixcheck.errors import UsageError
from mixcheck.report.model import FileReport

KINDS = ("png", "svg")


def check_plots_extra() -> None:
    """Say what to install, where it is missing.

    Raises
    ------
    UsageError
        Matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise UsageError("pictures of plots need Matplotlib: pip install 'mixcheck[plots]'")


def render_images(report: FileReport, kind: str = "png") -> Mapping[str, bytes]:
    """Pictures of the plots of a file, by name; none where it was measured without series.

    Parameters
    ----------
    report : FileReport
    kind : str
        One of ``KINDS``.

    Raises
    ------
    UsageError
        Matplotlib is not installed.
    """
    check_plots_extra()
    from mixcheck.report.images.pictures import pictures

    return pictures(report, kind)
