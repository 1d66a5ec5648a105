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

BINS_PER_LU = 20
BIN_RATIO = 10.0 ** (0.1 / BINS_PER_LU)
PLACES = 2**16 - 1  # of a mean within its bin
_BIN = np.dtype([("level", "<i2"), ("place", "<u2"), ("count", "<u4")])

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
    """The gating blocks of a programme that are over the absolute gate, as a histogram.

    A bin of 0.05 LU keeps how many blocks it has and their mean power. Only the bin that holds the
    relative gate is taken whole or not at all, by its mean; all else is exact to 1e-6 LU.

    Parameters
    ----------
    packed : bytes
        The bins, 8 bytes each: a song has some 300, whatever its length.
    """

    packed: bytes = b""

    @classmethod
    def of(cls, blocks: Powers) -> Self:
        """Count blocks, shape (blocks,), into bins."""
        blocks = blocks[blocks > power_of(ABSOLUTE_GATE_LUFS)]
        return cls._of_weighted(blocks, np.ones(len(blocks), np.int64))

    @classmethod
    def merged(cls, several: Iterable[GatingBlocks]) -> Self:
        """The blocks of several programmes together."""
        bins = [np.zeros((2, 0)), *(np.array(one._bins()) for one in several)]
        powers, counts = np.concatenate(bins, axis=1)
        return cls._of_weighted(powers, counts.astype(np.int64))

    def loudness(self) -> tuple[float | None, float | None]:
        """Integrated loudness and relative gate, in LUFS; ``None`` if no block counts."""
        powers, counts = self._bins()
        return gated_loudness(powers, weights=counts)

    @classmethod
    def _of_weighted(cls, powers: Powers, counts: NDArray[np.int64]) -> Self:
        if not len(powers):
            return cls()
        order = np.argsort(powers)
        powers, counts = powers[order], counts[order]
        levels = np.floor(10.0 * BINS_PER_LU * np.log10(powers)).astype(np.int64)
        starts = np.flatnonzero(np.diff(levels, prepend=levels[0] - 1))
        totals = np.add.reduceat(counts, starts)
        means = np.add.reduceat(powers * counts, starts) / totals
        bins = np.zeros(len(starts), _BIN)
        bins["level"], bins["count"] = levels[starts], totals
        within = (means / BIN_RATIO ** bins["level"].astype(np.float64) - 1.0) / (BIN_RATIO - 1.0)
        bins["place"] = np.rint(within.clip(0.0, 1.0) * PLACES)
        return cls(bins.tobytes())

    def _bins(self) -> tuple[Powers, NDArray[np.int64]]:
        """Mean power and number of blocks of each bin."""
        bins = np.frombuffer(self.packed, _BIN)
        within = 1.0 + bins["place"] / PLACES * (BIN_RATIO - 1.0)
        return BIN_RATIO ** bins["level"].astype(np.float64) * within, bins["count"].astype(
            np.int64
        )


NO_BLOCKS = GatingBlocks()
