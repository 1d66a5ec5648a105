"""Revisions made from real music, each with a known edit: how many are told rightly.

    python benchmarks/stems/bench_revisions.py FOLDER [--cases 60] [--first 0] [--show]

FOLDER holds recordings of music. Of each, half a minute to a minute and a half is the old file; the
new one begins elsewhere, is louder or softer, or has a stretch inserted (of another place or
recording) or removed. Right means offsets exact to the sample, gains within 0.02 dB, borders of
sections within 20 ms, and nothing else told.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from mixcheck.compare import compare_revision
from mixcheck.compare.model import Revision

SUFFIXES = (".ogg", ".wav", ".flac", ".mp3")
KINDS = ("nothing", "offset", "gain", "gain and offset", "inserted", "removed")
SUBTYPES = ("PCM_16", "PCM_24", "FLOAT")
LEAST_S = 40.0
HEADROOM = 0.8  # so that nothing is clipped when it is turned up
GAIN_WITHIN_DB, BORDER_WITHIN_S = 0.02, 0.02


@dataclass(frozen=True)
class Edit:
    """What was done: later by some frames, louder, and a stretch in or out."""

    kind: str
    late: int = 0
    gain_db: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0


def excerpt(path: Path, random: np.random.Generator, seconds: float) -> tuple[np.ndarray, int]:
    """A part of a recording, shape (frames, channels), and its rate."""
    with soundfile.SoundFile(path) as file:
        length = min(file.frames, round(seconds * file.samplerate))
        file.seek(int(random.integers(0, file.frames - length + 1)))
        samples = file.read(length, always_2d=True)
    return HEADROOM * samples / max(1.0, float(np.abs(samples).max())), file.samplerate


def edited(
    old: np.ndarray, other: np.ndarray, rate: int, kind: str, random: np.random.Generator
) -> tuple[np.ndarray, Edit]:
    """The new file, and the truth about it."""
    late = int(random.integers(-3 * rate, 3 * rate)) if "offset" in kind else 0
    gain_db = float(random.uniform(-6.0, 1.0)) if "gain" in kind else 0.0
    new = old
    if late > 0:
        new = np.concatenate([np.zeros((late, old.shape[1])), old])
    elif late < 0:
        new = old[-late:]
    new = new * 10.0 ** (gain_db / 20.0)
    place = int(random.uniform(0.2, 0.7) * len(old))
    length = int(random.uniform(0.5, 8.0) * rate)
    if kind == "inserted":
        new = np.concatenate([old[:place], other[:length], old[place:]])
        return new, Edit(kind, start_s=place / rate, end_s=(place + len(other[:length])) / rate)
    if kind == "removed":
        length = min(length, len(old) - place - rate)
        new = np.concatenate([old[:place], old[place + length :]])
        return new, Edit(kind, start_s=place / rate, end_s=(place + length) / rate)
    return new, Edit(kind, late, gain_db)


def is_right(edit: Edit, told: Revision) -> bool:
    """Whether the comparison tells the edit, and nothing else."""
    sections = [one for one in told.sections if one.kind != "differs"]
    if edit.kind in ("inserted", "removed"):
        if len(sections) != 1 or sections[0].kind != edit.kind:
            return False
        (one,) = sections
        in_new = edit.kind == "inserted"
        found = (one.new_start_s, one.new_end_s) if in_new else (one.old_start_s, one.old_end_s)
        borders = zip(found, (edit.start_s, edit.end_s), strict=True)
        return all(abs(here - there) <= BORDER_WITHIN_S for here, there in borders)
    exact = told.offset_frames == edit.late
    close = told.gain_db is not None and abs(told.gain_db - edit.gain_db) <= GAIN_WITHIN_DB
    if edit.kind == "nothing":
        return told.outcome == "pass" and told.answer == "identical"
    return exact and close and not [one for one in told.sections if one.kind == "differs"]


def _is_long(path: Path) -> bool:
    try:
        return bool(soundfile.info(path).duration >= LEAST_S)
    except soundfile.LibsndfileError:
        return False


def main() -> None:
    """Print how many of each kind are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    paths = sorted(path for path in given.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    paths = [path for path in paths if _is_long(path)]
    print(f"{len(paths)} recordings, {given.cases} cases")
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for seed in range(given.first, given.first + given.cases):
        random = np.random.default_rng(seed)
        path, from_path = (paths[index] for index in random.integers(0, len(paths), 2))
        old, rate = excerpt(path, random, random.uniform(30.0, 90.0))
        other, other_rate = excerpt(from_path, random, 10.0)
        if other_rate != rate or other.shape[1] != old.shape[1]:
            other, _ = excerpt(path, random, 10.0)
        kind = KINDS[seed % len(KINDS)]
        new, edit = edited(old, other, rate, kind, random)
        subtype = str(random.choice(SUBTYPES))
        with tempfile.TemporaryDirectory() as name:
            files = [Path(name) / f"{one}.wav" for one in ("new", "old")]
            for file, samples in zip(files, (new, old), strict=True):
                soundfile.write(file, samples, rate, subtype)
            told = compare_revision(*files)
        ok = is_right(edit, told)
        count[kind] += 1
        right[kind] += ok
        if given.show and not ok:
            sections = [(one.kind, one.new_start_s, one.new_end_s, one.old_start_s, one.old_end_s)
                        for one in told.sections]  # fmt: skip
            print(f"{seed} {path.name} {from_path.name} {subtype} {edit}\n    {told.answer} "
                  f"{told.offset_frames} {told.gain_db} {sections}", flush=True)  # fmt: skip
    for kind in KINDS:
        print(f"{kind:<16} {right[kind]} of {count[kind]}")


if __name__ == "__main__":
    main()
