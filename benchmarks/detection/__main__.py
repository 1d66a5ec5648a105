"""What mixcheck finds of injected defects, and what it finds that is not there.

    python benchmarks/detection FOLDER... [--part aside] [--cases 40] [--only click,hum] [--alarms]

``FOLDER``: clean recordings. Half of them, chosen by the hash of their names, thresholds may be
tuned on; the other half is kept aside and is what is reported.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from alarms import Alarms
from contenders import CONTENDERS, COVERS, absent
from defects import DEFECTS, Defect
from material import PARTS, Excerpt, Recording, excerpts, recordings
from provenance import ORIGINS, Origin, made, suits
from report import alarm_table, f1_table, recall_table
from scoring import Score, score

import mixcheck

BITS = "PCM_16"
Case = tuple[Defect | Origin, int, Excerpt]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--part", choices=(*PARTS, "all"), default="aside")
    parser.add_argument("--cases", type=int, default=40, help="excerpts for each grade")
    parser.add_argument("--seed", type=int, default=0, help="other excerpts and places")
    parser.add_argument("--only", default="", help="codes, with commas between them")
    parser.add_argument("--alarms", action="store_true", help="false alarms alone")
    parser.add_argument("--no-alarms", action="store_true", help="recall alone")
    parser.add_argument("--alone", action="store_true", help="without the other contenders")
    parser.add_argument("--places", type=Path, help="write every false alarm to this file")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def scored(contenders: Sequence[str], case: Case) -> tuple[tuple[str, str, str], dict[str, Score]]:
    """One excerpt with one defect, through all who look for it."""
    defect, seed, excerpt = case
    key = (defect.name, defect.grade, defect.code)
    with tempfile.TemporaryDirectory() as folder:
        path, places = Path(folder, "excerpt.wav"), []
        if isinstance(defect, Defect):
            injected = defect.inject(excerpt, np.random.default_rng(seed))
            if injected is None:
                return key, {}
            samples, places = injected
            soundfile.write(path, samples.T, excerpt.rate, BITS)
        else:
            soundfile.write(path, excerpt.samples.T, excerpt.rate, BITS)
            path = made(defect, path, Path(folder))
        names = [name for name in contenders if name == "mixcheck" or defect.code in COVERS[name]]
        scores = {name: score(CONTENDERS[name](path), defect.codes, places) for name in names}
        if not places:  # a fault of the whole file: whoever finds it in the excerpt itself is wrong
            clean = Path(folder, "clean.wav")
            soundfile.write(clean, excerpt.samples.T, excerpt.rate, BITS)
            for name in names:
                found = CONTENDERS[name](clean)
                scores[name].false += any(found.get(code) for code in defect.codes)
        return key, scores


def cases(
    found: Sequence[Recording], count: int, only: Sequence[str], first_seed: int
) -> Iterator[list[Case]]:
    """The excerpts of one defect at a time: all of them would fill the memory."""
    for number, defect in enumerate([*DEFECTS, *ORIGINS], 1000 * first_seed):
        if only and not set(defect.codes) & set(only):
            continue
        is_origin = isinstance(defect, Origin)
        pool = [one for one in found if suits(one)] if is_origin else list(found)
        yield [
            (defect, 7919 * turn + number, one)
            for turn, one in enumerate(excerpts(pool, count, number))
        ]


def recall(found: Sequence[Recording], chosen: argparse.Namespace) -> None:
    gone = absent()
    contenders = [name for name in CONTENDERS if name not in gone]
    if chosen.alone:
        contenders = ["mixcheck"]
    totals: dict[tuple[str, str, str], dict[str, Score]] = {}
    only = [code for code in chosen.only.split(",") if code]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for work in cases(found, chosen.cases, only, chosen.seed):
            for key, scores in pool.map(partial(scored, contenders), work, chunksize=4):
                of_key = totals.setdefault(key, {})
                for name, one in scores.items():
                    of_key[name] = of_key.get(name, Score()) + one
    print("## Recall\n")
    print(recall_table(totals), "\n")
    print("## F1 of each code, all grades together\n")
    print(f1_table(totals), "\n")
    print(f"Absent: {', '.join(gone) or 'none'}.\n")


def measured(recording: Recording) -> tuple[Recording, mixcheck.Measurement]:
    return recording, mixcheck.measure(recording.path)


def material_of(recording: Recording) -> str:
    kind = "lossy" if recording.is_lossy else "lossless"
    return f"{'one-shots' if recording.is_one_shot else 'programme'}, {kind}"


def false_alarms(found: Sequence[Recording], chosen: argparse.Namespace) -> None:
    by_material: dict[str, Alarms] = {}
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for recording, one in pool.map(measured, found, chunksize=4):
            # What was stored by a lossy codec is rightly said to be lossy.
            known = ("lossy-source",) if recording.is_lossy else ()
            alarms = by_material.setdefault(material_of(recording), Alarms())
            alarms.add(recording.path, one, known)
    print("## False alarms\n")
    print(alarm_table(by_material), "\n")
    for name, alarms in by_material.items():
        print(name, dict(alarms.counts.most_common()))
    if chosen.places:
        chosen.places.write_text("\n".join(one.lines() for one in by_material.values()), "utf-8")


def main() -> None:
    chosen = options()
    found = [one for one in recordings(chosen.folders) if chosen.part in (one.part, "all")]
    hours = sum(one.seconds for one in found) / 3600
    print(f"{len(found)} recordings, {hours:.2f} hours, part: {chosen.part}\n")
    if not chosen.no_alarms:
        false_alarms(found, chosen)
    if not chosen.alarms:
        recall(found, chosen)


if __name__ == "__main__":
    main()
