"""The templates of all pages, in which every value is escaped."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """The templates, each of which is compiled once."""
    made = Environment(
        loader=PackageLoader("mixcheck.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["json"] = _as_json
    return made


def _as_json(value: Any) -> str:
    """A value as the JSON report has it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
