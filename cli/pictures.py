"""``--plots``: the plots of each file as pictures in a folder."""

from __future__ import annotations

import os
from pathlib import Path

from mixcheck import FileReport, UsageError
from mixcheck.report import SetReport
from mixcheck.report.images import check_plots_extra, render_images

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
        What draws them is not installed.
    """

    def __init__(self, folder: str, kind: str) -> None:
        check_plots_extra()
        self._folder, self._kind = folder, kind
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
        try:
            os.makedirs(self._folder, exist_ok=True)
            for name, picture in render_images(report, self._kind).items():
                path = Path(self._folder, f"{start}.{name}.{self._kind}")
                path.write_bytes(picture)
        except OSError as error:
            raise UsageError(
                f"{self._folder}: cannot be written ({error.strerror}); name another place"
            ) from None

    def finish(self, whole: SetReport | None) -> None:
        """Nothing is left: a set has no picture of its own."""
