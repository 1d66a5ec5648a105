"""Integrity: is the file what it says, and is all of it there.

Method: Effective bit depth: the bits that any sample uses, on the grid of the declared depth.
Effective bandwidth: the highest frequency (in bands of 200 Hz) whose level, averaged in decibels
over the seconds, is within 60 dB of the strongest band from 2 kHz up, and over the rounding noise
of the bit depth. Leading and trailing silence: until the first, and after the last, 10 ms that
exceed -60 dBFS RMS in any channel. A cut start or end: the first or last millisecond is as loud as
the programme next to it, and the very first or last sample is away from zero; unless the
beginning follows on the end without a break, as in a loop.

Source: definitions; the -60 dBFS is that of Essentia's StartStopSilence.

Limits: padding is seen only if nothing was processed after it. Effective bandwidth says how far
the spectrum reaches, not why. Files under three seconds are not judged for cuts: a one-shot begins
when it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat, Samples
from mixcheck.dsp.prediction import prediction_error, predictor
from mixcheck.dsp.quantile import quantile
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding, unmeasured
from mixcheck.meters.used_bits import UsedBits
from mixcheck.units import clock, db_to_power, db_to_ratio, power_to_db, quantity
from mixcheck.views import SEGMENTS_PER_S, Block

SILENCE_DBFS = -60.0
LONG_LEADING_S = 3.0
LONG_TRAILING_S = 10.0

CUT_SHORTEST_S = 3.0
CUT_EDGE_S = 0.001
CUT_NEAR_S = 0.5
CUT_LEVEL_DBFS = -40.0
CUT_DROP_DB = 12.0
CUT_JUMP_SHARE = 0.1  # of the RMS: an attack may begin at once, but begins at zero
SEAM_ORDER = 16
SEAM_QUANTILE = 0.95
SEAM_OVER = 2.0

PADDING_BITS = 8
PADDED_BITS = 16  # 24 bits in 32 is how converters deliver
PADDING_LEAST_S = 1.0
BANDWIDTH_STEP_HZ = 200.0
BANDWIDTH_FROM_HZ = 2000.0  # the bass is no measure of the treble
BANDWIDTH_RANGE_DB = 60.0
TINY = 1e-20
BANDWIDTH_OVER_ROUNDING_DB = 6.0

SLACK_FRAMES = {
    "MP3": 4608,  # encoder and decoder delay that a decoder takes out again
    "OGG": 8192,  # blocks that libvorbis leaves out where an encoder was restarted
    "MATROSKA": 4608,  # lengths in milliseconds, with the delay that a decoder takes out
    "FLV": 4608,
    "MP4": 4608,  # that has no edit list counts the delay too; one cut off has a broken last packet
    "MOV": 4608,
    "DSF": 4096,  # FFmpeg counts the padding of the last block
    "ASF": 8192,  # and Windows Media's are counted before the first block is joined
}


@dataclass(frozen=True, kw_only=True)
class IntegrityReading(Reading):
    """Whether the file holds what it says."""

    effective_bit_depth: int | None = quantity(
        "bit",
        "Effective bit depth",
        source="definition",
        about="Bits that the samples use; fewer than declared is padding.",
        decimals=0,
    )
    effective_bandwidth_hz: float | None = quantity(
        "Hz",
        "Effective bandwidth",
        source="mixcheck",
        about="Highest frequency with content.",
        decimals=0,
        heuristic=True,
    )
    leading_silence_s: float | None = quantity(
        "s",
        "Leading silence",
        source="definition",
        about="Time until the first 10 ms louder than -60 dBFS.",
        decimals=2,
    )
    trailing_silence_s: float | None = quantity(
        "s",
        "Trailing silence",
        source="definition",
        about="Time after the last 10 ms louder than -60 dBFS.",
        decimals=2,
    )
    non_finite_samples: int | None = quantity(
        "",
        "Non-finite samples",
        source="definition",
        about="Samples that are NaN or infinite; they were measured as zero.",
        decimals=0,
    )


class IntegrityMeter:
    """Meters what the file holds against what it says."""

    name: ClassVar = "integrity"
    reading: ClassVar = IntegrityReading

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self._rate = audio.sample_rate_hz
        self._frames = 0
        self._is_cut_off = False
        self._segments = 0
        self._first_heard: int | None = None
        self._last_heard = 0
        self._heard_power = db_to_power(SILENCE_DBFS)
        self._first_spectrum = self._latest_spectrum = np.zeros(0)  # logarithms, as the next
        self._middle_spectra: NDArray[np.float64] | float = 0.0
        self._spectra = 0
        self._bits = UsedBits(audio)
        self._non_finite: list[tuple[int, int]] = []
        self._non_finite_count = 0
        self._head: Samples | None = None
        self._tail = np.zeros((audio.channels, 0), np.float32)

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        self._is_cut_off |= block.is_cut_off
        segments = block.segments
        variance = segments.energy - segments.total**2 / segments.frames  # an offset is silent
        power = (variance / segments.frames).max(0)
        heard = np.flatnonzero(power > self._heard_power)
        if len(heard):
            if self._first_heard is None:
                self._first_heard = self._segments + int(heard[0])
            self._last_heard = self._segments + int(heard[-1])
        self._segments += len(power)
        for spectrum in block.spectra.mean(1):
            self._add_spectrum(spectrum)
        self._bits.update(block.samples)
        self._update_non_finite(block)
        near = round(CUT_NEAR_S * self._rate)
        if self._head is None:
            self._head = self._tail = block.samples[:, :near].copy()
        self._tail = np.concatenate([self._tail, block.samples[:, -near:]], axis=1)[:, -near:]

    def _add_spectrum(self, spectrum: NDArray[np.float64]) -> None:
        """Take the energy of a second."""
        if not spectrum.any():
            return
        self._spectra += 1
        if self._spectra > 2:
            self._middle_spectra = self._middle_spectra + self._latest_spectrum
        self._latest_spectrum = np.log(spectrum + TINY * spectrum.sum())
        if self._spectra == 1:
            self._first_spectrum = self._latest_spectrum

    def _update_non_finite(self, block: Block) -> None:
        self._non_finite_count += len(block.non_finite)
        room = LISTED_PER_CODE - len(self._non_finite)
        for channel, frame in block.non_finite[:room].tolist():
            self._non_finite.append((channel, block.start_frame + frame))

    def finish(self) -> IntegrityReading:
        """Integrity of the whole file."""
        duration_s = self._frames / self._rate
        reasons: dict[str, str] = {}
        bits, why_no_bits = self._bits.finish()
        if bits is None:
            reasons["effective_bit_depth"] = why_no_bits
        bandwidth = self._bandwidth_hz()
        if bandwidth is None:
            reasons["effective_bandwidth_hz"] = "digital silence has no spectrum"
        leading = trailing = duration_s
        if self._first_heard is not None:
            leading = self._first_heard / SEGMENTS_PER_S
            trailing = max(0.0, duration_s - (self._last_heard + 1) / SEGMENTS_PER_S)
        if duration_s < CUT_SHORTEST_S:
            reasons |= unmeasured(("cut-start", "cut-end"), f"shorter than {CUT_SHORTEST_S:g} s")
        return IntegrityReading(
            effective_bit_depth=bits,
            effective_bandwidth_hz=bandwidth,
            leading_silence_s=leading,
            trailing_silence_s=trailing,
            non_finite_samples=self._non_finite_count,
            reasons=reasons,
            findings=(
                *truncated(self._audio, self._frames, is_cut_off=self._is_cut_off),
                *self._non_finite_findings(),
                *self._silence_findings(leading, trailing, duration_s),
                *self._cuts(duration_s),
                *self._padding(bits, duration_s),
            ),
        )

    def _bandwidth_hz(self) -> float | None:
        if not self._spectra:
            return None
        # A hard start or end splashes over the whole band: leave both out where others remain.
        mean = (self._first_spectrum + self._latest_spectrum) / 2
        if self._spectra > 2:
            mean = np.asarray(self._middle_spectra) / (self._spectra - 2)
        energy = np.exp(mean) / self._rate
        bin_hz = self._rate / 2 / (len(energy) - 1)
        group = max(1, round(BANDWIDTH_STEP_HZ / bin_hz))
        bands = energy[: len(energy) // group * group].reshape(-1, group).mean(1)
        step = 2.0 ** (1 - (self._audio.bit_depth or 24))
        rounding = step**2 / 12 / (len(energy) - 1)  # spread evenly over the bins
        least = max(
            bands[round(BANDWIDTH_FROM_HZ / bin_hz) // group :].max()
            * db_to_power(-BANDWIDTH_RANGE_DB),
            rounding * db_to_power(BANDWIDTH_OVER_ROUNDING_DB),
        )
        reached = np.flatnonzero(bands > least)
        top = int(reached[-1]) + 1 if len(reached) else 1
        return float(min(top * group * bin_hz, self._rate / 2))

    def _non_finite_findings(self) -> tuple[Finding, ...]:
        if self._non_finite_count == self._frames * self._audio.channels:
            return (
                finding(
                    "non-finite",
                    "every sample is NaN, infinite or beyond any level, and was measured as zero",
                    start_s=0.0,
                    end_s=self._frames / self._rate,
                    channels=range(self._audio.channels),
                ),
            )
        return tuple(
            finding(
                "non-finite",
                "a sample is NaN, infinite or beyond any level",
                start_s=frame / self._rate,
                end_s=(frame + 1) / self._rate,
                channels=(channel,),
            )
            for channel, frame in sorted(self._non_finite, key=lambda place: place[1])
        )

    def _silence_findings(
        self, leading: float, trailing: float, duration_s: float
    ) -> list[Finding]:
        if self._first_heard is None:
            return []
        found = []
        if leading > LONG_LEADING_S:
            message = f"{leading:.1f} s of silence before the programme"
            found.append(
                finding(
                    "leading-silence", message, start_s=0, end_s=leading, value=leading, unit="s"
                )
            )
        if trailing > LONG_TRAILING_S:
            message = f"{trailing:.1f} s of silence after the programme"
            start_s = duration_s - trailing
            found.append(
                finding(
                    "trailing-silence",
                    message,
                    start_s=start_s,
                    end_s=duration_s,
                    value=trailing,
                    unit="s",
                )
            )
        return found

    def _cuts(self, duration_s: float) -> list[Finding]:
        if duration_s < CUT_SHORTEST_S or self._head is None:
            return []
        edge = max(1, round(CUT_EDGE_S * self._rate))
        tail = self._tail
        if is_seamless(tail, self._head):
            return []  # a loop, made to be played on without a break
        places = (
            ("cut-start", "starts", self._head[:, :edge], self._head, 0, 0.0),
            ("cut-end", "stops", tail[:, -edge:], tail, -1, duration_s),
        )
        found = []
        for code, verb, edge_samples, near_samples, index, at_s in places:
            offset = near_samples.mean(1, keepdims=True)
            # An offset that stays is no signal; one that fades with the tail is none either.
            power = min(float(((edge_samples - held) ** 2).mean()) for held in (offset, 0.0))
            level = power_to_db(power)
            near = power_to_db(float(((near_samples - offset) ** 2).mean()))
            if level is None or near is None or near < CUT_LEVEL_DBFS:
                continue
            jump = float(np.abs(edge_samples[:, index : index + 1 or None] - offset).max())
            if near - level < CUT_DROP_DB and jump > CUT_JUMP_SHARE * db_to_ratio(near):
                message = f"{verb} at {level:.1f} dBFS, without a fade"
                found.append(
                    finding(
                        code,
                        message,
                        start_s=max(0.0, at_s - CUT_EDGE_S),
                        end_s=min(duration_s, at_s + CUT_EDGE_S),
                        channels=range(self._audio.channels),
                        value=level,
                        unit="dBFS",
                        confidence=0.8,
                    )
                )
        return found

    def _padding(self, bits: int | None, duration_s: float) -> tuple[Finding, ...]:
        declared = self._audio.bit_depth
        if bits is None or declared is None or self._audio.is_float:
            return ()
        if declared - bits < PADDING_BITS or bits > PADDED_BITS or duration_s < PADDING_LEAST_S:
            return ()
        return (
            finding(
                "padded-bit-depth",
                f"{declared}-bit file with {bits} bits of signal",
                start_s=0.0,
                end_s=duration_s,
                channels=range(self._audio.channels),
                value=float(bits),
                unit="bit",
            ),
        )


def is_seamless(tail: Samples, head: Samples) -> bool:
    """Whether the beginning follows on the end as any sample does on those before it."""
    for last, first in zip(tail.astype(np.float64), head.astype(np.float64), strict=True):
        joined = np.concatenate([last, first])
        error = np.abs(prediction_error(joined, predictor(joined, SEAM_ORDER)))
        seam = len(last) - SEAM_ORDER  # the first sample of the head
        usual = quantile(error, SEAM_QUANTILE)
        if error[seam : seam + SEAM_ORDER].max() > SEAM_OVER * usual:
            return False
    return bool(tail[:, -1].any() and head[:, 0].any())


def truncated(audio: AudioFormat, frames: int, *, is_cut_off: bool = False) -> tuple[Finding, ...]:
    """A finding if a file holds fewer frames than it should, or its decoder failed."""
    declared = None if audio.has_placeholder_size else audio.declared_frames
    slack = SLACK_FRAMES.get(audio.container, 0)
    duration_s = frames / audio.sample_rate_hz
    if declared is None or declared - frames <= slack:
        if is_cut_off:
            message = f"the decoder failed after {clock(duration_s)}: the rest is lost"
            return (finding("truncated", message, start_s=duration_s, end_s=duration_s),)
        if audio.has_placeholder_size and audio.declared_frames != frames:
            message = (
                "the header holds the placeholder of a file that was written to a pipe; all "
                f"{clock(duration_s)} that are there were read"
            )
            return (finding("unknown-length", message, start_s=duration_s, end_s=duration_s),)
        if not audio.is_incomplete:
            return ()
        parts = "frames of the MP3" if audio.container == "MP3" else "pages of the Ogg stream"
        message = f"{parts} are missing, damaged or cut off"
        return (finding("truncated", message, start_s=0.0, end_s=duration_s),)
    declared_s = declared / audio.sample_rate_hz
    return (
        finding(
            "truncated",
            f"the file should hold {clock(declared_s)}, only {clock(duration_s)} could be read",
            start_s=duration_s,
            end_s=declared_s,
            value=declared_s - duration_s,
            unit="s",
        ),
    )
