"""Measurements written down by hand: no audio, so that no change of the DSP moves them."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from mixcheck import Finding, Measurement
from mixcheck.audio import AudioFormat
from mixcheck.meters import METERS, finding_kinds
from mixcheck.units import quantities

BANDS_HZ = (63.0957, 1000.0, 15848.9)
MIX: Mapping[str, Any] = {
    "loudness.integrated_lufs": -12.6,
    "loudness.loudness_range_lu": 5.4,
    "loudness.max_momentary_lufs": -9.13,
    "loudness.max_short_term_lufs": -10.75,
    "loudness.relative_gate_lufs": -22.71,
    "loudness.plr_lu": 12.7,
    "loudness.min_psr_lu": 8.9,
    "peak.max_true_peak_dbtp": 0.1,
    "peak.true_peak_dbtp": (0.1, -0.42),
    "peak.max_sample_peak_dbfs": -0.1,
    "peak.sample_peak_dbfs": (-0.1, -0.7),
    "peak.inter_sample_overs": 4,
    "level.rms_dbfs": -15.2,
    "level.rms_dbfs_per_channel": (-15.1, -15.3),
    "level.crest_factor_db": 15.1,
    "level.dc_offset_fs": (0.0001, -0.00002),
    "level.dynamic_range_dr": 9,
    "clipping.clipped_samples": 37,
    "clipping.clip_runs": 9,
    "clipping.clip_level_dbfs": -0.1,
    "noise.noise_floor_dbfs": -71.3,
    "noise.noise_floor_dba": -74.0,
    "noise.snr_db": 56.1,
    "noise.digital_silence_s": 0.0,
    "noise.head_room_tone_s": 0.2,
    "noise.tail_room_tone_s": 0.4,
    "spectrum.band_level_db": (-31.0, -28.5, None),
    "spectrum.band_centre_hz": BANDS_HZ,
    "spectrum.tilt_db_per_octave": -0.8,
    "spectrum.centroid_hz": 812.0,
    "spectrum.bandwidth_hz": 1490.0,
    "stereo.correlation": 0.63,
    "stereo.min_correlation": -0.2,
    "stereo.negative_correlation_share": 0.01,
    "stereo.balance_db": -0.2,
    "stereo.mono_sum_loss_db": -0.88,
    "stereo.side_to_mid_db": -6.9,
    "integrity.effective_bit_depth": 24,
    "integrity.effective_bandwidth_hz": 20_400.0,
    "integrity.leading_silence_s": 0.2,
    "integrity.trailing_silence_s": 0.0,
    "integrity.non_finite_samples": 0,
    "continuity.dropouts": 0,
    "impulse.clicks": 0,
    "repetition.repeated_blocks": 0,
    "alignment.inter_channel_delay_s": 0.0,
}
REASONS = {
    "noise.hum_hz": "no steady mains tone",
    "noise.hum_dbfs": "no steady mains tone",
    "spectrum.band_level_db": "above half the sample rate",
}
CLEAN = {
    **MIX,
    "loudness.integrated_lufs": -14.0,
    "peak.max_true_peak_dbtp": -1.3,
    "peak.true_peak_dbtp": (-1.3, -1.8),
    "peak.inter_sample_overs": 0,
    "clipping.clipped_samples": 0,
    "clipping.clip_runs": 0,
}


def audio_format(**changed: Any) -> AudioFormat:
    channels = changed.get("channels", 2)
    layout = {1: ("C",), 2: ("L", "R"), 6: ("L", "R", "C", "LFE", "Ls", "Rs")}.get(channels)
    usual: dict[str, Any] = {
        "container": "WAV",
        "codec": "PCM_24",
        "sample_rate_hz": 44_100,
        "channels": channels,
        "frames": 10_010_700,
        "duration_s": 227.0,
        "bit_depth": 24,
        "declared_frames": 10_010_700,
        "channel_layout": layout,
        "layout_origin": "assumed",
        "bit_rate_kbps": 2116.8,
        "bit_rate_mode": "constant",
    }
    return AudioFormat(**{**usual, **changed})


def found(code: str, start_s: float = 1.0, message: str = "found", **more: Any) -> Finding:
    usual = {
        "severity": finding_kinds()[code].severity,
        "end_s": start_s + 0.01,
        "channels": (0, 1),
        "value": None,
        "unit": "",
        "confidence": 1.0,
    }
    return Finding(code=code, start_s=start_s, message=message, **{**usual, **more})


def measured(
    values: Mapping[str, Any] = MIX,
    findings: Sequence[Finding] = (),
    *,
    path: str = "Final Mix v7.wav",
    reasons: Mapping[str, str] = REASONS,
    audio: AudioFormat | None = None,
) -> Measurement:
    """A measurement of these values; every other metric is unmeasured."""
    readings: dict[str, Any] = {}
    for meter in METERS:
        hints = typing.get_type_hints(meter.reading)
        own, why = {}, {}
        for name in quantities(meter.reading):
            metric = f"{meter.name}.{name}"
            empty = () if typing.get_origin(hints[name]) is tuple else None
            own[name] = values.get(metric, empty)
            if own[name] is None or metric in reasons:
                why[name] = reasons.get(metric, "not in this test")
        why |= (
            {name: why for name, why in reasons.items() if "." not in name} if not readings else {}
        )
        mine = tuple(findings) if not readings else ()
        readings[meter.name] = meter.reading(
            **own, reasons=dict(sorted(why.items())), findings=mine
        )
    return Measurement.of(path, audio or audio_format(), readings)
