"""What several services do to a file on playback, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mixcheck.judgement import FINDINGS, Judgement, Verdict, counts_as
from mixcheck.report.wording import allowed
from mixcheck.units import format_number

TOLD = ("loudness.integrated_lufs", "peak.max_true_peak_dbtp")  # by the table itself
ROW = "  {:<14} {:>9}  {:<37} {:<9} {}"


def services_of(judgements: Sequence[Judgement]) -> list[Judgement]:
    """The judgements that share a table: those of services, if there are several."""
    services = [one for one in judgements if one.prediction is not None]
    return services if len(services) > 1 else []


def service_rows(services: Sequence[Judgement]) -> Iterator[str]:
    """A row a service: at what loudness it plays, what it does, its advice on peaks."""
    yield ROW.format("Service", "plays at", "on playback (a prediction)", "true peak", "")
    for one in services:
        if one.prediction is not None:
            target = one.prediction.target_lufs
            plays_at = "–" if target is None else f"{format_number(target, 0)} LUFS"
            word = "FAIL" if one.outcome == "fail" else one.outcome
            sentence = one.prediction.sentence
            yield ROW.format(one.profile.name, plays_at, sentence, _peak_limit(one), word).rstrip()


def _peak_limit(judgement: Judgement) -> str:
    limits = (one for one in judgement.verdicts if one.metric == TOLD[1])
    return next((allowed(one.min, one.max, one.target, ()) for one in limits), "–")


def other_limits(services: Sequence[Judgement]) -> list[Verdict]:
    """What the services judge beyond the table and was not passed."""
    return [
        verdict
        for one in services
        for verdict in one.verdicts
        if verdict.metric not in TOLD
        and not verdict.metric.startswith(FINDINGS)
        and counts_as(verdict) != "pass"
    ]
