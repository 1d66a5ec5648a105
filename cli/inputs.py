"""From what the user named to a list of files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mixcheck import AudioError, Unreadable
from mixcheck.audio import files_below, is_remote

AUDIO_SUFFIXES = frozenset(
    {
        *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf"),
        *(".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".au", ".snd"),
        # Read with the extra av, and reported as unreadable without it: a folder must not pass
        # without them.
        *(".m4a", ".m4b", ".aac", ".wma", ".ac3", ".eac3", ".ec3", ".mka", ".ape", ".wv", ".tta"),
        *(".dsf", ".dff", ".amr", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mxf", ".dts", ".tak"),
    }
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to measure, in order, and the folders that gave none or could not be read."""

    files: list[str] = field(default_factory=list)
    unusable: list[Unreadable] = field(default_factory=list)

    def give_up(self, folder: str, problem: str, remedy: str) -> None:
        """Note what is wrong with a folder."""
        self.unusable.append(Unreadable(folder, AudioError(folder, problem, remedy)))


def find_inputs(paths: Sequence[str]) -> Inputs:
    """Files as named, folders recursively in alphabetical order, each file once.

    A path that does not exist stays in the list: reading it says so, and the others go on.
    """
    inputs = Inputs()
    seen: set[str] = set()
    for path in paths:
        found = _found(path, inputs)
        if not found:
            inputs.give_up(path, "holds no audio file", "name another folder, or a file")
        for file in found:
            identity = file if is_remote(file) else os.path.realpath(file)
            if identity not in seen:
                seen.add(identity)
                inputs.files.append(file)
    return inputs


def is_audio(name: str) -> bool:
    """Whether a file of a folder is taken for a recording: by its suffix, unless it is hidden."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES


def _found(path: str, inputs: Inputs) -> list[str]:
    if not is_remote(path):
        return list(_audio_below(path, inputs)) if os.path.isdir(path) else [path]
    try:
        below = files_below(path, AUDIO_SUFFIXES)
    except AudioError:
        return [path]  # reading it says why, as with a file
    return [path] if below is None else below


def _audio_below(folder: str, inputs: Inputs) -> Iterator[str]:
    def note(error: OSError) -> None:
        inputs.give_up(
            error.filename, f"may not be read ({error.strerror})", "check its permissions"
        )

    for where, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if is_audio(name):
                yield os.path.join(where, name)
