"""From what was fitted to faults with a name: what an engineer would say of each stem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mixcheck.stems.explain import SHARED_BY, Explanation
from mixcheck.stems.model import Fault
from mixcheck.units import format_number

GAIN_STEP_DB = 0.02
DOUBLE_DB = 20.0 * np.log10(2.0)
DOUBLE_WITHIN_DB = 0.012
PAN_LAW_DB = 10.0 * np.log10(2.0)
ABSENT_GAIN = 0.05  # 26 dB down: no fader is
BUS_GAIN_STEP_DB = 0.3  # beside bus compression
SURE_BY_ERRORS = 6.0
WRONG_MIX_SHARE = 0.7
SURE, LIKELY, PROBABLE, POSSIBLE = 0.99, 0.9, 0.75, 0.6
SMALL_REST = 1e-5  # of the mix's power
INSIDE_ANOTHER = 0.05


def set_lag(found: Explanation) -> int:
    """The lag that most stems share."""
    lags = found.lags[found.fitted]
    if len(lags) < 2:
        return int(lags[0]) if len(lags) else 0
    values, counts = np.unique(lags, return_counts=True)
    common = int(values[np.argmax(counts)])
    return common if counts.max() >= SHARED_BY * len(lags) else 0


def set_gain_db(found: Explanation) -> float:
    """The gain that most stems share, in decibels."""
    gains = np.abs(found.gains[_lone(found)])
    if len(gains) < 2:
        return 0.0
    levels = 20.0 * np.log10(np.maximum(gains, 1e-6))
    common = float(np.median(levels))
    shared = np.mean(np.abs(levels - common) <= GAIN_STEP_DB) >= SHARED_BY
    return common if shared and abs(common) >= GAIN_STEP_DB else 0.0


def fit_faults(
    found: Explanation, names: Sequence[str], gram: NDArray[np.float64], channels: Sequence[int]
) -> Iterator[Fault]:
    """Faults of single stems, and of the whole set, from gains and lags.

    Parameters
    ----------
    found : Explanation
    names : sequence of str
    gram : ndarray, shape (stems, stems)
        Products of the stems.
    channels : sequence of int
        Channels of each file.
    """
    lone = _lone(found)
    absent = np.abs(found.gains) < ABSENT_GAIN
    if lone.any() and absent[lone].mean() >= WRONG_MIX_SHARE:
        yield _wrong_mix(int(absent[lone].sum()), int(lone.sum()))
        return
    lag, gain_db = set_lag(found), 0.0 if found.is_bus else set_gain_db(found)
    step_db = BUS_GAIN_STEP_DB if found.is_bus else GAIN_STEP_DB
    yield from _set_faults(lag, gain_db)
    for index in np.flatnonzero(lone).tolist():
        name, gain = names[index], float(found.gains[index])
        if absent[index]:
            yield _absent(name, _holder(index, names, gram))
            continue
        if gain < 0.0:
            yield Fault(
                "polarity", "error", (name,), None, "", SURE,
                f"{name}: polarity is flipped against the mix",
                "Flip its polarity and export it again.",
            )  # fmt: skip
        level_db = 20.0 * np.log10(abs(gain)) - gain_db
        sure = SURE_BY_ERRORS * found.errors[index] * 8.7 / abs(gain)
        moving = not found.is_bus and found.moving is not None and found.moving[0] == index
        if abs(level_db) >= max(step_db, sure) and not moving:
            yield _gain_fault(name, level_db, channels[index], found.is_explained)
        if found.lags[index] != lag:
            yield _offset_fault(name, lag - int(found.lags[index]))
    yield from _copy_faults(found, names)


def _lone(found: Explanation) -> NDArray[np.bool_]:
    lone = found.fitted.copy()
    lone[list(found.originals)] = False
    return lone


def _set_faults(lag: int, gain_db: float) -> Iterator[Fault]:
    if lag:
        word = "late" if lag < 0 else "early"
        yield Fault(
            "offset", "error", (), float(-lag), "frames", SURE,
            f"the whole set is {abs(lag)} samples {word} against the mix",
            f"Move all stems {abs(lag)} samples {'earlier' if lag < 0 else 'later'}, or export "
            "mix and stems over the same range.",
        )  # fmt: skip
    if gain_db:
        word = "low" if gain_db > 0 else "high"
        amount = format_number(abs(gain_db), 2)
        yield Fault(
            "gain", "error", (), -gain_db, "dB", SURE,
            f"the whole set is {amount} dB {word} against the mix",
            "See whether a bus fader or a normalising export changed one of the two.",
        )  # fmt: skip


def _wrong_mix(absent: int, count: int) -> Fault:
    what = "the stem is" if count == 1 else f"{absent} of {count} stems are"
    return Fault(
        "wrong-mix", "error", (), None, "", LIKELY,
        f"{what} not in this mix: it is of another song, version or tempo",
        "Give the mix that these stems were exported with.",
    )  # fmt: skip


def _absent(name: str, holder: str | None) -> Fault:
    inside = f"; {holder} seems to hold it already" if holder else ""
    return Fault(
        "not-in-mix", "error", (name,), None, "", LIKELY,
        f"{name}: is not in the mix{inside}",
        "Leave it out of the set, or unmute it and print the mix again.",
    )  # fmt: skip


def _holder(index: int, names: Sequence[str], gram: NDArray[np.float64]) -> str | None:
    """Another stem that contains this one: its part in it is as large as itself."""
    own = gram[index, index]
    shares = np.abs(gram[index] / max(own, 1e-30) - 1.0)
    shares[index] = np.inf
    best = int(np.argmin(shares))
    return names[best] if shares[best] < INSIDE_ANOTHER else None


def _gain_fault(name: str, level_db: float, channels: int, is_explained: bool) -> Fault:
    word = "low" if level_db > 0 else "high"
    amount = format_number(abs(level_db), 2)
    confidence = SURE if is_explained else LIKELY
    if abs(abs(level_db) - DOUBLE_DB) <= DOUBLE_WITHIN_DB:
        where = "the mix holds it twice" if level_db > 0 else "it was summed with itself"
        return Fault(
            "doubled", "error", (name,), -level_db, "dB", confidence,
            f"{name}: {amount} dB {word}, exactly double: {where}",
            "Look for a second copy of the track, or for a send that feeds it twice.",
        )  # fmt: skip
    pan = ""
    if channels == 1 and abs(level_db + PAN_LAW_DB) <= DOUBLE_WITHIN_DB:
        pan = ", which is a 3 dB pan law on a mono stem"
    return Fault(
        "gain", "error", (name,), -level_db, "dB", confidence,
        f"{name}: {amount} dB {word} against the mix{pan}",
        f"Turn it {'up' if level_db > 0 else 'down'} {amount} dB, or export it again with the "
        "fader and automation of the mix.",
    )  # fmt: skip


def _offset_fault(name: str, late: int) -> Fault:
    word = "late" if late > 0 else "early"
    return Fault(
        "offset", "error", (name,), float(late), "frames", SURE,
        f"{name}: {abs(late)} samples {word}",
        f"Move it {abs(late)} samples {'earlier' if late > 0 else 'later'}: look for a plug-in "
        "without delay compensation or an export that began elsewhere.",
    )  # fmt: skip


def _copy_faults(found: Explanation, names: Sequence[str]) -> Iterator[Fault]:
    """Stems with the same audio: counted twice, or merely there twice."""
    for original in sorted(set(found.originals.values())):
        copies = [index for index, first in found.originals.items() if first == original]
        expected = 1.0 + sum(found.copies[index] for index in copies)
        gain = float(found.gains[original])
        told = ", ".join(names[index] for index in copies)
        twice = found.fitted[original] and abs(gain - 1.0) < abs(gain - expected)
        stems = (names[original], *(names[index] for index in copies))
        flipped = any(found.copies[index] < 0.0 for index in copies)
        how = " with its polarity flipped" if flipped else ""
        if twice:
            yield Fault(
                "doubled", "error", stems, None, "", SURE,
                f"{told}: the same audio as {names[original]}{how}; the mix holds it once",
                "Leave one of them out.",
            )  # fmt: skip
        else:
            yield Fault(
                "doubled", "warning", stems, None, "", SURE,
                f"{told}: the same audio as {names[original]}{how}",
                "Leave one of them out unless both are meant.",
            )  # fmt: skip


def rest_faults(found: Explanation, names: Sequence[str], over_share: float) -> Iterator[Fault]:
    """What the fitted gains and lags leave, and what it is like."""
    level = format_number(10.0 * np.log10(max(found.rest_power, 1e-30)), 1)
    if over_share > 0.9:
        yield Fault(
            "mix-clipped", "error", (), None, "", LIKELY,
            "the mix is cut at full scale where the sum goes over it",
            "Lower the mix bus and print the mix again, or say that it was limited.",
        )  # fmt: skip
    elif found.is_bus:
        amount = format_number(found.bus_reduction_db, 1)
        yield Fault(
            "bus-compression", "error", (), found.bus_reduction_db, "dB", found.bus_share,
            f"the mix went through bus compression: its gain moves by {amount} dB against the sum",
            "Print the mix with the bus chain off to check the stems, or deliver the bus chain's "
            "settings with them.",
        )  # fmt: skip
    elif found.moving is not None:
        index, share = found.moving
        yield Fault(
            "compression", "error", (names[index],), share, "", min(SURE, POSSIBLE + share / 2),
            f"{names[index]}: its gain moves against the mix: it was printed through a compressor, "
            "or with other automation or edits",
            "Export it again without the bus chain.",
        )  # fmt: skip
    elif found.filtered is not None:
        index, share = found.filtered
        yield Fault(
            "filtered", "error", (names[index],), share, "", min(LIKELY, share),
            f"{names[index]}: was printed with another equaliser or filter than in the mix",
            "Export it again with the processing of the mix.",
        )  # fmt: skip
    elif found.rest_to_mix > SMALL_REST and found.fitted.any():
        yield Fault(
            "missing", "error", (), None, "dBFS", PROBABLE,
            f"a stem is missing, or one was exported otherwise than it is in the mix: the mix "
            f"holds something at {level} dBFS that no stem follows",
            "Look in the session for a track, a return or an effect that was not exported, or "
            "that was edited after the mix was printed.",
        )  # fmt: skip
    else:
        yield Fault(
            "unexplained", "error", (), None, "dBFS", POSSIBLE,
            f"{level} dBFS of the mix are left over, and follow no stem",
            "Look for effects with random modulation, and for dither or conversion on export.",
        )  # fmt: skip
