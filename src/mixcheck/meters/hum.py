"""Mains hum, told from bass notes by its steadiness where the programme is quiet.

Method: Of each second the quietest stretch of 0.75 s, so that a pause between words suffices; of
these the sixteen quietest, as far as they are within 6 dB, at a low rate. A harmonic of 50 or 60 Hz
counts if it stands 15 dB over its neighbourhood, lies where the mains puts it, and keeps its level
within 2 dB from stretch to stretch. Hum needs the first or second harmonic, and two harmonics in
all or one that stands very high; all of it 15 dB under the programme. A bass note is off the mains
frequency, or changes.

Source: the steadiness test is that of Brandt and Bitzer, "Automatic detection of hum in audio
signals", JAES 62(9), 2014; the quiet stretches replace its quantiles over time.

Limits: heuristic. Less than four seconds, or a held synthetic tone at exactly a mains frequency,
cannot be told.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.dsp.decimation import Decimator
from mixcheck.dsp.quantile import median
from mixcheck.meters.base import Finding, finding, unmeasured
from mixcheck.units import power_to_db
from mixcheck.views import Block

MAINS_HZ = (50.0, 60.0)
HARMONICS = 7
STRETCH_S = 0.75
SLOT_S = 1
SHIFTS = 8  # where in its slot a stretch may begin
STRETCHES = 16
LEAST_STRETCHES = 4
PAUSE_SHARE = 4.0  # of the power of the quietest stretch: louder ones hold programme
PADDING = 10
DRIFT_HZ = 0.3  # at the fundamental
PROMINENCE_DB = 15.0
LONE_PROMINENCE_DB = 25.0
STEADY_DB = 2.0
NEIGHBOURHOOD_HZ = (3.0, 15.0)
LOUDEST_SHARE = 0.03  # of the programme's power (-15 dB): more is the programme
AUDIBLE_DBFS = -80.0


@dataclass(frozen=True, slots=True)
class Hum:
    """What was found."""

    frequency_hz: float | None = None
    level_dbfs: float | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Harmonic:
    number: int
    frequency_hz: float
    power: float
    prominence_db: float


class HumFinder:
    """Collects quiet stretches, then looks for hum in them."""

    def __init__(self, audio: AudioFormat) -> None:
        decimator = Decimator(audio.sample_rate_hz, 1)
        self._rate_hz, self._usable_hz = decimator.rate_hz, decimator.usable_hz
        self._factor = decimator.factor
        self._length = int(STRETCH_S * self._rate_hz)
        self._bass = np.zeros((audio.channels, 0), np.float32)
        self._bass_start = 0
        self._stretches = 0
        self._quietest: list[tuple[float, int, NDArray[np.floating]]] = []
        self._count = 0
        self._frames = 0
        self._energy = 0.0
        self._sample_rate_hz = audio.sample_rate_hz

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        self._energy += float(block.segments.energy.mean(0).sum())
        self._bass = np.concatenate([self._bass, block.bass], axis=1)
        # A slot is complete with the stretch that may begin at its end.
        seconds = self._frames / self._sample_rate_hz - STRETCH_S
        slots = range(self._stretches, max(self._stretches, int(seconds / SLOT_S)))
        if not slots:
            return
        variance, is_black = self._windows()
        step = int(SLOT_S * self._rate_hz) // SHIFTS
        for slot in slots:
            first = self._slot_start(slot) - self._bass_start
            end = first + int((SLOT_S + STRETCH_S) * self._rate_hz) - self._length + 1
            starts = np.arange(first, min(end, len(variance)), step)
            heard = starts[~is_black[starts]]
            if len(heard):
                self._keep_if_quiet(variance, int(heard[variance[heard].argmin()]))
        self._stretches = slots.stop
        end = self._slot_start(slots.stop)
        self._bass = self._bass[:, end - self._bass_start :]
        self._bass_start = end

    def _slot_start(self, slot: int) -> int:
        return slot * SLOT_S * self._sample_rate_hz // self._factor

    def _windows(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Of the stretch that begins at each frame: its variance, and if it has digital black."""
        bass, length = self._bass, self._length
        parts = np.concatenate([bass, bass**2, np.all(bass == 0.0, axis=0, keepdims=True)])
        sums = np.pad(np.cumsum(parts, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
        means = (sums[:, length:] - sums[:, :-length]) / length
        channels = len(bass)
        variance = (means[channels:-1] - means[:channels] ** 2).mean(0).clip(0.0)
        return variance, means[-1] > 0

    def _keep_if_quiet(self, variance: NDArray[np.float64], start: int) -> None:
        self._count += 1
        stretch = self._bass[:, start : start + self._length].copy()
        entry = (-float(variance[start]), self._count, stretch)
        if len(self._quietest) < STRETCHES:
            heapq.heappush(self._quietest, entry)
        else:
            heapq.heappushpop(self._quietest, entry)

    def finish(self) -> Hum:
        """Look for hum."""
        if len(self._quietest) < LEAST_STRETCHES:
            seconds = LEAST_STRETCHES * SLOT_S
            return Hum(
                reasons=unmeasured(
                    ("hum_hz", "hum_dbfs", "hum"), f"fewer than {seconds} s without digital black"
                )
            )
        quietest = sorted(self._quietest, reverse=True)
        most = PAUSE_SHARE * -quietest[0][0]
        pauses = quietest[: max(LEAST_STRETCHES, sum(-one[0] <= most for one in quietest))]
        stretches = np.array([stretch for _, _, stretch in pauses], np.float64)
        power = self._spectra(stretches)
        best: list[_Harmonic] = []
        for mains_hz in MAINS_HZ:
            found = self._harmonics(power, mains_hz)
            is_programme = _level(found) > self._energy / self._frames * LOUDEST_SHARE
            if _is_hum(found) and not is_programme and _level(found) > _level(best):
                best = found
        if not best:
            reasons = unmeasured(("hum_hz", "hum_dbfs"), "no hum found")
            under = self._energy / self._frames * LOUDEST_SHARE
            if sum(-one[0] <= under for one in quietest) < LEAST_STRETCHES:
                reasons["hum"] = f"less than {LEAST_STRETCHES * SLOT_S} s of pauses to hear it in"
            return Hum(reasons=reasons)
        total = _level(best)
        frequency = sum(h.power * h.frequency_hz / h.number for h in best) / total
        level = power_to_db(total)
        return Hum(frequency, level, findings=self._findings(frequency, level, len(best)))

    def _spectra(self, stretches: NDArray[np.float64]) -> NDArray[np.float64]:
        """Power of a sine at each frequency, shape (stretches, bins), channels averaged."""
        window = np.hanning(self._length)
        centred = stretches - stretches.mean(2, keepdims=True)
        spectra = np.fft.rfft(centred * window, PADDING * self._length, axis=2)
        return np.asarray((2.0 * (np.abs(spectra) / window.sum()) ** 2).mean(1))

    def _harmonics(self, power: NDArray[np.float64], mains_hz: float) -> list[_Harmonic]:
        step_hz = self._rate_hz / (PADDING * self._length)
        frequency = np.arange(power.shape[1]) * step_hz
        mean = power.mean(0)
        found = []
        for number in range(1, HARMONICS + 1):
            centre, drift = number * mains_hz, number * DRIFT_HZ
            if centre + NEIGHBOURHOOD_HZ[1] > self._usable_hz:
                break
            offset = np.abs(frequency - centre)
            near, far = NEIGHBOURHOOD_HZ
            candidates = np.flatnonzero(offset <= near)
            peak = int(candidates[mean[candidates].argmax()])
            around = median(mean[(offset > near) & (offset <= far)])
            prominence = power_to_db(mean[peak] / around) if around else None
            levels = 10.0 * np.log10(power[:, peak] + 1e-20)
            if (
                prominence is not None
                and prominence >= PROMINENCE_DB
                and offset[peak] <= drift + step_hz / 2
                and levels.std() <= STEADY_DB
            ):
                found.append(
                    _Harmonic(number, float(frequency[peak]), float(mean[peak]), prominence)
                )
        return _fitting(found, step_hz)

    def _findings(
        self, frequency_hz: float, level_dbfs: float | None, harmonics: int
    ) -> tuple[Finding, ...]:
        if level_dbfs is None or level_dbfs < AUDIBLE_DBFS:
            return ()
        return (
            finding(
                "hum",
                f"{frequency_hz:.1f} Hz, {harmonics} harmonic{'s' if harmonics > 1 else ''}, "
                f"at {level_dbfs:.1f} dBFS",
                start_s=0.0,
                end_s=self._frames / self._sample_rate_hz,
                value=level_dbfs,
                unit="dBFS",
                confidence=0.9 if harmonics > 1 else 0.7,
            ),
        )


def _fitting(found: list[_Harmonic], step_hz: float) -> list[_Harmonic]:
    """Those that are multiples of the strongest of the first two, within the resolution."""
    low = [one for one in found if one.number <= 2]
    if not low:
        return []
    base = max(low, key=lambda one: one.power)
    fundamental_hz = base.frequency_hz / base.number
    return [
        one
        for one in found
        if abs(one.frequency_hz - one.number * fundamental_hz)
        <= step_hz / 2 * (1 + one.number / base.number)
    ]


def _level(harmonics: list[_Harmonic]) -> float:
    return sum(harmonic.power for harmonic in harmonics)


def _is_hum(harmonics: list[_Harmonic]) -> bool:
    if not any(harmonic.number <= 2 for harmonic in harmonics):
        return False
    return len(harmonics) > 1 or harmonics[0].prominence_db >= LONE_PROMINENCE_DB
