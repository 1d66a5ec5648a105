"""From what the user named to files, one by one: a million names are never held at once."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence

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


Found = str | Unreadable


def find_inputs(paths: Sequence[str]) -> Iterator[Found]:
    """Files as named, folders recursively in alphabetical order, each file once.

    A path that does not exist comes too: reading it says so, and the others go on. It may be a
    pattern, such as ``"takes/*.wav"``, where the shell left it as it is. Folders that give nothing,
    or may not be read, come as :class:`Unreadable`.
    """
    seen = _Seen()
    for path in (one for named in paths for one in _expanded(named)):
        is_fruitful = False
        for found in _found(path, seen):
            is_fruitful = True
            if found is not None:
                yield found
        if not is_fruitful:
            yield _unusable(path, "holds no audio file", "name another folder, or a file")


def list_inputs(paths: Sequence[str]) -> tuple[list[str], list[Unreadable]]:
    """The same at once: files, and what is unusable."""
    found = list(find_inputs(paths))
    files = [one for one in found if isinstance(one, str)]
    return files, [one for one in found if isinstance(one, Unreadable)]


class _Seen:
    """Which files came before, without holding their names: of folders, their own is enough."""

    def __init__(self) -> None:
        self._files: set[str] = set()  # those that were named one by one, and what links lead to
        self._folders: list[str] = []

    def walk(self, folder: str) -> None:
        """Note that all in a folder comes now."""
        self._folders.append(folder)

    def is_new(self, file: str) -> bool:
        """Whether a file comes for the first time, that is named or that a link leads to."""
        if file in self._files or self._is_in(file, self._folders):
            return False
        self._files.add(file)
        return True

    def is_new_in_folder(self, file: str) -> bool:
        """Whether a file of the latest folder comes for the first time."""
        return file not in self._files and not self._is_in(file, self._folders[:-1])

    @staticmethod
    def _is_in(file: str, folders: list[str]) -> bool:
        """Whether a walk through one of the folders comes by a file."""
        return any(
            file.startswith(folder)
            and (is_remote(file) or os.path.exists(file))
            and is_audio(os.path.basename(file))
            and not any(part.startswith(".") for part in file[len(folder) :].split(os.sep))
            for folder in folders
        )


def _expanded(path: str) -> Iterator[str]:
    """A path, or what a pattern matches; one that matches nothing is left as it is."""
    is_pattern = not is_remote(path) and glob.has_magic(path) and not os.path.lexists(path)
    yield from (is_pattern and sorted(glob.iglob(path, recursive=True))) or [path]


def _found(path: str, seen: _Seen) -> Iterator[Found | None]:
    """What a path stands for; ``None`` for a file that came before."""
    if is_remote(path):
        yield from _found_remote(path, seen)
    elif os.path.isdir(path):
        root = os.path.realpath(path)
        seen.walk(os.path.join(root, ""))
        yield from _audio_below(path, root, seen)
    else:
        yield path if seen.is_new(os.path.realpath(path)) else None


def _found_remote(path: str, seen: _Seen) -> Iterator[Found | None]:
    try:
        below = files_below(path, AUDIO_SUFFIXES)
    except AudioError:
        below = None  # reading it says why, as with a file
    if below is None:
        yield path if seen.is_new(path) else None
        return
    seen.walk(path.rstrip("/") + "/")
    yield from (file if seen.is_new_in_folder(file) else None for file in below)


def _audio_below(folder: str, real: str, seen: _Seen) -> Iterator[Found | None]:
    """Files of a folder in order, then those of its folders; links to folders are not followed."""
    folders: list[str] = []
    files: list[tuple[str, bool]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir() and not entry.name.startswith("."):
                    folders += [] if entry.is_symlink() else [entry.name]
                elif is_audio(entry.name) and not entry.is_dir():
                    files.append((entry.name, entry.is_symlink()))
    except OSError as error:
        yield _unusable(folder, f"may not be read ({error.strerror})", "check its permissions")
    for name, is_link in sorted(files):
        path, own = os.path.join(folder, name), os.path.join(real, name)
        is_new = seen.is_new(os.path.realpath(path)) if is_link else seen.is_new_in_folder(own)
        yield path if is_new else None
    for name in sorted(folders):
        yield from _audio_below(os.path.join(folder, name), os.path.join(real, name), seen)


def is_audio(name: str) -> bool:
    """Whether a file of a folder is taken for a recording: by its suffix, unless it is hidden."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES


def _unusable(folder: str, problem: str, remedy: str) -> Unreadable:
    return Unreadable(folder, AudioError(folder, problem, remedy))
