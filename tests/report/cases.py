"""Reports of hand-written measurements, by name: what the golden files show."""

from __future__ import annotations

from datetime import date

from tests.report.frozen import CLEAN, MIX, REASONS, audio_format, found, measured

from mixcheck import AudioError, FileReport, Limit, Profile, Unreadable
from mixcheck.profiles import FindingRule

PODCAST = Profile(
    name="podcast",
    title="A podcast",
    checked=date(2026, 1, 31),
    limits=(
        Limit(
            metric="loudness.integrated_lufs",
            target=-16.0,
            tolerance=1.0,
            applies_to="stereo",
            source="house rules 1",
        ),
        Limit(metric="peak.max_true_peak_dbtp", max=-1.0, source="house rules 2"),
        Limit(metric="noise.noise_floor_dbfs", max=-60.0, severity="warning", source="rules 3"),
        Limit(
            metric="format.codec",
            one_of=("PCM_24", "FLOAT"),
            source="house rules 4",
            do="Export 24 bits.",
        ),
        Limit(metric="format.sample_rate_hz", min=44_100, source="house rules 5"),
    ),
    findings=(
        FindingRule(code="clipping"),
        FindingRule(code="dropout"),
        FindingRule(code="cut-end", severity="warning", max_count=1),
    ),
)
DYNAMIC = Profile(
    name="dynamic",
    title="Dynamics",
    checked=date(2025, 12, 1),
    limits=(
        Limit(metric="loudness.min_psr_lu", min=10.0, severity="warning", source="taste",
              do="Take the limiter off."),
        Limit(metric="loudness.integrated_lufs", max=-12.0, source="taste"),
    ),
)  # fmt: skip
CLEAN_16 = {**CLEAN, "loudness.integrated_lufs": -16.0, "loudness.plr_lu": 14.7}
CLIPPED = [
    found("clipping", 72.345 + 10 * n, f"37 flat samples at -0.{n + 1} dBFS", end_s=72.35 + 10 * n)
    for n in range(5)
] + [
    found("inter-sample-over", 14.5, "reaches +0.1 dBTP", channels=(0,), value=0.1, unit="dBTP"),
    found("cut-end", 226.9, "stops at full level (-12.3 dBFS), without a fade", confidence=0.8),
]
MONO = audio_format(
    container="MP3", codec="MPEG_LAYER_III", channels=1, bit_depth=None, bit_rate_kbps=192.0,
    frames=882_000, duration_s=20.0,
)  # fmt: skip
SPEECH = {
    name: values[:1] if isinstance(values, tuple) and "spectrum" not in name else values
    for name, values in {**CLEAN, "loudness.integrated_lufs": -19.2}.items()
    if not name.startswith("stereo.") and name != "integrity.effective_bit_depth"
}
MONO_REASONS = {
    **REASONS,
    "integrity.effective_bit_depth": "a lossy codec has no bit depth",
    **dict.fromkeys((name for name in MIX if name.startswith("stereo.")), "one channel"),
}
SILENT = {
    "peak.true_peak_dbtp": (None, None),
    "peak.inter_sample_overs": 0,
    "integrity.non_finite_samples": 0,
}
SILENT_REASONS = {
    "loudness.integrated_lufs": "nothing is louder than -70 LUFS",
    "peak.max_true_peak_dbtp": "digital silence has no level",
    "peak.true_peak_dbtp": "digital silence has no level",
    "dropout": "nothing to drop out of",
}
UNREADABLE = FileReport(
    Unreadable(
        "takes/old take.wav",
        AudioError("takes/old take.wav", "is empty (0 bytes)", "copy or export it again"),
    )
)

passed = FileReport.of(measured(CLEAN_16, path="good.wav"), [PODCAST])
failed = FileReport.of(measured(MIX, CLIPPED), [PODCAST])
warned = FileReport.of(
    measured({**CLEAN_16, "noise.noise_floor_dbfs": -48.0}, path="noisy.flac"), [PODCAST]
)
mono = FileReport.of(
    measured(SPEECH, path="chapter 1.mp3", audio=MONO, reasons=MONO_REASONS), [PODCAST]
)
silent = FileReport.of(measured(SILENT, path="silence.wav", reasons=SILENT_REASONS), [PODCAST])
STEREO = dict.fromkeys((name for name in MIX if name.startswith("stereo.")), "needs two channels")
surround = FileReport.of(
    measured(
        {**MIX, "peak.true_peak_dbtp": (0.1,) * 6, **dict.fromkeys(STEREO)},
        CLIPPED[:1],
        path="film.wav",
        audio=audio_format(channels=6),
        reasons={**REASONS, **STEREO},
    ),
    [PODCAST],
)

CASES = {
    "passed": [passed],
    "failed": [failed],
    "warned": [warned],
    "mono": [mono],
    "silent": [silent],
    "surround": [surround],
    "two-profiles": [FileReport.of(measured(MIX, CLIPPED), [PODCAST, DYNAMIC])],
    "unreadable": [UNREADABLE],
    "not-judged": [FileReport.of(measured(MIX, CLIPPED))],
    "folder": [passed, warned, failed, mono, silent, UNREADABLE],
    "folder-not-judged": [FileReport.of(measured(CLEAN)), UNREADABLE],
    "nothing": [],
}
