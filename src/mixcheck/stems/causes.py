"""Causes that leave a residual which no gain and no lag explains, told from the residual itself.

A stem whose channels were exchanged leaves exactly that exchange; one folded to mono leaves its
side alone; a mix that went through a saturator is a curve of the sum; a stem that falls silent
leaves a residual only while it is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mixcheck.alignment.lags import shifted
from mixcheck.stems.explain import Explanation
from mixcheck.stems.model import Fault
from mixcheck.units import clock

EXACT = 1e-3  # of the residual's energy: what may be left where a cause is the whole cause
NOISE_MARGIN = 2.0
CURVE_LEFT = 0.05
SURE, LIKELY = 0.99, 0.9
ODD_POWERS = (1, 3, 5, 7)
LEAST_SEGMENTS = 2

Signals = NDArray[np.floating]


def exact_cause(
    excerpt: Signals, names: Sequence[str], found: Explanation, noise_power: float
) -> Fault | None:
    """A cause that is all of what the fitted gains and lags leave of an excerpt.

    Parameters
    ----------
    excerpt : ndarray, shape (stems + 1, channels, frames)
        The mix is the last.
    names : sequence of str
    found : Explanation
    noise_power : float
        Mean square of what quantisation may leave.
    """
    parts, mix = excerpt[:-1].astype(np.float64), excerpt[-1].astype(np.float64)
    fitted = _fitted(parts, found)
    rest = mix - fitted.sum(0)
    energy, noise = float(np.vdot(rest, rest)), NOISE_MARGIN * noise_power * rest.size
    if energy <= noise:
        return None
    if len(rest) == 2:
        for part, own, name in zip(parts, fitted, names, strict=True):
            left = rest + own - part[::-1]
            if np.vdot(left, left) <= EXACT * energy + noise and not np.array_equal(*part):
                return Fault(
                    "channels-swapped", "error", (name,), None, "", SURE,
                    f"{name}: left and right are swapped against the mix",
                    "Swap its channels and export it again.",
                )  # fmt: skip
        narrow = [
            name
            for part, name in zip(parts, names, strict=True)
            if part.any() and np.array_equal(part[0], part[1])
        ]
        middle = rest.sum(0)
        if narrow and np.vdot(middle, middle) <= EXACT * energy + noise:
            return _folded(narrow)
    return _saturated(mix, parts.sum(0), energy)


def _fitted(parts: Signals, found: Explanation) -> Signals:
    """Stems as they were fitted; copies of one are in its gain."""
    fitted = np.zeros_like(parts)
    for index, part in enumerate(parts):
        if found.fitted[index]:
            fitted[index] = found.gains[index] * shifted(part, int(found.lags[index]))
        elif index not in found.originals:
            fitted[index] = part
    return fitted


def _folded(narrow: Sequence[str]) -> Fault:
    told = narrow[0] if len(narrow) == 1 else f"one of {', '.join(narrow)}"
    return Fault(
        "folded", "error", tuple(narrow), None, "", LIKELY,
        f"{told}: is mono, and the mix holds it in stereo: only a side signal is left over",
        "Export it in stereo.",
    )  # fmt: skip


def _saturated(mix: Signals, whole: Signals, energy: float) -> Fault | None:
    """The mix as a curve of the sum, fitted by odd powers."""
    peak = float(np.abs(whole).max(initial=0.0))
    if not peak:
        return None
    terms = np.stack([(whole.ravel() / peak) ** power for power in ODD_POWERS], axis=1)
    fitted, *_ = np.linalg.lstsq(terms.T @ terms, terms.T @ mix.ravel(), rcond=1e-12)
    left = mix.ravel() - terms @ fitted
    straight = mix.ravel() - terms[:, 0] * (terms[:, 0] @ mix.ravel() / (terms[:, 0] @ terms[:, 0]))
    bent = float(np.vdot(straight, straight))
    if np.vdot(left, left) > CURVE_LEFT * min(energy, bent):
        return None
    return Fault(
        "saturated", "error", (), None, "", LIKELY,
        "the mix went through a saturator or soft clipper: it is a curve of the sum",
        "Print the mix with the bus chain off to check the stems.",
    )  # fmt: skip


def silent_causes(
    energy: NDArray[np.floating], over: NDArray[np.int64], segment_s: float, names: Sequence[str]
) -> Iterator[Fault]:
    """Stems that are silent where, and only where, the set does not null.

    Parameters
    ----------
    energy : ndarray, shape (stems, segments)
    over : ndarray of int
        Segments whose residual is over the limit.
    segment_s : float
    names : sequence of str
    """
    never = [name for name, own in zip(names, energy, strict=True) if not own.any()]
    if never:
        told = never[0] if len(never) == 1 else f"one of {', '.join(never)}"
        yield Fault(
            "missing", "error", tuple(never), None, "", LIKELY,
            f"{told}: is silent, and the mix holds something that no other stem follows",
            "Unmute it and export it again.",
        )  # fmt: skip
        return
    if len(over) < LEAST_SEGMENTS:
        return
    first, last = int(over[0]), int(over[-1])
    fallen = [index for index, own in enumerate(energy) if _falls_silent(own, first, last)]
    if len(fallen) != 1:
        return
    name = names[fallen[0]]
    ends = not energy[fallen[0], last + 1 :].any()
    start, end = clock(first * segment_s), clock((last + 1) * segment_s)
    what = f"ends at about {start}" if ends else f"is silent from about {start} to {end}"
    yield Fault(
        "cut-short" if ends else "dropout", "error", (name,), None, "", LIKELY,
        f"{name}: {what}, while the mix goes on, and the set nulls everywhere else",
        "Export it again over the whole range of the mix.",
    )  # fmt: skip


def _falls_silent(own: NDArray[np.floating], first: int, last: int) -> bool:
    """Whether a stem sounds up to a span, is silent in it, and sounds after it or never again."""
    inside = own[first + 1 : last] if last < len(own) - 1 else own[first + 1 :]
    after = own[last : last + 2]
    sounds_on = bool(after.any()) or not own[first + 1 :].any()
    return bool(own[max(0, first - 1) : first + 1].any()) and not inside.any() and sounds_on
