"""Bass of a stereo file: whether left and right move together there.

Method: both channels pass a fourth-order Butterworth low-pass at 150 Hz, in the low-rate copy that
the spectrum of the bass is made from; then sums over the whole file. The low end is out of phase
where its sum to mono lies 6 dB under the mean power of its channels, and the whole does not so.

Source: definition; 150 Hz is where vinyl pressing plants ask for mono.

Limits: a file of other than two channels has none of it, and one without bass neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.dsp.decimation import Decimator
from mixcheck.dsp.recursive import CHUNK, RecursiveFilter, Section
from mixcheck.meters.base import Finding, Reading, finding, unmeasured
from mixcheck.units import db_to_power, power_to_db, quantities, quantity
from mixcheck.views import Block

CUTOFF_HZ = 150.0
BUTTERWORTH_Q = (1.0 / (2.0 * math.cos(math.pi / 8)), 1.0 / (2.0 * math.cos(3 * math.pi / 8)))
HEARD_DBFS = -60.0
LOSS_DB = -6.0  # in mono; unrelated channels lose 3
LOSS_HEARD_DBFS = -40.0
LOSS_SHORTEST_S = 5.0  # one drum under two microphones is no low end


@dataclass(frozen=True, kw_only=True)
class BassReading(Reading):
    """How left and right relate in the bass."""

    correlation: float | None = quantity(
        "",
        "Bass correlation",
        source="definition",
        about="Correlation of left and right under 150 Hz: +1 mono, 0 unrelated, -1 inverted.",
        decimals=2,
    )


class BassMeter:
    """Meters the bass.

    Attributes
    ----------
    rate_hz : float
        Frames a second of the low-rate copy.
    filtered : ndarray, shape (2, low-rate frames)
        What the latest block, or the end, let through the low-pass.
    """

    name: ClassVar = "bass"
    reading: ClassVar = BassReading

    def __init__(self, audio: AudioFormat) -> None:
        self._channels = audio.channels
        self.rate_hz = Decimator(audio.sample_rate_hz, audio.channels).rate_hz
        sections = [_low_pass(CUTOFF_HZ / self.rate_hz, q) for q in BUTTERWORTH_Q]
        self._low_pass = RecursiveFilter(sections, 2) if audio.channels == 2 else None
        self._waiting = np.zeros((audio.channels, 0), np.float32)
        self._products = np.zeros((2, 2))
        self._frames = 0
        self.filtered = np.zeros((2, 0))
        self._whole_energy = self._whole_cross = 0.0

    def update(self, block: Block) -> None:
        """Take the next block."""
        if self._low_pass is None:
            return
        if block.segments.cross is not None:
            self._whole_energy += float(block.segments.energy.sum())
            self._whole_cross += float(block.segments.cross.sum())
        waiting = np.concatenate([self._waiting, block.bass], axis=1)
        whole = waiting.shape[1] - waiting.shape[1] % CHUNK  # any other length costs new matrices
        self._waiting = waiting[:, whole:]
        self._add(waiting[:, :whole])

    def _add(self, bass: NDArray[np.floating]) -> None:
        if self._low_pass is None or not bass.shape[1]:
            self.filtered = np.zeros((2, 0))
            return
        self.filtered = self._low_pass.apply(bass).astype(np.float64)
        self._products += self.filtered @ self.filtered.T
        self._frames += bass.shape[1]

    def finish(self) -> BassReading:
        """Bass of all blocks together."""
        if self._channels != 2:
            return _nothing(f"needs two channels, the file has {self._channels}")
        self._add(self._waiting)
        (left, cross), (_, right) = self._products.tolist()
        if not self._frames or (left + right) / 2 / self._frames < db_to_power(HEARD_DBFS):
            return _nothing(f"no bass louder than {HEARD_DBFS:g} dBFS")
        if not left or not right:
            return _nothing("a channel has no bass at all")
        correlation = float(np.clip(cross / math.sqrt(left * right), -1.0, 1.0))
        return BassReading(correlation=correlation, findings=self._loss(left + right, cross))

    def _loss(self, energy: float, cross: float) -> tuple[Finding, ...]:
        """What mono does to the low end, where it does not do the same to the whole."""
        duration_s = self._frames / self.rate_hz
        is_heard = energy / 2 / self._frames >= db_to_power(LOSS_HEARD_DBFS)
        if duration_s < LOSS_SHORTEST_S or not is_heard:
            return ()
        least = db_to_power(LOSS_DB)
        kept = _kept_in_mono(energy, cross)
        if kept > least or _kept_in_mono(self._whole_energy, self._whole_cross) <= least:
            return ()
        loss_db = power_to_db(max(kept, 1e-9))
        return (
            finding(
                "mono-loss",
                f"under {CUTOFF_HZ:g} Hz mono loses {-(loss_db or 0.0):.1f} dB",
                start_s=0.0,
                end_s=duration_s,
                channels=(0, 1),
                value=loss_db,
                unit="dB",
            ),
        )


def _kept_in_mono(energy: float, cross: float) -> float:
    """Power of (L+R)/2 against the mean power of L and R, from their sums."""
    return (energy + 2.0 * cross) / (2.0 * energy)


def _nothing(reason: str) -> BassReading:
    return BassReading(reasons=unmeasured(quantities(BassReading), reason))


def _low_pass(cutoff: float, q: float) -> Section:
    """Second-order low-pass by the bilinear transform; the cutoff in cycles a frame."""
    k = math.tan(math.pi * cutoff)
    scale = 1.0 / (1.0 + k / q + k * k)
    b = (k * k * scale, 2.0 * k * k * scale, k * k * scale)
    return b, (1.0, 2.0 * (k * k - 1.0) * scale, (1.0 - k / q + k * k) * scale)
