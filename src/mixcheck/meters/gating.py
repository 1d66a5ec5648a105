"""Gated loudness, of one programme or of several pooled.

Several programmes are as loud as all their gating blocks together. Both gates look at all of them,
so loudnesses cannot be averaged: a histogram of the blocks has to be kept of each programme.

Source: ITU-R BS.1770-5 Annex 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mixcheck.units import power_to_db

OFFSET_LUFS = -0.691  # BS.1770-5 Annex 1, equation 2
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0

MOST_ENTRIES = 1024
NARROWEST_LU = 0.005
_ENTRY = np.dtype([("level_db", "<f4"), ("count", "<u4")])

Powers = NDArray[np.float64]


def lufs(power: float) -> float | None:
    """Loudness of a weighted mean square; ``None`` for silence."""
    level = power_to_db(power)
    return None if level is None else OFFSET_LUFS + level


def power_of(loudness_lufs: float) -> float:
    """Weighted mean square of a loudness."""
    return float(10.0 ** ((loudness_lufs - OFFSET_LUFS) / 10.0))


def gated_loudness(
    blocks: Powers,
    absolute_gate_lufs: float = ABSOLUTE_GATE_LUFS,
    weights: NDArray[np.integer] | None = None,
) -> tuple[float | None, float | None]:
    """Integrated loudness and relative gate, in LUFS, of the gating blocks' powers.

    Parameters
    ----------
    blocks : ndarray, shape (blocks,)
        Weighted mean squares.
    absolute_gate_lufs : float
        Blocks at or under it do not count.
    weights : ndarray of int, shape (blocks,), optional
        How often each counts; once, by default.
    """
    counts = np.ones(len(blocks), np.int64) if weights is None else weights
    over = blocks > power_of(absolute_gate_lufs)
    blocks, counts = blocks[over], counts[over]
    if not len(blocks):
        return None, None
    gate = float(blocks @ counts) / int(counts.sum()) * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    over = blocks > gate
    mean = float(blocks[over] @ counts[over]) / int(counts[over].sum())
    return lufs(mean), lufs(gate)


@dataclass(frozen=True, slots=True)
class GatingBlocks:
    """The gating blocks of a programme that are over the absolute gate: levels, and how often each.

    Up to 1024 are kept as they are. Of more, those in a bin are replaced by their mean, in bins as
    narrow as that number allows (of a song, some 0.02 LU). All that is lost is which blocks of the
    one bin that holds the relative gate are over it.

    Parameters
    ----------
    packed : bytes
        8 bytes an entry.
    """

    packed: bytes = b""

    @classmethod
    def of(cls, blocks: Powers) -> Self:
        """Take blocks, shape (blocks,)."""
        powers = np.sort(blocks[blocks > power_of(ABSOLUTE_GATE_LUFS)])
        starts = _starts(powers)
        if not len(starts):
            return cls()
        counts = np.diff(starts, append=len(powers))
        return cls._of_means(np.add.reduceat(powers, starts) / counts, counts)

    @classmethod
    def merged(cls, several: Iterable[GatingBlocks]) -> Self:
        """The blocks of several programmes together."""
        return cls(b"".join(one.packed for one in several))

    def loudness(self) -> tuple[float | None, float | None]:
        """Integrated loudness and relative gate, in LUFS; ``None`` if no block counts."""
        entries = np.frombuffer(self.packed, _ENTRY)
        powers = 10.0 ** (entries["level_db"].astype(np.float64) / 10.0)
        return gated_loudness(powers, weights=entries["count"].astype(np.int64))

    @classmethod
    def _of_means(cls, means: Powers, counts: NDArray[np.integer]) -> Self:
        entries = np.zeros(len(means), _ENTRY)
        entries["level_db"], entries["count"] = 10.0 * np.log10(means), counts
        return cls(entries.tobytes())


def _starts(powers: Powers) -> NDArray[np.intp]:
    """Where the bins of sorted powers begin."""
    levels_db = 10.0 * np.log10(powers)
    width = 0.0
    starts = np.flatnonzero(np.diff(powers, prepend=0.0))
    while len(starts) > MOST_ENTRIES:
        width = 2.0 * width or NARROWEST_LU
        starts = np.flatnonzero(np.diff(np.floor(levels_db / width), prepend=-np.inf))
    return starts


NO_BLOCKS = GatingBlocks()
