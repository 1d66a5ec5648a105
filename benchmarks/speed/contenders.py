"""Who is timed: mixcheck, and what else measures loudness and is installed here."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

Command = list[str]
Contender = Callable[[Path], Command]

_HERE = Path(__file__).parent


def mixcheck(path: Path) -> Command:
    """Every number, as JSON, measured anew."""
    words = ["measure", "--no-cache", "-f", "json", str(path)]
    return [sys.executable, "-m", "mixcheck_cli", *words]


def newest_ffmpeg() -> str | None:
    """The binary in the wheel imageio-ffmpeg."""
    if find_spec("imageio_ffmpeg") is None:
        return None
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def ffmpeg_meter(executable: str) -> Contender:
    """Loudness and true peak, decoded and measured by ffmpeg."""

    def command(path: Path) -> Command:
        quiet = [executable, "-nostdin", "-v", "error", "-i", str(path)]
        return [*quiet, "-af", "ebur128=peak=true", "-f", "null", "-"]

    return command


def contenders() -> dict[str, Contender | None]:
    """Name to command of every other meter; ``None`` where it is absent."""
    found: dict[str, Contender | None] = {}
    for name, executable in (
        ("ffmpeg of imageio-ffmpeg", newest_ffmpeg()),
        ("ffmpeg of the system", shutil.which("ffmpeg")),
    ):
        found[name] = ffmpeg_meter(executable) if executable else None
    for module in ("pyebur128", "pyloudnorm"):
        script = [sys.executable, str(_HERE / "library.py"), module]
        found[module] = (
            (lambda path, script=script: [*script, str(path)]) if find_spec(module) else None
        )
    for name, words in (("loudcheck", []), ("rendercheck", ["check"]), ("sounddifff", ["check"])):
        program = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
        found[name] = (
            (lambda path, start=(program, *words): [*start, str(path)]) if program else None
        )
    return found
