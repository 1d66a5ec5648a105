"""Files that are not what they say: decoded lossy ones, or with more rate or depth than sound."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from material import EXCERPT_S, Recording

LEAST_RATE = 44_100


@dataclass(frozen=True)
class Origin:
    """``steps``: arguments of ffmpeg for each file on the way to the last one."""

    name: str
    grade: str
    codes: tuple[str, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    required: bool = True

    @property
    def code(self) -> str:
        return self.codes[0]


WAV_16 = ("b.wav", ("-c:a", "pcm_s16le"))


def _lossy(grade: str, suffix: str, *arguments: str, required: bool = True) -> Origin:
    steps = ((f"a.{suffix}", arguments), WAV_16)
    return Origin("lossy source", grade, ("lossy-source",), steps, required)


ORIGINS = [
    _lossy("MP3 128", "mp3", "-c:a", "libmp3lame", "-b:a", "128k"),
    _lossy("MP3 192", "mp3", "-c:a", "libmp3lame", "-b:a", "192k"),
    _lossy("MP3 320", "mp3", "-c:a", "libmp3lame", "-b:a", "320k", required=False),
    _lossy("Vorbis 96", "ogg", "-c:a", "libvorbis", "-b:a", "96k"),
    _lossy("Vorbis 128", "ogg", "-c:a", "libvorbis", "-b:a", "128k"),
    _lossy("Opus 96", "opus", "-c:a", "libopus", "-b:a", "96k"),
    _lossy("Opus 128", "opus", "-c:a", "libopus", "-b:a", "128k"),
    Origin(
        "upsampled", "44.1 to 96 kHz", ("upsampled",),
        (("b.wav", ("-ar", "96000", "-c:a", "pcm_s24le")),),
    ),
    Origin("padded", "16 bits in 24", ("padded-bit-depth",), (("b.wav", ("-c:a", "pcm_s24le")),)),
]  # fmt: skip


def suits(recording: Recording) -> bool:
    """Only of what was never lossy can it be known where it comes from."""
    return not recording.is_lossy and recording.rate >= LEAST_RATE


def made(origin: Origin, excerpt: Path, folder: Path) -> Path:
    """The excerpt, sent that way; lies in ``folder``."""
    path = excerpt
    for name, arguments in origin.steps:
        after = folder / name
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-y",
            "-v",
            "error",
            "-nostdin",
            "-i",
            str(path),
        ]
        subprocess.run([*command, "-t", str(EXCERPT_S), *arguments, str(after)], check=True)
        path = after
    return path
