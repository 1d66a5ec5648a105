"""Alignment: whether one channel is a late copy of the other.

Method: in each of the first thirty seconds, and in every fourth after them, the cross-spectrum of
left and right from 100 Hz to 8 kHz, every frequency counting alike (PHAT), averaged over the file.
Its transform has a sharp peak at the delay, as high as the share of the sound that is common to
both. A delay is called where that peak is not at zero, reaches 0.25, or 0.45 where it is no longer
than the two microphones of a pair are apart, and stands well over everything else, zero above all:
sounds panned by level alone, as nearly all music has them, peak at zero, and spaced microphones
give many low peaks.

Source: Knapp and Carter, "The generalized correlation method for estimation of time delay", IEEE
Trans. ASSP 24(4), 1976.

Limits: delays from 0.1 to 20 ms that last. A delay of one instrument among others is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mixcheck.audio import AudioFormat, SampleBlock
from mixcheck.dsp.fourier import real_transform
from mixcheck.dsp.spectrum import frame_size
from mixcheck.meters.base import Reading, finding, unmeasured
from mixcheck.units import db_to_power, quantity

FRAME_S = 0.35
BAND_HZ = (100.0, 8000.0)
HEARD_DBFS = -60.0
EACH_UNTIL_S = 30
THEN_EVERY_S = 4
LEAST_FRAMES = 6
LONGEST_S = 0.020
SHORTEST_S = (
    0.000085  # four frames at 44.1 kHz, read to a tenth; less is the distance of two microphones
)
LEAST_PEAK = 0.25  # 1 is a copy
NEAR_S = 0.0003  # as far apart as two microphones of a pair
LEAST_PEAK_NEAR = 0.45
OVER_OTHERS = 2.0
TINY = 1e-30
BESIDE_S = 0.0003  # the peak's own width


@dataclass(frozen=True, kw_only=True)
class AlignmentReading(Reading):
    """Delay between left and right."""

    inter_channel_delay_s: float | None = quantity(
        "s",
        "Inter-channel delay",
        source="Knapp and Carter, IEEE Trans. ASSP 24(4), 1976",
        about="How much later the right channel is, negative if the left is; 0 without a delay.",
        decimals=5,
        heuristic=True,
    )


class AlignmentMeter:
    """Finds a delay between two channels."""

    name: ClassVar = "alignment"
    reading: ClassVar = AlignmentReading

    def __init__(self, audio: AudioFormat) -> None:
        self._channels = audio.channels
        self._rate = audio.sample_rate_hz
        self._size = frame_size(self._rate, FRAME_S)
        self._window = np.hanning(self._size).astype(np.float32)
        frequency = np.arange(self._size // 2 + 1) * self._rate / self._size
        first, last = np.searchsorted(frequency, BAND_HZ)
        self._in_band = slice(int(first), int(last))
        self._total = np.zeros(len(frequency), np.complex128)
        self._count = 0
        self._frames = 0

    def update(self, block: SampleBlock) -> None:
        """Take the next block."""
        self._frames += block.frames
        if self._channels != 2:
            return
        for start in range(0, block.frames - self._size + 1, self._rate):
            second = (block.start_frame + start) // self._rate
            if second >= EACH_UNTIL_S and second % THEN_EVERY_S:
                continue
            part = block.samples[:, start : start + self._size]
            if float(np.square(part, dtype=np.float64).mean()) > db_to_power(HEARD_DBFS):
                left, right = real_transform(part * self._window.astype(part.dtype))
                cross = np.conj(left[self._in_band]) * right[self._in_band]
                self._total[self._in_band] += cross / (np.abs(cross) + TINY)
                self._count += 1

    def finish(self) -> AlignmentReading:
        """Delay over the whole file."""
        names = ("inter_channel_delay_s", "inter-channel-delay")
        if self._channels != 2:
            reason = f"needs two channels, the file has {self._channels}"
            return AlignmentReading(reasons=unmeasured(names, reason))
        if self._count < LEAST_FRAMES:
            reason = f"fewer than {LEAST_FRAMES} s louder than {HEARD_DBFS:g} dBFS"
            return AlignmentReading(reasons=unmeasured(names, reason))
        delay, peak = self._delay()
        if not delay:
            return AlignmentReading(inter_channel_delay_s=0.0)
        late, early = ("right", "left") if delay > 0 else ("left", "right")
        found = finding(
            "inter-channel-delay",
            f"{late} is {1000 * abs(delay):.2f} ms later than {early}",
            start_s=0.0,
            end_s=self._frames / self._rate,
            channels=(0, 1),
            value=delay,
            unit="s",
            confidence=float(np.clip(peak, 0.0, 1.0)),
        )
        return AlignmentReading(inter_channel_delay_s=delay, findings=(found,))

    def _delay(self) -> tuple[float, float]:
        """Delay of the right channel and height of its peak; 0 and 0 if there is none."""
        mean = self._total / self._count
        share = (self._in_band.stop - self._in_band.start) / len(mean)  # a copy then peaks at 1
        correlation = np.fft.irfft(mean, self._size) / share
        longest = round(LONGEST_S * self._rate)
        lags = np.arange(-longest, longest + 1)
        near = np.abs(correlation[lags])
        best = int(near.argmax())
        beside = np.abs(lags - lags[best]) > max(2.0, BESIDE_S * self._rate)
        zero = near[longest]
        lag = float(lags[best])
        if 0 < best < len(lags) - 1:
            before, peak, after = near[best - 1 : best + 2].tolist()
            lag += 0.5 * (before - after) / (before - 2 * peak + after)
        is_one = (
            abs(lag) >= SHORTEST_S * self._rate
            and near[best] >= (LEAST_PEAK_NEAR if abs(lag) < NEAR_S * self._rate else LEAST_PEAK)
            and near[best] >= OVER_OTHERS * near[beside].max()
            and (beside[longest] or near[best] > 1.2 * zero)
        )
        return (lag / self._rate, float(near[best])) if is_one else (0.0, 0.0)
