"""Level: RMS, crest factor, DC offset and TT dynamic range.

Conventions: RMS is the square root of the mean square, 0 dBFS being ±1.0 held: a full-scale sine
reads -3.01 dBFS, a full-scale square 0. Over several channels it is the mean of their powers.

Method of DR: blocks of 3 s (132,480 frames at 44.1 kHz); RMS of the loudest fifth of the blocks,
each RMS times √2; against the second-highest block peak; per channel, the mean rounded.

Source: AES17-2020 (levels, less its 3.01 dB); "Measuring DR", Pleasurize Music Foundation, 2009.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.meters.base import Finding, Reading, finding, unmeasured
from mixcheck.units import power_to_db, quantity
from mixcheck.views import Block

DC_LIMIT_FS = 0.01
DC_SHORTEST_S = 1.0  # a drum hit is not symmetric, and need not be
DR_BLOCK_S = 3
DR_EXTRA_FRAMES = {44_100: 180}  # the original counts 44,160 frames as a second there
DR_LOUDEST_SHARE = 0.2
DR_LEAST_BLOCKS = 2
ENERGY_FRAMES = 48_000


@dataclass(frozen=True, kw_only=True)
class LevelReading(Reading):
    """Levels that do not depend on frequency."""

    rms_dbfs: float | None = quantity(
        "dBFS",
        "RMS level",
        source="AES17-2020 (sine = -3.01)",
        about="Root mean square of the whole file, over all channels; a full-scale sine is -3.01.",
    )
    rms_dbfs_per_channel: tuple[float | None, ...] = quantity(
        "dBFS",
        "RMS per channel",
        source="AES17-2020 (sine = -3.01)",
        about="Root mean square of each channel.",
    )
    crest_factor_db: float | None = quantity(
        "dB",
        "Crest factor",
        source="definition",
        about="Sample peak less RMS level; a sine has 3.01 dB.",
    )
    dc_offset_fs: tuple[float, ...] = quantity(
        "FS",
        "DC offset",
        source="definition",
        about="Mean of each channel, as a share of full scale.",
        decimals=5,
    )
    dynamic_range_dr: int | None = quantity(
        "DR",
        "Dynamic range",
        source="Measuring DR, Pleasurize Music Foundation, 2009",
        about="TT dynamic range (DR14): second-highest peak against the loudest fifth.",
        decimals=0,
    )


class LevelMeter:
    """Meters RMS, DC and DR."""

    name: ClassVar = "level"
    reading: ClassVar = LevelReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._frames = 0
        self._energy = np.zeros(audio.channels)
        self._total = np.zeros(audio.channels)
        self._peak = 0.0
        self._dynamic_range = _DynamicRange(audio)

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        self._energy += block.segments.energy.sum(1)
        self._total += block.segments.total.sum(1)
        self._peak = max(self._peak, float(block.sample_peak.max()))
        self._dynamic_range.update(block)

    def finish(self) -> LevelReading:
        """Levels of all blocks together."""
        power = self._energy / self._frames
        rms = power_to_db(power.mean())
        crest = power_to_db(self._peak**2 / power.mean()) if power.any() else None
        offset = self._total / self._frames
        dynamic_range = self._dynamic_range.finish()
        reasons: dict[str, str] = {}
        if rms is None:
            reasons = unmeasured(
                ("rms_dbfs", "rms_dbfs_per_channel", "crest_factor_db", "dynamic_range_dr"),
                "digital silence has no level",
            )
        elif not power.all():
            reasons["rms_dbfs_per_channel"] = "digital silence has no level"
        if dynamic_range is None:
            reasons.setdefault("dynamic_range_dr", f"shorter than two blocks of {DR_BLOCK_S} s")
        if self._frames < DC_SHORTEST_S * self._rate:
            reasons["dc-offset"] = f"shorter than {DC_SHORTEST_S:g} s"
        return LevelReading(
            rms_dbfs=rms,
            rms_dbfs_per_channel=tuple(power_to_db(channel) for channel in power.tolist()),
            crest_factor_db=crest,
            dc_offset_fs=tuple(offset.tolist()),
            dynamic_range_dr=dynamic_range,
            reasons=reasons,
            findings=self._dc_findings(offset),
        )

    def _dc_findings(self, offset: NDArray[np.float64]) -> tuple[Finding, ...]:
        duration_s = self._frames / self._rate
        channels = np.flatnonzero(np.abs(offset) > DC_LIMIT_FS).tolist()
        if not channels or duration_s < DC_SHORTEST_S:
            return ()
        worst = float(offset[np.abs(offset).argmax()])
        return (
            finding(
                "dc-offset",
                f"mean is {worst:+.3f} of full scale",
                start_s=0.0,
                end_s=duration_s,
                channels=channels,
                value=worst,
                unit="FS",
            ),
        )


def _energy(samples: Samples) -> NDArray[np.float64]:
    """Sum of squares of each channel; in single precision for no more than a stretch at a time."""
    starts = range(0, samples.shape[1], ENERGY_FRAMES)
    parts = (samples[:, start : start + ENERGY_FRAMES] for start in starts)
    sums = [np.vecdot(part, part) for part in parts]
    return np.asarray(np.sum(sums, axis=0, dtype=np.float64))


class _DynamicRange:
    """Power and peak of blocks of 3 s, cut wherever the recording's blocks begin."""

    def __init__(self, audio: AudioFormat) -> None:
        rate = audio.sample_rate_hz
        self._length = DR_BLOCK_S * rate + DR_EXTRA_FRAMES.get(rate, 0)
        self._energy = np.zeros(audio.channels)
        self._peak = np.zeros(audio.channels)
        self._filled = 0
        self._powers: list[NDArray[np.float64]] = []
        self._peaks: list[NDArray[np.float64]] = []

    def update(self, block: Block) -> None:
        start = 0
        while start < block.frames:
            stop = min(block.frames, start + self._length - self._filled)
            part = block.samples[:, start:stop]
            self._energy += _energy(part)
            np.maximum(self._peak, np.maximum(part.max(1), -part.min(1)), out=self._peak)
            self._filled += stop - start
            start = stop
            if self._filled == self._length:
                self._close()

    def _close(self) -> None:
        self._powers.append(2.0 * self._energy / self._filled)
        self._peaks.append(self._peak.copy())
        self._energy[:] = 0.0
        self._peak[:] = 0.0
        self._filled = 0

    def finish(self) -> int | None:
        if len(self._powers) < DR_LEAST_BLOCKS or not np.any(self._powers):
            return None
        if self._filled:
            self._close()
        powers, peaks = np.sort(self._powers, axis=0)[::-1], np.sort(self._peaks, axis=0)[::-1]
        loudest = powers[: max(1, int(len(powers) * DR_LOUDEST_SHARE))].mean(0)
        heard = (loudest > 0.0) & (peaks[1] > 0.0)
        if not heard.any():
            return None
        return round(float(10.0 * np.log10(peaks[1][heard] ** 2 / loudest[heard]).mean()))
