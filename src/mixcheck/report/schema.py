"""JSON Schema of the JSON report, derived from the types of the fields that it holds."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from mixcheck.audio import AudioFormat
from mixcheck.judgement import Verdict
from mixcheck.measurement import SCHEMA_VERSION
from mixcheck.meters import METERS, Finding
from mixcheck.predictions import Prediction
from mixcheck.report.method import METHOD
from mixcheck.report.model import OUTCOMES, Summary
from mixcheck.sets import KINDS, Odd, SetReading, Spread
from mixcheck.units import quantities

_NAMES = {float: "number", int: "integer", str: "string", bool: "boolean", type(None): "null"}


def json_schema() -> dict[str, Any]:
    """Schema of the document that ``-f json`` prints (JSON Schema 2020-12)."""
    file = _object(
        {
            "path": {"type": "string"},
            "outcome": {"enum": [*OUTCOMES, None]},
            "error": {"type": ["string", "null"]},
            "format": _or_null(_of_dataclass(AudioFormat)),
            "measurement": _or_null(_object({meter.name: _reading(meter) for meter in METERS})),
            "findings": {"type": "array", "items": _of_dataclass(Finding)},
            "verdicts": {"type": "array", "items": _of_dataclass(Verdict)},
            "accepted": {"type": "array", "items": _accepted()},
            "predictions": {"type": "array", "items": _of_dataclass(Prediction)},
        }
    )
    file["properties"]["series"] = _series()  # only where it was asked for
    document = _object(
        {
            "schema_version": {"const": SCHEMA_VERSION},
            "mixcheck_version": {"type": "string"},
            "analysis_version": {"type": "integer"},
            "method": _object(
                {
                    **{name: {"type": "string"} for name in METHOD},
                    "heuristics": {"type": "array", "items": {"type": "string"}},
                }
            ),
            "files": {"type": "array", "items": file},
            "set": _or_null(_set()),
            "summary": _of_dataclass(Summary),
        }
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def _series() -> dict[str, Any]:
    from mixcheck.series.model import Series  # reports of everything else wait for no import

    return _of_dataclass(Series)


def _set() -> dict[str, Any]:
    reasons = {"type": "object", "additionalProperties": {"type": "string"}}
    numbers = _of_dataclass(SetReading, quantities(SetReading))
    return _object(
        {
            "kind": {"enum": list(KINDS)},
            "path": {"type": "string"},
            "outcome": {"enum": list(OUTCOMES)},
            "files": {"type": "integer"},
            "measurement": _object({**numbers["properties"], "reasons": reasons}),
            "spreads": {"type": "array", "items": _of_dataclass(Spread)},
            "odd": {"type": "array", "items": _of_dataclass(Odd)},
            "verdicts": {"type": "array", "items": _of_dataclass(Verdict)},
        }
    )


def _accepted() -> dict[str, Any]:
    place = _of_dataclass(Finding, ("code", "start_s", "end_s", "channels"))
    return _object({**place["properties"], "reason": {"type": "string"}})


def document_schema(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Schema of a document with the versions and some dataclasses (JSON Schema 2020-12)."""
    document = _object(
        {
            "schema_version": {"const": SCHEMA_VERSION},
            "mixcheck_version": {"type": "string"},
            "analysis_version": {"type": "integer"},
            **{name: _of_type(part) for name, part in parts.items()},
        }
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def _reading(meter: Any) -> dict[str, Any]:
    reasons = {"type": "object", "additionalProperties": {"type": "string"}}
    schema = _of_dataclass(meter.reading, quantities(meter.reading))
    return _object({**schema["properties"], "reasons": reasons})


def _of_dataclass(described: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    hints = typing.get_type_hints(described)
    fields = [field.name for field in dataclasses.fields(described)] if names is None else names
    return _object({name: _of_type(hints[name]) for name in fields})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _of_type(hint: Any) -> dict[str, Any]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return {"anyOf": [_of_type(part) for part in typing.get_args(hint)]}
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        return {"type": "array", "items": {} if item is Any else _of_type(item)}
    if dataclasses.is_dataclass(hint):
        return _of_dataclass(hint)
    if typing.get_origin(hint) is np.ndarray:
        number: dict[str, Any] = {"type": ["number", "null"]}
        return {"type": "array", "items": {"anyOf": [number, {"type": "array", "items": number}]}}
    return {"type": _NAMES[hint]}
