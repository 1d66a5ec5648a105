"""Sample peak and true peak.

Method: see mixcheck.dsp.interpolation. The true peak is never below the sample peak.
An over exceeds 0 dBTP by more than 0.01 dB, which
the filter may be out by; overs less than 10 ms apart, in whatever channel, are one event.

Source: ITU-R BS.1770-5 Annex 2; EBU Tech 3341 v4 cases 15 to 23.

Limits: a true peak is an estimate of what a converter would put out; filters differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mixcheck.audio import AudioFormat
from mixcheck.dsp.interpolation import WINDOW
from mixcheck.meters.base import LISTED_PER_CODE, Finding, Reading, finding
from mixcheck.units import quantity, ratio_to_db
from mixcheck.views import Block

EVENT_GAP_S = 0.010
SILENT = "digital silence has no level"

MOST_KEPT = 4 * LISTED_PER_CODE  # events, of which the highest are then kept


@dataclass(frozen=True, kw_only=True)
class PeakReading(Reading):
    """Peaks, over all channels and of each."""

    max_true_peak_dbtp: float | None = quantity(
        "dBTP",
        "True peak",
        source="ITU-R BS.1770-5 Annex 2",
        about="Highest level between and on the samples, over all channels.",
        decimals=2,
    )
    true_peak_dbtp: tuple[float | None, ...] = quantity(
        "dBTP",
        "True peak per channel",
        source="ITU-R BS.1770-5 Annex 2",
        about="Highest level between and on the samples of each channel.",
        decimals=2,
    )
    max_sample_peak_dbfs: float | None = quantity(
        "dBFS",
        "Sample peak",
        source="AES17-2020",
        about="Highest sample, over all channels.",
        decimals=2,
    )
    sample_peak_dbfs: tuple[float | None, ...] = quantity(
        "dBFS",
        "Sample peak per channel",
        source="AES17-2020",
        about="Highest sample of each channel.",
        decimals=2,
    )
    inter_sample_overs: int | None = quantity(
        "",
        "Inter-sample overs",
        source="ITU-R BS.1770-5 Annex 2",
        about="Separate places where the true peak exceeds 0 dBTP.",
        decimals=0,
    )


class PeakMeter:
    """Meters sample peaks and true peaks, and finds overs."""

    name: ClassVar = "peak"
    reading: ClassVar = PeakReading

    def __init__(self, audio: AudioFormat) -> None:
        self._rate = audio.sample_rate_hz
        self._frames = 0
        self._sample_peak = np.zeros(audio.channels)
        self._true_peak = np.zeros(audio.channels)
        self._events: list[_Event] = []
        self._event_count = 0

    def update(self, block: Block) -> None:
        """Take the next block."""
        self._frames += block.frames
        np.maximum(self._sample_peak, block.sample_peak, out=self._sample_peak)
        np.maximum(self._true_peak, block.true_peaks.peak, out=self._true_peak)
        overs = block.true_peaks
        order = np.argsort(overs.over_frame, kind="stable")
        for index in order:
            self._add_over(
                int(overs.over_frame[index]),
                int(overs.over_channel[index]),
                float(overs.over_peak[index]),
            )

    def _add_over(self, frame: int, channel: int, peak: float) -> None:
        latest = self._events[-1] if self._events else None
        if latest and frame - latest.end_frame <= EVENT_GAP_S * self._rate:
            latest.end_frame = max(latest.end_frame, frame + WINDOW)
            latest.peak = max(latest.peak, peak)
            latest.channels.add(channel)
            return
        self._event_count += 1
        if len(self._events) == MOST_KEPT:
            self._events = _highest(self._events)
        self._events.append(_Event(frame, frame + WINDOW, {channel}, peak))

    def finish(self) -> PeakReading:
        """Peaks of all blocks together."""
        true_peak = np.maximum(self._true_peak, self._sample_peak)
        reasons = {}
        if not self._sample_peak.max(initial=0.0):
            reasons = dict.fromkeys(("max_true_peak_dbtp", "max_sample_peak_dbfs"), SILENT)
        if not self._sample_peak.all():
            reasons |= dict.fromkeys(("true_peak_dbtp", "sample_peak_dbfs"), SILENT)
        return PeakReading(
            max_true_peak_dbtp=ratio_to_db(true_peak.max()),
            true_peak_dbtp=tuple(ratio_to_db(peak) for peak in true_peak.tolist()),
            max_sample_peak_dbfs=ratio_to_db(self._sample_peak.max()),
            sample_peak_dbfs=tuple(ratio_to_db(peak) for peak in self._sample_peak.tolist()),
            inter_sample_overs=self._event_count,
            reasons=reasons,
            findings=self._findings(),
        )

    def _findings(self) -> tuple[Finding, ...]:
        """One gain mends them all, so that the highest stands for the rest."""
        highest = max(self._events, key=lambda event: event.peak, default=None)
        listed = _highest(self._events)
        return tuple(self._finding(event, is_slight=event is not highest) for event in listed)

    def _finding(self, event: _Event, *, is_slight: bool) -> Finding:
        level = ratio_to_db(event.peak)
        return finding(
            "inter-sample-over",
            f"true peak {level:+.2f} dBTP",
            start_s=max(event.start_frame, 0) / self._rate,  # it may rise before the first sample
            end_s=min(event.end_frame, self._frames) / self._rate,
            channels=sorted(event.channels),
            value=level,
            unit="dBTP",
            is_slight=is_slight,
        )


@dataclass(slots=True)
class _Event:
    start_frame: int
    end_frame: int
    channels: set[int]
    peak: float


def _highest(events: list[_Event]) -> list[_Event]:
    """As many as are listed, in order of time."""
    listed = sorted(events, key=lambda event: -event.peak)[:LISTED_PER_CODE]
    return sorted(listed, key=lambda event: event.start_frame)
