"""JUnit XML, for the test reports of CI servers: a suite is a file, a case is a check.

``failure``: out of spec. ``error``: unreadable, or not measured where it had to be. ``skipped``:
accepted, or could not be looked for and need not be. Warnings are passes that say so in
``system-out``.

Source: the elements and attributes that the xUnit plugin of Jenkins accepts; ``properties`` of a
case as pytest writes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as Xml

from mixcheck import __version__
from mixcheck.measurement import Value
from mixcheck.report.checks import Check, checks, set_checks
from mixcheck.report.model import FileReport, SetReport
from mixcheck.report.wording import IN_A_LINE, printable
from mixcheck.sets import set_metrics

COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render_junit(reports: Sequence[FileReport], whole: SetReport | None = None) -> str:
    """One document for all files."""
    root = Xml.Element("testsuites", name="mixcheck")
    for report in reports:
        root.append(_suite(report))
    if whole:
        root.append(_set_suite(whole))
    for name in ("tests", *COUNTED):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    Xml.indent(root)
    text: str = Xml.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(report: FileReport) -> Xml.Element:
    suite = Xml.Element("testsuite", name=printable(report.path))
    if report.measurement is None:
        case = Xml.SubElement(suite, "testcase", classname=printable(report.path), name="readable")
        Xml.SubElement(case, "error", type="unreadable", message=printable(report.error or ""))
    else:
        measured = {metric: report.measurement.value(metric) for metric in IN_A_LINE}
        _add_properties(suite, {"mixcheck": __version__, **measured})
        for check in checks(report):
            suite.append(_case(printable(report.path), check))
    return _counted(suite)


def _set_suite(whole: SetReport) -> Xml.Element:
    """The set: a case a check, and one for the odd ones out, which are warnings."""
    recordings = whole.recordings
    where = printable(whole.folder)
    suite = Xml.Element("testsuite", name=f"{recordings.kind}: {where}")
    _add_properties(suite, {metric: recordings.value(metric) for metric in set_metrics()})
    for check in set_checks(whole):
        suite.append(_case(where, check))
    case = Xml.SubElement(suite, "testcase", classname=where, name="unlike the others")
    if recordings.odd:
        told = "\n".join(printable(one.message) for one in recordings.odd)
        Xml.SubElement(case, "system-out").text = f"warning: {told}"
    return _counted(suite)


def _counted(suite: Xml.Element) -> Xml.Element:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, element in COUNTED.items():
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))
    return suite


def _add_properties(parent: Xml.Element, values: Mapping[str, Value]) -> None:
    properties = Xml.SubElement(parent, "properties")
    for name, value in values.items():
        if value is not None:
            members = value if isinstance(value, tuple) else (value,)
            text = " ".join("-" if one is None else str(one) for one in members)
            Xml.SubElement(properties, "property", name=name, value=text)


def _case(where: str, check: Check) -> Xml.Element:
    verdict = check.verdict
    name = f"{verdict.profile}: {check.rule}"
    case = Xml.Element("testcase", classname=where, name=name)
    _add_properties(
        case,
        {
            "value": verdict.value, "min": verdict.min, "max": verdict.max,
            "margin": verdict.margin, "source": verdict.source,
        },
    )  # fmt: skip
    kind = _element(check)
    if verdict.accepted is not None:
        Xml.SubElement(case, "skipped", message=f"accepted: {verdict.accepted}")
    elif kind is not None:
        detail = Xml.SubElement(case, kind, type=check.rule, message=check.sentence)
        detail.text = verdict.advice
    elif check.outcome == "warn":
        Xml.SubElement(case, "system-out").text = f"warning: {check.sentence}"
    return case


def _element(check: Check) -> str | None:
    """Which element tells a case from a pass."""
    if check.outcome == "fail":
        return "error" if check.verdict.outcome == "unmeasured" else "failure"
    return "skipped" if check.verdict.outcome == "unmeasured" else None
