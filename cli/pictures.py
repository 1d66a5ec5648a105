"""``--plots``: the plots of each file as pictures in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mixcheck import FileReport
from mixcheck.report import SetReport
from mixcheck.report.images import check_plots_extra, render_images

from .outputs import check_place, said
from .pages import numbered


class Pictures:
    """Writes pictures as files finish.

    Parameters
    ----------
    folder : str
        Made where it does not exist.
    kind : str
        ``"png"`` or ``"svg"``.

    Raises
    ------
    UsageError
        What draws them is not installed, or they cannot be written.
    """

    def __init__(self, folder: str, kind: str) -> None:
        check_plots_extra()
        self._folder, self._kind = folder, kind
        with said(folder):
            os.makedirs(folder, exist_ok=True)
        check_place(os.path.join(folder, ""))
        self._count = 0

    def add(self, report: FileReport) -> None:
        """Write the pictures of the next file.

        Raises
        ------
        UsageError
            They cannot be written.
        """
        self._count += 1
        start = numbered(self._count, report.path)
        with said(self._folder):
            for name, picture in render_images(report, self._kind).items():
                path = Path(self._folder, f"{start}.{name}.{self._kind}")
                path.write_bytes(picture)

    def finish(self, whole: SetReport | None) -> Sequence[str]:
        """Nothing is left: a set has no picture of its own."""
        return ()
