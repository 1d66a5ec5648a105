"""The measurement of one file: plain frozen data that knows no spec."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from mixcheck.audio import AudioFormat
from mixcheck.meters import METERS, Finding, Reading
from mixcheck.units import flat_dict, quantities

if TYPE_CHECKING:
    from mixcheck.series import Series

SCHEMA_VERSION = 1
ANALYSIS_VERSION = 4

# Only so many findings of a code are listed; these metrics count them all.
COUNTED_BY = {
    "click": "impulse.clicks",
    "clipping": "clipping.clip_runs",
    "dropout": "continuity.dropouts",
    "gap": "gap.gaps",
    "inter-sample-over": "peak.inter_sample_overs",
    "noise-burst": "burst.noise_bursts",
    "repeated-block": "repetition.repeated_blocks",
    "non-finite": "integrity.non_finite_samples",
}

NO_NUMBER = "no sample is a number that can be measured"

Value = float | int | str | None | tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """Everything measured of one file.

    Parameters
    ----------
    path : str
        The file as the caller named it.
    format : AudioFormat
        What the file says of itself, and how much of it could be read.
    readings : mapping of str to Reading
        One for each meter, by its name.
    findings : tuple of Finding
        What the meters saw, in order of time.
    analysis_version : int
        Version of the algorithms: numbers of different versions are not comparable.
    series : Series or None
        The levels over time, where they were asked for; plain data and caches leave them out.
    """

    path: str
    format: AudioFormat
    readings: Mapping[str, Reading]
    findings: tuple[Finding, ...]
    analysis_version: int = ANALYSIS_VERSION
    series: Series | None = None

    @classmethod
    def of(
        cls,
        path: str,
        audio: AudioFormat,
        readings: Mapping[str, Reading],
        series: Series | None = None,
    ) -> Measurement:
        """The measurement that the meters' readings make."""
        found = [item for reading in readings.values() for item in reading.findings]
        found.sort(key=lambda item: (item.start_s, item.code))
        bare = {name: replace(reading, findings=()) for name, reading in readings.items()}
        unusable = getattr(readings.get("integrity"), "non_finite_samples", None)
        if unusable == audio.frames * audio.channels:
            bare = {
                name: replace(reading, reasons=dict.fromkeys(reading.reasons, NO_NUMBER))
                for name, reading in bare.items()
            }
        return cls(path, audio, bare, tuple(found), series=series)

    def count(self, code: str) -> int:
        """How many findings of a code there are, listed or not."""
        if not self.findings:
            return 0
        listed = sum(one.code == code for one in self.findings)
        counted = self.value(COUNTED_BY[code]) if listed and code in COUNTED_BY else 0
        return max(listed, counted if isinstance(counted, int) else 0)

    def counts(self) -> Mapping[str, int]:
        """How many findings of each code there are; codes without any are left out."""
        codes = dict.fromkeys(one.code for one in self.findings)
        return {code: self.count(code) for code in codes}

    def value(self, metric: str) -> Value:
        """Value of a metric path such as ``"loudness.integrated_lufs"``.

        Raises
        ------
        KeyError
            There is no such metric.
        """
        group, _, name = metric.partition(".")
        holder: Any = self.format if group == "format" else self.readings.get(group)
        if holder is None or name not in _field_names(type(holder)):  # type: ignore[arg-type]
            raise KeyError(f"{metric!r} is no metric; mixcheck.metrics() has them all")
        value: Value = getattr(holder, name)
        return value

    @property
    def is_of_audio(self) -> bool:
        """Whether anything was measured, and not only a header read."""
        return any(
            getattr(reading, name) not in (None, ())
            for reading in self.readings.values()
            for name in quantities(type(reading))
        )

    def unseen(self) -> Mapping[str, str]:
        """Finding codes that could not be looked for, with the reason; metrics' reasons too."""
        readings = [reading.reasons for reading in self.readings.values() if reading.reasons]
        return {name: why for reasons in reversed(readings) for name, why in reasons.items()}

    def reason(self, name: str) -> str | None:
        """Why a metric path has no value, or why a finding code could not be looked for."""
        group, _, field = name.partition(".")
        if field:
            reading = self.readings.get(group)
            return reading.reasons.get(field) if reading else None
        return self.unseen().get(name)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` gives it back, without series."""
        return {
            "path": self.path,
            "analysis_version": self.analysis_version,
            "format": flat_dict(self.format),
            "measurement": {
                name: {
                    **{field: getattr(reading, field) for field in quantities(type(reading))},
                    "reasons": dict(reading.reasons),
                }
                for name, reading in self.readings.items()
            },
            "findings": [flat_dict(item) for item in self.findings],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measurement:
        """The measurement that :meth:`to_dict` described, from JSON's lists or Python's tuples."""
        readings = {
            meter.name: meter.reading(**_tuples(data["measurement"][meter.name]))
            for meter in METERS
        }
        return cls(
            path=data["path"],
            format=AudioFormat(**_tuples(data["format"])),
            readings=readings,
            findings=tuple(
                Finding(**{**item, "channels": tuple(item["channels"])})
                for item in data["findings"]
            ),
            analysis_version=data["analysis_version"],
        )


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }


@cache
def _field_names(holder: type[Any]) -> frozenset[str]:
    return frozenset(quantities(holder) or {field.name for field in dataclasses.fields(holder)})
