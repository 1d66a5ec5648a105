"""What to check, against what, and how it came out.

The cases are rows of the tables beside this module. What can be synthesised is; the EBU's own
recordings are used where a folder of them is given; pyloudnorm gives a second opinion.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from mixcheck.conformance.signals import synthesise
from mixcheck.engine import measure, measure_array
from mixcheck.measurement import Measurement
from mixcheck.meters import metrics

TABLES = ("tech3341", "tech3342", "bs1770")
DEFAULT_RATE_HZ = 48_000
OVER_TIME = "series."  # a metric that begins so is an extreme of the series of that name
OPINION_LU = 0.05
OPINION_RATES_HZ = (44_100, 48_000, 96_000)
OPINION_SECONDS = 12


@dataclass(frozen=True, slots=True)
class Result:
    """How a check came out.

    Parameters
    ----------
    measured : float or None
        ``None`` if there was nothing to measure.
    margin : float or None
        Distance to the nearer bound, negative outside.
    outcome : str
        ``"pass"``, ``"fail"`` or ``"absent"``.
    """

    measured: float | None
    margin: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Check:
    """One value that a document says a meter must read.

    Parameters
    ----------
    document, case, clause : str
        Where it says so.
    metric : str
        Metric path.
    expected, plus, minus : float
        The value and how much more or less is allowed.
    sample_rate_hz : int
        Rate of the signal.
    part : int or None
        Which of the signals of a case, counted from 1.
    note : str
        Why the margin is thin, where it is.
    source : mapping or Path
        The recipe of the signal, or a recording.
    layout : str or None
        Loudspeaker layout of the signal.
    from_s, to_s : float
        Of a value over time: the windows that end after one and not after the other.
    """

    document: str
    case: str
    clause: str
    metric: str
    expected: float
    plus: float
    minus: float
    sample_rate_hz: int
    part: int | None = None
    note: str = ""
    source: Mapping[str, Any] | Path | None = field(default=None, repr=False)
    layout: str | None = None
    from_s: float = 0.0
    to_s: float | None = None

    @property
    def unit(self) -> str:
        """Unit of the metric."""
        return "LUFS" if self.metric.startswith(OVER_TIME) else metrics()[self.metric].unit

    def run(self) -> Result:
        """Make or read the signal, measure it and compare."""
        if self.source is None:
            return Result(None, None, "absent")
        series = self.metric.startswith(OVER_TIME)
        if isinstance(self.source, Path):
            measurement = measure(self.source, layout=self.layout, series=series)
        else:
            part = 0 if self.part is None or "in_turn" in self.source else self.part - 1
            recipe = json.dumps(self.source)
            measurement = _measured(recipe, self.sample_rate_hz, part, self.layout, series)
        measured = self._extreme(measurement) if series else measurement.value(self.metric)
        if not isinstance(measured, float):
            return Result(None, None, "fail")
        low, high = self.expected - self.minus, self.expected + self.plus
        margin = min(measured - low, high - measured)
        return Result(measured, margin, "pass" if margin >= 0.0 else "fail")

    def _extreme(self, measurement: Measurement) -> float | None:
        """Least or greatest of the windows that were full; ``None`` if none was, or all silent."""
        series = measurement.series
        if series is None:
            return None
        name = self.metric.removeprefix(OVER_TIME)
        to_s = measurement.format.duration_s if self.to_s is None else self.to_s
        bounds = (round(seconds / series.column_s) for seconds in (self.from_s, to_s))
        values = getattr(series, name)[slice(*bounds)]
        extreme = np.fmin if name.startswith("min_") else np.fmax
        found = float(extreme.reduce(values, initial=np.nan))
        return found if np.isfinite(found) else None


@lru_cache(maxsize=1)  # one signal serves the rows that follow one another
def _measured(
    recipe: str, sample_rate_hz: int, part: int, layout: str | None, series: bool
) -> Measurement:
    samples = synthesise(json.loads(recipe), sample_rate_hz, part).astype(np.float32)
    return measure_array(samples, sample_rate_hz, layout=layout, series=series)


def table_checks() -> Iterator[Check]:
    """Every case that can be synthesised, for every rate and part."""
    for name in TABLES:
        table = _table(name)
        for row in table["case"]:
            for rate in row.get("rates", [DEFAULT_RATE_HZ]):
                for part in range(row.get("parts", 1)):
                    from_s, to_s = row.get("from_s", 0.0), None
                    recipe = dict(row["signal"])
                    if "each_s" in recipe:
                        recipe["in_turn"] = row["parts"]
                        from_s, to_s = part * recipe["each_s"], (part + 1) * recipe["each_s"]
                    yield Check(
                        document=table["document"],
                        case=row["id"],
                        clause=row["clause"],
                        metric=row["metric"],
                        expected=row["expected"] + part * recipe.get("rise_db", 0.0),
                        plus=row["plus"],
                        minus=row["minus"],
                        sample_rate_hz=rate,
                        part=part + 1 if "parts" in row else None,
                        note=row.get("note", ""),
                        source=recipe,
                        layout=row.get("layout"),
                        from_s=from_s,
                        to_s=to_s,
                    )


def ebu_checks(folder: Path) -> Iterator[Check]:
    """The EBU's own recordings, as many as the folder holds; the others are absent."""
    table = _table("ebu_files")
    names = sorted(path.name for path in folder.iterdir())
    for row in table["case"]:
        found = [name for name in names if fnmatch(name.lower(), row["files"])]
        for name in found or [""]:
            yield Check(
                document=table["document"],
                case=row["id"],
                clause=f"{row['clause']} {name}".strip(),
                metric=row["metric"],
                expected=row["expected"],
                plus=row["plus"],
                minus=row["minus"],
                sample_rate_hz=DEFAULT_RATE_HZ,
                source=folder / name if name else None,
                layout=row.get("layout"),
            )


def opinion_checks() -> Iterator[Check]:
    """What pyloudnorm's ``DeMan`` meter reads of noise that swells, in stereo."""
    import pyloudnorm

    for rate in OPINION_RATES_HZ:
        recipe = {"kind": "swelling_noise", "seconds": OPINION_SECONDS}
        meter = pyloudnorm.Meter(rate, filter_class="DeMan")
        yield Check(
            document="pyloudnorm",
            case="swelling-noise",
            clause=f"version {pyloudnorm_version()}, filter_class DeMan",
            metric="loudness.integrated_lufs",
            expected=float(meter.integrated_loudness(synthesise(recipe, rate).T)),
            plus=OPINION_LU,
            minus=OPINION_LU,
            sample_rate_hz=rate,
            source=recipe,
        )


def pyloudnorm_version() -> str:
    """Version of the second opinion."""
    from importlib.metadata import version

    return version("pyloudnorm")


def _table(name: str) -> dict[str, Any]:
    text = files("mixcheck.conformance").joinpath("tables", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
