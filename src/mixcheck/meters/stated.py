"""Loudness that a file states of itself, against what was measured.

Method: the five values of the bext chunk, each against the measured one. They may differ by what
two meters that follow the standards may: 0.3 LU, 1 LU for the range, 0.8 dB for the true peak,
whose meters read up to 0.6 dB low.

Source: EBU Tech 3285 v2 clause 2.3; tolerances of EBU Tech 3341 v4 and Tech 3342 v4.
"""

from __future__ import annotations

from mixcheck.audio import AudioFormat
from mixcheck.meters.base import Finding, finding

TOLERANCES = {  # of the field without "stated_", in its unit
    "integrated_lufs": (0.3, "LUFS", "integrated loudness"),
    "loudness_range_lu": (1.0, "LU", "loudness range"),
    "max_true_peak_dbtp": (0.8, "dBTP", "true peak"),
    "max_momentary_lufs": (0.3, "LUFS", "max momentary loudness"),
    "max_short_term_lufs": (0.3, "LUFS", "max short-term loudness"),
}
RANGE = "loudness_range_lu"
RANGE_SHORTEST_S = 60.0  # under a minute it is unstable (EBU Tech 3341 v4)


def wrong_statements(
    audio: AudioFormat, measured: dict[str, float | None], duration_s: float
) -> tuple[Finding, ...]:
    """A finding for what the file states wrongly, the first value that differs named."""
    wrong = []
    for name, (tolerance, unit, label) in TOLERANCES.items():
        if name == RANGE and duration_s < RANGE_SHORTEST_S:
            continue
        stated, value = getattr(audio, f"stated_{name}"), measured.get(name)
        if stated is not None and value is not None and abs(stated - value) > tolerance:
            wrong.append(f"{label} {stated:.1f} {unit}, measured {value:.1f}")
    if not wrong:
        return ()
    message = f"the bext chunk states {'; '.join(wrong)}"
    return (finding("stated-loudness", message, start_s=0.0, end_s=duration_s),)
