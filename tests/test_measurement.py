from __future__ import annotations

import dataclasses
import json
import pickle

import numpy as np
import pytest
from tests.report.frozen import MIX, found, measured
from tests.signals import RATE, noise, programme, ratio

import mixcheck
from mixcheck import Measurement
from mixcheck.meters import METERS, finding_kinds
from mixcheck.report import FORMATS, FileReport

SIGNALS = {
    "programme": programme(7.0),
    "mono": programme(7.0)[0],
    "silence": np.zeros((2, RATE)),
    "one side": np.stack([programme(4.0)[0], np.zeros(4 * RATE)]),
    "one frame": np.full((2, 1), 0.5),
    "NaN": np.full((1, RATE), np.nan),
    "clipped": np.clip(20.0 * programme(4.0), -1.0, 1.0),
    "three channels": 0.1 * noise(3, 1.0, channels=3),
    "seven channels": 0.1 * noise(3, 1.0, channels=7),
    "faint": ratio(-100.0) * noise(4, 1.0),
}


@pytest.fixture(scope="module", params=SIGNALS)
def measurement(request: pytest.FixtureRequest) -> Measurement:
    return mixcheck.measure_array(SIGNALS[request.param], RATE)


def sent(measurement: Measurement) -> Measurement:
    return Measurement.from_dict(json.loads(json.dumps(measurement.to_dict(), allow_nan=False)))


def test_survives_json(measurement: Measurement) -> None:
    received = sent(measurement)
    assert received.to_dict() == measurement.to_dict()
    assert received.findings == measurement.findings
    for path in mixcheck.metrics():
        assert received.value(path) == measurement.value(path)
        assert received.reason(path) == measurement.reason(path)


def test_is_judged_and_reported_the_same_after_json(measurement: Measurement) -> None:
    received = sent(measurement)
    for profile in map(mixcheck.load_profile, mixcheck.profile_names()):
        assert mixcheck.judge(received, profile) == mixcheck.judge(measurement, profile)
        for name in FORMATS:
            again, first = (
                mixcheck.render([FileReport.of(one, [profile])], name)
                for one in (received, measurement)
            )
            assert again == first


def test_is_equal_after_json() -> None:
    assert sent(measured()) == measured()
    other = measured(findings=[found("hum")])
    assert sent(other) == other


def test_survives_pickling(measurement: Measurement) -> None:
    assert pickle.loads(pickle.dumps(measurement)) == measurement


def test_what_has_no_value_has_a_reason(measurement: Measurement) -> None:
    for path in mixcheck.metrics():
        if not path.startswith("format.") and measurement.value(path) is None:
            assert measurement.reason(path), path


def test_reasons_are_of_metrics_without_value_or_of_findings(measurement: Measurement) -> None:
    for name, reading in measurement.readings.items():
        for about in reading.reasons:
            if about in finding_kinds():
                continue
            value = measurement.value(f"{name}.{about}")  # KeyError: a reason for nothing
            assert value is None or (isinstance(value, tuple) and (None in value or not value))


def test_holds_only_finite_numbers(measurement: Measurement) -> None:
    json.dumps(measurement.to_dict(), allow_nan=False)


def test_findings_are_in_order_of_time() -> None:
    times = (3.0, 1.0, 2.0, 1.0)
    codes = ("hum", "hum", "clipping", "clipping")
    findings = measured(findings=list(map(found, codes, times))).findings
    assert [(one.start_s, one.code) for one in findings] == [
        (1.0, "clipping"), (1.0, "hum"), (2.0, "clipping"), (3.0, "hum"),
    ]  # fmt: skip


def test_values_by_path() -> None:
    measurement = measured()
    assert measurement.value("loudness.integrated_lufs") == MIX["loudness.integrated_lufs"]
    assert measurement.value("format.codec") == "PCM_24"
    assert measurement.reason("noise.hum_hz") == "no steady mains tone"
    assert measurement.reason("loudness.integrated_lufs") is None


@pytest.mark.parametrize(
    "path", ["", "loudness", "loudness.", "loudness.lufs", "sound.level", "level.reasons", "hum"]
)
def test_unknown_path(path: str) -> None:
    with pytest.raises(KeyError):
        measured().value(path)


def test_every_meter_has_a_reading() -> None:
    assert list(measured().readings) == [meter.name for meter in METERS]


def test_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        measured().path = "other"  # type: ignore[misc]


def test_keeps_the_version_of_its_algorithms() -> None:
    old = dataclasses.replace(measured(), analysis_version=0)
    assert sent(old).analysis_version == 0
