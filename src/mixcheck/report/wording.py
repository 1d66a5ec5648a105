"""How numbers, formats and limits are put into words, for every report that people read."""

from __future__ import annotations

import os
import re
import textwrap

from mixcheck.audio import AudioFormat
from mixcheck.measurement import Value
from mixcheck.units import Quantity, format_number

WIDTH = 80
IN_A_LINE = ("loudness.integrated_lufs", "peak.max_true_peak_dbtp")
FORMULA_STARTS = ("=", "+", "-", "@")  # in spreadsheets
SIGNED_UNITS = ("dBTP", "LUFS")


def display(value: Value, described: Quantity, decimals: int | None = None) -> str:
    """A value with its unit; a dash for what was not measured."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return " ".join(str(display(one, described, decimals)).split(" ")[0] for one in value)
    if isinstance(value, str):
        return value
    places = described.decimals if decimals is None else decimals
    signed = described.unit in SIGNED_UNITS and value > 0
    return f"{format_number(value, places, signed=signed)} {described.unit}".strip()


def decibels(value: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    """A level without its unit; a dash where there is none."""
    return "–" if value is None else format_number(value, decimals, signed=signed)


def allowed(
    lowest: float | None,
    highest: float | None,
    target: float | None,
    one_of: tuple[float | str, ...],
) -> str:
    """What a limit allows."""
    if one_of:
        return " or ".join(_plain(one) for one in one_of)
    if target is not None and highest is not None:
        return f"target {format_number(target, 1)} ±{format_number(highest - target, 1)}"
    if lowest is not None and highest is not None:
        return f"{_plain(lowest)} to {_plain(highest)}"
    return f"min {_plain(lowest)}" if lowest is not None else f"max {_plain(highest)}"


def _plain(value: float | str | None) -> str:
    if isinstance(value, float) and abs(value) < 1000:
        return format_number(value, 1) if value == round(value, 1) else f"{value:g}"
    return f"{value:.0f}" if isinstance(value, int | float) else str(value)


def describe_format(audio: AudioFormat) -> str:
    """A format in a line: container, bits, rate, channels, length."""
    bits = "float" if audio.is_float else "bit"
    stored = f"{audio.bit_depth} {bits}" if audio.bit_depth else audio.codec.replace("_", " ")
    rate = f" {audio.bit_rate_kbps:.0f} kbit/s" if audio.bit_rate_kbps and audio.is_lossy else ""
    kilohertz = f"{audio.sample_rate_hz / 1000:g} kHz"
    parts = (f"{audio.container} {stored}{rate}", kilohertz, _layout(audio))
    return " · ".join((*parts, length(audio.duration_s)))


def _layout(audio: AudioFormat) -> str:
    if audio.channels == 1:
        label = (audio.channel_layout or ("C",))[0]
        return _ONE_CHANNEL.get(label, f"mono ({label})")
    if audio.channels == 2:
        return "stereo"
    labels = " ".join(audio.channel_layout or ())
    if not labels:
        return f"{audio.channels} channels, layout {audio.layout_origin}"
    return f"{audio.channels} channels ({labels}, {audio.layout_origin})"


_ONE_CHANNEL = {"C": "mono", "dual-mono": "mono, measured as dual mono"}


def channel_names(audio: AudioFormat) -> tuple[str, ...]:
    """What to call each channel."""
    if audio.channels <= 2:
        return ("L", "R") if audio.channels == 2 else ("mono",)
    return audio.channel_layout or tuple(str(number + 1) for number in range(audio.channels))


def length(seconds: float) -> str:
    """A duration: minutes and seconds, or hours too, or seconds alone if it is short."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def paragraph(start: str, text: str, hanging: str | None = None) -> str:
    """Text wrapped to the terminal, its later lines under the first."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start) if hanging is None else hanging,
        break_on_hyphens=False,
    )


def printable(name: str) -> str:
    """A name that commands nothing: what is not printable is spelt out.

    Neither the terminal's cursor, nor the CI job whose log this becomes: GitHub takes ``::`` at the
    start of a line for a command, which wrapping may make of any place, and ``##[`` anywhere.
    """
    spelt = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in name
    )
    return re.sub(r"::+|##(?=\[|vso\[)", _spelt_out, spelt)


def _spelt_out(found: re.Match[str]) -> str:
    return "".join(f"\\x{ord(letter):02x}" for letter in found[0])


def cell_path(path: str) -> str:
    """A path for a cell of a table; a relative one that would be a formula begins with ``./``."""
    path = printable(path)
    return f"./{path}" if path.startswith(FORMULA_STARTS) else path


def shortened(path: str, room: int) -> str:
    """A path that fits, its file name kept before its folders."""
    if len(path) <= room:
        return path
    name = os.path.basename(path)
    if len(name) < room:
        return "…" + path[-(room - 1) :]
    return name[: room - 1 - room // 2] + "…" + name[-(room // 2) :]
