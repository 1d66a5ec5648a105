"""What a page carries: Bokeh, the styles, the script; and the policy that allows no other."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

PACKAGE = "mixcheck.report.html"


@cache
def asset(name: str) -> str:
    """A file of the templates' folder."""
    return files(PACKAGE).joinpath("templates", name).read_text("utf-8")


@cache
def asset_of_package(name: str) -> str:
    """A file beside the code."""
    return files(PACKAGE).joinpath(name).read_text("utf-8")


@cache
def bokeh_script() -> str:
    """BokehJS without its widgets, tables and formulas."""
    from bokeh.resources import Resources

    script: str = Resources(mode="inline", components=["bokeh"]).js_raw[0]
    return script.replace("</script", "<\\/script")


def policy(scripts: Sequence[str], source: str = "") -> str:
    """Content security policy that allows these scripts, and nothing from anywhere.

    Parameters
    ----------
    scripts : sequence of str
        Text of each inline script.
    source : str
        Where scripts and styles in files may come from.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes} {source}".rstrip(),
            f"style-src 'unsafe-inline' {source}".rstrip(),  # Bokeh places its plots by styles
            "img-src data: blob:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
