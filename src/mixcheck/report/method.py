"""How the numbers of a report were made, for every report to say."""

from __future__ import annotations

from mixcheck.audio import AudioFormat
from mixcheck.dsp.interpolation import FINE_PHASES, FINE_TAPS
from mixcheck.measurement import ANALYSIS_VERSION
from mixcheck.meters import metrics

METHOD = {
    "loudness": "ITU-R BS.1770-5, gates at -70 LUFS and -10 LU; maxima every 10 ms",
    "loudness_range": "EBU Tech 3342 v4, with 1.5 s of silence after the end",
    "true_peak": f"ITU-R BS.1770-5 Annex 2, {FINE_PHASES} points a sample by {FINE_TAPS} taps",
}
"""What made the numbers that standards define."""


def heuristics() -> tuple[str, ...]:
    """Metric paths that no standard defines."""
    return tuple(path for path, described in metrics().items() if described.heuristic)


def method_line(audio: AudioFormat) -> str:
    """The method of one file in a sentence, its channel layout included."""
    labels = " ".join(audio.channel_layout or ())
    layout = f"{labels} ({audio.layout_origin})" if labels else audio.layout_origin
    return (
        f"Method: {METHOD['loudness']}. True peak: {FINE_PHASES} points a sample. "
        f"Analysis {ANALYSIS_VERSION}. Layout {layout}."
    )
