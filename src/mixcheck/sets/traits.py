"""What the files of a set are compared in, and how far one may lie apart without being odd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mixcheck.measurement import Measurement
from mixcheck.units import db_to_power, power_to_db

BASS_HZ = (28.0, 160.0)
MIDDLE_HZ = (300.0, 3200.0)
TREBLE_HZ = (4500.0, 18_000.0)


@dataclass(frozen=True, slots=True)
class Side:
    """What a file is that has more, or less, than the others.

    Parameters
    ----------
    told : str
        With ``{by}`` for how much and ``{usual}`` for the median.
    do : str
    """

    told: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """A number of each file.

    Parameters
    ----------
    name : str
        Metric path, or a word of its own.
    label, unit : str
    floor : float
        A file that lies no further from the median is never odd, however alike the others are.
    over, under : Side or None
        ``None`` where that side is no fault.
    value : callable
        The number; ``None`` where there is none.
    end : float or None
        The file with the most, and that with the least, are odd if they lie further from the
        median, however far apart the others lie.
    decimals : int
    """

    name: str
    label: str
    unit: str
    floor: float
    over: Side | None
    under: Side | None
    value: Callable[[Measurement], float | None]
    end: float | None = None
    decimals: int = 1


def _metric(path: str) -> Callable[[Measurement], float | None]:
    def value(measurement: Measurement) -> float | None:
        number = measurement.value(path) if measurement.readings else None
        return float(number) if isinstance(number, int | float) else None

    return value


def _balance(region_hz: tuple[float, float]) -> Callable[[Measurement], float | None]:
    """Level of a region of the spectrum over that of the middle, which gain does not change."""

    def value(measurement: Measurement) -> float | None:
        region, middle = (_level(measurement, one) for one in (region_hz, MIDDLE_HZ))
        return None if region is None or middle is None else region - middle

    return value


def _level(measurement: Measurement, region_hz: tuple[float, float]) -> float | None:
    if not measurement.readings:
        return None
    levels = measurement.value("spectrum.band_level_db")
    centres = measurement.value("spectrum.band_centre_hz")
    if not isinstance(levels, tuple) or not isinstance(centres, tuple):
        return None
    if not centres or centres[-1] * 1.2 < region_hz[1]:
        return None  # the rate does not reach so far
    powers = (
        db_to_power(level)
        for level, centre in zip(levels, centres, strict=True)
        if level is not None and region_hz[0] <= centre <= region_hz[1]
    )
    return power_to_db(sum(powers))


TRAITS = (
    Trait(
        name="loudness.integrated_lufs",
        label="Integrated loudness",
        unit="LUFS",
        floor=3.0,
        end=4.0,
        over=Side(
            "{by} LU louder than the median of the set ({usual} LUFS)",
            "Listen to it between its neighbours; if the step is not meant, level it.",
        ),
        under=Side(
            "{by} LU softer than the median of the set ({usual} LUFS)",
            "Listen to it between its neighbours; if the step is not meant, level it.",
        ),
        value=_metric("loudness.integrated_lufs"),
    ),
    Trait(
        name="peak.max_true_peak_dbtp",
        label="True peak",
        unit="dBTP",
        floor=1.0,
        over=Side(
            "peaks {by} dB over the median of the set ({usual} dBTP)",
            "See whether it was held to the ceiling of the others.",
        ),
        under=Side(
            "peaks {by} dB under the median of the set ({usual} dBTP)",
            "No fault in itself: see whether it was turned down, or is meant to be soft.",
        ),
        value=_metric("peak.max_true_peak_dbtp"),
        decimals=2,
    ),
    Trait(
        name="bass_db",
        label="Bass to middle",
        unit="dB",
        floor=4.0,
        over=Side(
            "{by} dB more bass than the median of the set (30 to 160 Hz against the middle)",
            "Compare its low end with that of the others.",
        ),
        under=Side(
            "{by} dB less bass than the median of the set (30 to 160 Hz against the middle)",
            "Compare its low end with that of the others.",
        ),
        value=_balance(BASS_HZ),
    ),
    Trait(
        name="treble_db",
        label="Treble to middle",
        unit="dB",
        floor=4.0,
        over=Side(
            "{by} dB brighter than the median of the set (over 4.5 kHz against the middle)",
            "Compare its top with that of the others, and see whether it is the right version.",
        ),
        under=Side(
            "{by} dB duller than the median of the set (over 4.5 kHz against the middle)",
            "Compare its top with that of the others, and see whether it is the right version.",
        ),
        value=_balance(TREBLE_HZ),
    ),
    Trait(
        name="noise.noise_floor_dbfs",
        label="Noise floor",
        unit="dBFS",
        floor=12.0,
        over=Side(
            "its quietest passages lie {by} dB over the median of the set ({usual} dBFS)",
            "Listen to its quietest passage for noise that the others do not have.",
        ),
        under=None,
        value=_metric("noise.noise_floor_dbfs"),
    ),
    Trait(
        name="integrity.leading_silence_s",
        label="Silence at the head",
        unit="s",
        floor=0.5,
        over=Side(
            "{by} s more silence at the head than the median of the set ({usual} s)",
            "Trim its head like those of the others.",
        ),
        under=Side(
            "{by} s less silence at the head than the median of the set ({usual} s)",
            "Trim its head like those of the others.",
        ),
        value=_metric("integrity.leading_silence_s"),
        decimals=2,
    ),
    Trait(
        name="integrity.trailing_silence_s",
        label="Silence at the tail",
        unit="s",
        floor=2.0,
        over=Side(
            "{by} s more silence at the tail than the median of the set ({usual} s)",
            "Trim its tail like those of the others; see whether its end is all there.",
        ),
        under=Side(
            "{by} s less silence at the tail than the median of the set ({usual} s)",
            "Trim its tail like those of the others; see whether its end is all there.",
        ),
        value=_metric("integrity.trailing_silence_s"),
        decimals=2,
    ),
)
FORMAT_TRAITS = (
    ("format.codec", "Codec", ""),
    ("format.sample_rate_hz", "Sample rate", "Hz"),
    ("format.bit_depth", "Bit depth", "bit"),
    ("format.channels", "Channels", "channels"),
)
FORMAT_DO = "Export all files of the set from their sources with the same settings."
