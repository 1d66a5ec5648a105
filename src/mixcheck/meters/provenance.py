"""Provenance: whether the samples once went through a lossy codec, or were at a lower rate.

Method: the spectrum in bands of 100 Hz, averaged in decibels over the seconds louder than -50 dBFS.
A wall is the largest drop over 300 Hz. A codec leaves out everything above one, so that what lies
there is rounding noise: a wall alone says nothing, for converters and microphones have walls too,
but over theirs something of the programme remains. The fainter the treble below the wall, the
closer to rounding noise, and the more even, must the space above it be. Where more than that is
left, it must be even or far below, and change with the programme from second to second, as what a
decoder adds does; hiss over a wall stays as it is. Where there is no such wall, or a low one, and
nothing at the top of the band, the frames of a codec are looked for, see
mixcheck.meters.codec_frames. In a file over 64 kHz the level must fall from 20 to 27 kHz, twice as
far as below, and stay there.

Source: mixcheck; thresholds from files made for the purpose, see docs/detection.md.

Limits: says what the samples are consistent with, never what happened. Lossy coding over about
256 kbit/s, or without a low-pass, leaves no such trace; nor does any where noise was added later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixcheck.audio import AudioFormat
from mixcheck.meters.base import Finding, Reading, finding, unmeasured
from mixcheck.meters.codec_frames import CodecFrames, Frames
from mixcheck.units import db_to_power, quantity
from mixcheck.views import Block

HEARD_DBFS = -50.0
LEAST_SECONDS = 3
BAND_HZ = 100.0
BESIDE = 6  # bands compared on either side of a wall
GAP = 2  # bands within it
BELOW = 15  # bands below it that hold programme, three quarters of them
BROAD_SHARE = 0.5  # of the drop, by which they are over the residue

LEAST_RATE_HZ = 32_000
SEARCH_HZ = (9_000.0, 20_350.0)  # above, converters have their own walls
UPSAMPLED_BELOW_HZ = 14_500.0  # no codec in use for music cuts lower
# Into a space that is empty: the least drop, the most that the residue may lie over 16-bit
# rounding, and its most standard deviation over the bands; any of these.
EMPTY_DB = ((15.0, 6.0, np.inf), (9.0, 2.0, 2.2), (7.0, 1.0, 0.6))
DEEP_DROP_DB = 26.0  # into whatever residue: clipping in the decoder leaves one
EVEN_DROP_DB = 13.0  # into a residue as even as this
EVEN_DB = 1.2  # standard deviation over the bands
TOP_BANDS = 10
EMPTY_TOP_DB = 3.0  # over 16-bit rounding: a wall would be seen over more
FOLLOWS_DB = 1.0  # standard deviation over the seconds: hiss and dither keep 0.5 or less

HIGH_RATE_HZ = 64_000
HIGH_BANDS_HZ = ((12_500.0, 14_000.0), (18_500.0, 20_000.0), (27_000.0, 30_000.0))
HIGH_TOP_HZ = (36_000.0, 46_000.0)
HIGH_DROP_DB = 15.0  # from the second band to the third
HIGH_OVER_SLOPE = 2.0  # times what it falls from the first to the second
HIGH_EVEN_DB = 6.0  # from the third band to the top
# If the whole band were like the third band, and like the top: softer than any converter's noise.
HIGH_EMPTY_DBFS = (-100.0, -120.0)
HIGH_WALLS_HZ = (22_050.0, 24_000.0)
BETWEEN_WALLS_HZ = (22_600.0, 23_400.0)


@dataclass(frozen=True, kw_only=True)
class ProvenanceReading(Reading):
    """Where the samples come from, as far as they show it."""

    wall_hz: float | None = quantity(
        "Hz",
        "Spectral wall",
        source="mixcheck",
        about="Frequency above which everything was left out, by a codec or by a lower rate.",
        decimals=0,
        heuristic=True,
    )


@dataclass(frozen=True, slots=True)
class _Wall:
    hz: float
    drop_db: float
    confidence: float


class ProvenanceMeter:
    """Looks for traces of lossy codecs and lower rates."""

    name: ClassVar = "provenance"
    reading: ClassVar = ProvenanceReading

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self._rate = audio.sample_rate_hz
        self._frames = 0
        self._heard_energy = db_to_power(HEARD_DBFS) * self._rate
        self._levels: NDArray[np.float64] | float = 0.0  # sum over all but the first and last
        self._squares: NDArray[np.float64] | float = 0.0
        self._latest: NDArray[np.float64] | float = 0.0
        self._seconds = 0
        self._bins, self._band_hz = 1, BAND_HZ
        self._codec_frames = CodecFrames(audio)

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        if LEAST_RATE_HZ <= self._rate <= HIGH_RATE_HZ and not self._audio.is_lossy:
            self._codec_frames.update(block)
        for energy in block.spectra.mean(1):
            if energy.sum() > self._heard_energy:
                self._seconds += 1
                if self._seconds > 2:
                    self._levels = self._levels + self._latest
                    self._squares = self._squares + self._latest**2
                self._latest = self._bands(10.0 * np.log10(energy / self._rate + 1e-30))

    def _bands(self, levels: NDArray[np.float64]) -> NDArray[np.float64]:
        self._bins = len(levels) - 1
        bin_hz = self._rate / 2 / self._bins
        size = max(1, round(BAND_HZ / bin_hz))
        self._band_hz = size * bin_hz
        return np.asarray(levels[: len(levels) // size * size].reshape(-1, size).mean(1))

    def finish(self) -> ProvenanceReading:
        """Provenance of the whole file."""
        reason = self._why_not()
        if reason:
            names = ("wall_hz", "lossy-source", "upsampled")
            return ProvenanceReading(reasons=unmeasured(names, reason))
        # A hard start or end splashes over the whole band: both are left out.
        seconds = self._seconds - 2
        bands = np.asarray(self._levels) / seconds
        variance = np.asarray(self._squares) / seconds - bands**2
        frames = None
        if self._rate > HIGH_RATE_HZ:
            wall = high_wall(bands, self._band_hz, self._bins)
        else:
            rounding = 10.0 * np.log10(2.0**-30 / 12 / self._bins)
            changes = np.sqrt(np.maximum(variance, 0.0))
            wall = codec_wall(bands - rounding, changes, self._band_hz)
            frames = self._frames_of_codec(wall, bands - rounding)
        reasons = {} if wall else {"wall_hz": "no wall found"}
        wall_hz = wall.hz if wall else None
        findings = [self._of_frames(frames)] if frames else [self._of_wall(wall)] if wall else []
        return ProvenanceReading(wall_hz=wall_hz, reasons=reasons, findings=tuple(findings))

    def _frames_of_codec(
        self, wall: _Wall | None, over_rounding: NDArray[np.float64]
    ) -> Frames | None:
        """Looked for where the wall leaves it open what made it, or whether there is one."""
        is_open = wall is None or wall.hz < UPSAMPLED_BELOW_HZ
        top = float(over_rounding[-2 * TOP_BANDS : -TOP_BANDS].mean())
        return self._codec_frames.find() if is_open and top <= EMPTY_TOP_DB else None

    def _why_not(self) -> str:
        if self._audio.is_lossy:
            return "the file itself is lossy"
        if self._rate < LEAST_RATE_HZ:
            return f"needs a rate of {LEAST_RATE_HZ} Hz, the file has {self._rate}"
        if self._seconds < LEAST_SECONDS:
            return f"fewer than {LEAST_SECONDS} s louder than {HEARD_DBFS:g} dBFS"
        return ""

    def _of_wall(self, wall: _Wall) -> Finding:
        is_upsampled = self._rate > HIGH_RATE_HZ or wall.hz < UPSAMPLED_BELOW_HZ
        cause = "a source at a lower rate" if is_upsampled else "a decoded lossy file"
        return finding(
            "upsampled" if is_upsampled else "lossy-source",
            f"nothing above {wall.hz / 1000:.1f} kHz, a drop of {wall.drop_db:.0f} dB: "
            f"consistent with {cause}",
            start_s=0.0,
            end_s=self._frames / self._rate,
            channels=range(self._audio.channels),
            value=wall.hz,
            unit="Hz",
            confidence=wall.confidence,
        )

    def _of_frames(self, frames: Frames) -> Finding:
        return finding(
            "lossy-source",
            f"coefficients are missing as in frames of {frames.codec}: "
            "consistent with a decoded lossy file",
            start_s=0.0,
            end_s=self._frames / self._rate,
            channels=range(self._audio.channels),
            confidence=0.9,
        )


def codec_wall(
    over_rounding: NDArray[np.float64], changes: NDArray[np.float64], band_hz: float
) -> _Wall | None:
    """The wall of a codec, if there is one with nothing of the programme above it.

    Parameters
    ----------
    over_rounding : ndarray, shape (bands,)
        Levels over that of 16-bit rounding noise, in dB.
    changes : ndarray, shape (bands,)
        Standard deviation of the levels over the seconds, in dB.
    band_hz : float
        Width of a band.
    """
    low, high = (int(hz / band_hz) for hz in SEARCH_HZ)
    high = min(high, len(over_rounding) - GAP - BESIDE)
    if high <= low:
        return None
    means = np.convolve(over_rounding, np.ones(BESIDE) / BESIDE, "valid")
    places = np.arange(low, high)
    drops = means[places - BESIDE] - means[places + GAP]
    place, drop = int(places[drops.argmax()]), float(drops.max())
    above = over_rounding[place + GAP + 1 :]
    residue, spread = float(above.mean()), float(above.std())
    below = np.sort(over_rounding[place - BELOW : place])[BELOW // 4]
    if below - float(above[:BELOW].mean()) < BROAD_SHARE * drop:
        return None  # a tone, which leaks to both sides alike
    is_empty = any(
        drop >= least and residue <= over and spread <= even for least, over, even in EMPTY_DB
    )
    is_even = drop >= DEEP_DROP_DB or (drop >= EVEN_DROP_DB and spread <= EVEN_DB)
    follows = float(changes[place + GAP + 1 :].mean()) >= FOLLOWS_DB
    if not (is_empty or (is_even and follows)):
        return None
    return _Wall(place * band_hz, drop, 0.9 if is_empty else 0.7)


def high_wall(bands: NDArray[np.float64], band_hz: float, bins: int) -> _Wall | None:
    """The wall of a conversion from 44.1 or 48 kHz, in a file of a higher rate.

    Parameters
    ----------
    bands : ndarray, shape (bands,)
        Mean level of the bins of each, in dBFS.
    band_hz : float
    bins : int
        In the whole spectrum.
    """

    def level(low_hz: float, high_hz: float) -> float:
        return float(bands[int(low_hz / band_hz) : int(high_hz / band_hz)].mean())

    middle, below, above = (level(*band) for band in HIGH_BANDS_HZ)
    low_hz, high_hz = HIGH_TOP_HZ
    top = level(low_hz, min(high_hz, 0.95 * len(bands) * band_hz))
    drop = below - above
    is_wall = drop >= max(HIGH_DROP_DB, HIGH_OVER_SLOPE * (middle - below))
    # A converter's residue under 24 bits has a slope of its own.
    whole_db = 10.0 * np.log10(bins)
    is_empty = all(
        one + whole_db <= most for one, most in zip((above, top), HIGH_EMPTY_DBFS, strict=True)
    )
    if not is_wall or not (is_empty or abs(above - top) <= HIGH_EVEN_DB):
        return None
    reaches_on = level(*BETWEEN_WALLS_HZ) > (below + above) / 2.0
    return _Wall(HIGH_WALLS_HZ[reaches_on], drop, 0.9)
