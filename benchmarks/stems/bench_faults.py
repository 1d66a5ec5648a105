"""Sets made from real sounds, each with known faults: how many are named rightly.

    python benchmarks/stems/bench_faults.py FOLDER [--cases 500] [--aside]

FOLDER holds recordings of any kind (sample packs, drum kits, loops); every second one is kept
aside: thresholds were chosen on the others, ``--aside`` measures on those kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sets import FAULTS, PAIRABLE, Audio, Fault, StemSet, broken, load_material, make_set

from mixcheck.stems import Fault as Named
from mixcheck.stems import StemSet as Checked
from mixcheck.stems import check_stems

SINGLES = (None, *FAULTS)
GAIN_WITHIN_DB = 0.01
NULL_CODES = {*FAULTS, "filtered", "mix-clipped", "unexplained", "wrong-mix"}


def name_of(fault: Fault) -> str:
    return f"{fault.stems[0] + 1:02d} part"


def is_right(fault: Fault, named: Named) -> bool:
    """Whether what was named is this fault: the kind, the stem, and how much."""
    if fault.kind in ("missing", "bus-compression"):
        return named.code == fault.kind
    if named.code != fault.kind or name_of(fault) not in named.stems:
        return False
    value = named.value or 0.0
    if fault.kind == "gain":
        return abs(value - fault.gain_db) <= GAIN_WITHIN_DB
    return fault.kind != "offset" or value == fault.late_frames


def judged(truth: StemSet, checked: Checked) -> bool:
    """Right if every fault is named, nothing else is, and the null is called."""
    named = [one for one in checked.faults if one.severity == "error" and one.code in NULL_CODES]
    assert checked.null is not None
    if (checked.null.outcome == "pass") != (not truth.faults):
        return False
    rest = list(named)
    for fault in truth.faults:
        hit = next((one for one in rest if is_right(fault, one)), None)
        if hit is None:
            return False
        rest.remove(hit)
    return not rest


def one_case(material: Sequence[Audio], seed: int) -> tuple[StemSet, Checked]:
    random = np.random.default_rng(seed)
    kinds: list[str]
    if seed % 3 == 2:
        kinds = [str(kind) for kind in random.choice(PAIRABLE, 2, replace=False)]
    else:
        single = SINGLES[(seed // 3 * 2 + seed % 3) % len(SINGLES)]
        kinds = [single] if single else []
    stems = int(random.integers(3 if len(kinds) > 1 else 2, 25))
    made = broken(make_set(material, random, stems, random.uniform(5, 15)), kinds, random)
    with tempfile.TemporaryDirectory() as folder:
        inside, mix = made.write(Path(folder))
        return made, check_stems([str(path) for path in sorted(inside.iterdir())], str(mix))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--aside", action="store_true")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    material = load_material(given.folder)[int(given.aside) :: 2]
    print(f"{len(material)} recordings, {given.cases} cases")
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    depths: dict[str, list[float]] = defaultdict(list)
    for seed in range(given.first, given.first + given.cases):
        made, checked = one_case(material, seed + 100_000 * given.aside)
        kinds = "+".join(fault.kind for fault in made.faults) or "none"
        group = "two at once" if len(made.faults) > 1 else kinds
        ok = judged(made, checked)
        if given.show:
            print(f"{seed} {group} {'right' if ok else 'WRONG'}", flush=True)
        count[group] += 1
        right[group] += ok
        if not made.faults and checked.null and checked.null.residual_dbfs is not None:
            depths[made.subtype].append(checked.null.residual_dbfs)
        if given.show and not ok:
            truth = [(one.kind, one.stems[0] + 1, one.gain_db, one.late_frames)
                     for one in made.faults]  # fmt: skip
            told = [(one.code, one.stems, one.value) for one in checked.faults
                    if one.severity == "error"]  # fmt: skip
            print(f"  {seed}: {len(made.stems)} stems {made.subtype}: {truth}\n      {told}",
                  checked.null and checked.null.outcome, flush=True)  # fmt: skip
    for group in sorted(count):
        print(f"{group:<16} {right[group]:>4} of {count[group]:>4}")
    single = [group for group in count if group != "two at once"]
    print(f"{'one or none':<16} {sum(right[one] for one in single)} of "
          f"{sum(count[one] for one in single)}")  # fmt: skip
    for subtype, levels in sorted(depths.items()):
        print(f"null of {subtype}: {min(levels):.1f} to {max(levels):.1f} dBFS")


if __name__ == "__main__":
    sys.exit(main())
