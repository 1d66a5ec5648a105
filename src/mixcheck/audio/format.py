"""What a file says of itself."""

from __future__ import annotations

from dataclasses import dataclass, fields

from mixcheck.units import Quantity

LOSSY_CODECS = frozenset(
    {
        *("VORBIS", "OPUS", "MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III"),
        *("AAC", "AAC_LATM", "AC3", "EAC3", "AC4", "DTS", "WMAV1", "WMAV2", "WMAPRO", "WMAVOICE"),
        *("AMR_NB", "AMR_WB", "SPEEX", "MUSEPACK7", "MUSEPACK8", "ATRAC3", "ATRAC3P", "COOK"),
        "DSD",  # of one bit; the samples are those of a filter after it
    }
)
LOSSLESS_CODECS = frozenset(
    {
        *("FLAC", "ALAC_16", "ALAC_20", "ALAC_24", "ALAC_32", "WAVPACK", "WAVPACK_FLOAT", "TTA"),
        *("APE", "TAK", "TRUEHD", "MLP", "WMALOSSLESS", "SHORTEN", "MP4ALS"),
    }
)
FLOAT_CODECS = frozenset({"FLOAT", "DOUBLE", "WAVPACK_FLOAT"})
# What programs that write a WAV to a pipe put where its size belongs, which they cannot know yet:
# FFmpeg and GStreamer the first, SoX the third, ALSA's arecord the others.
PLACEHOLDER_BYTES = (2**32 - 1, 2**31 - 1, 2**31 - 4096, 2**32 - 37, 2**31 - 37)
LONGEST_BLOCK_S = 8  # two fifths less time than with 1 s: a call costs the same for any length
BLOCK_SAMPLES = 1 << 20  # of all channels, if that is a second at all: 4 MB


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Format of one recording.

    Parameters
    ----------
    container, codec : str
        As libsndfile names them: ``"WAV"``, ``"PCM_24"``; else as FFmpeg does, in capitals.
    sample_rate_hz : int
        Frames a second.
    channels : int
        Channels in a frame.
    frames : int
        Frames that were read; before reading, frames that the decoder announces.
    duration_s : float
        ``frames / sample_rate_hz``.
    bit_depth : int or None
        Bits a sample of linear PCM; ``None`` for lossy and companded codecs.
    declared_frames : int or None
        Frames that the header claims, where it claims any.
    channel_layout : tuple of str or None
        Loudspeaker of each channel; ``None`` where neither file nor convention tells.
    layout_origin : str
        ``"file"``, ``"assumed"``, ``"given"`` or ``"unknown"``.
    bit_rate_kbps : float or None
        Mean rate, thousand bits a second.
    bit_rate_mode : str or None
        ``"constant"`` (linear PCM, and MP3 whose frames all have one rate) or ``"variable"``;
        ``None`` where the file does not say.
    is_incomplete : bool or None
        Whether pages of an Ogg stream or frames of an MP3 are missing or damaged; ``None`` for
        other containers.
    wave_kind : str or None
        ``"WAV"``, ``"BWF"`` (it has a bext chunk) or ``"ADM BWF"``; ``None`` for other containers.
    stated_integrated_lufs, stated_loudness_range_lu, stated_max_true_peak_dbtp, \
    stated_max_momentary_lufs, stated_max_short_term_lufs : float or None
        What the bext chunk of a Broadcast Wave states.
    """

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    frames: int
    duration_s: float
    bit_depth: int | None = None
    declared_frames: int | None = None
    channel_layout: tuple[str, ...] | None = None
    layout_origin: str = "unknown"
    bit_rate_kbps: float | None = None
    bit_rate_mode: str | None = None
    is_incomplete: bool | None = None
    wave_kind: str | None = None
    stated_integrated_lufs: float | None = None
    stated_loudness_range_lu: float | None = None
    stated_max_true_peak_dbtp: float | None = None
    stated_max_momentary_lufs: float | None = None
    stated_max_short_term_lufs: float | None = None

    @property
    def block_frames(self) -> int:
        """Frames of a block: a whole number of seconds."""
        seconds = BLOCK_SAMPLES // (self.sample_rate_hz * self.channels)
        return self.sample_rate_hz * min(max(seconds, 1), LONGEST_BLOCK_S)

    @property
    def has_placeholder_size(self) -> bool:
        """Whether the header holds what is put there when a WAV is written to a pipe."""
        if self.container != "WAV" or not self.bit_depth or self.declared_frames is None:
            return False
        frame_bytes = self.channels * self.bit_depth // 8
        return self.declared_frames in {size // frame_bytes for size in PLACEHOLDER_BYTES}

    @property
    def is_lossy(self) -> bool:
        """Whether decoding gives something else than what was encoded."""
        return self.codec in LOSSY_CODECS

    @property
    def is_compressed(self) -> bool:
        """Whether samples have to be computed from what is stored."""
        return self.is_lossy or self.container == "FLAC" or self.codec in LOSSLESS_CODECS

    @property
    def is_float(self) -> bool:
        """Whether samples are stored as floating point."""
        return self.codec in FLOAT_CODECS


def _label(unit: str, label: str, about: str, decimals: int = 0) -> Quantity:
    return Quantity(unit, label, "file header", about, decimals)


def _stated(unit: str, label: str) -> Quantity:
    about = "What the bext chunk of a Broadcast Wave states, right or wrong."
    return Quantity(unit, f"Stated {label}", "EBU Tech 3285 v2", about)


FORMAT_QUANTITIES: dict[str, Quantity] = {
    "container": _label("", "Container", "Kind of file."),
    "codec": _label("", "Codec", "How samples are stored, as libsndfile or FFmpeg name it."),
    "sample_rate_hz": _label("Hz", "Sample rate", "Frames a second."),
    "channels": _label("", "Channels", "Number of channels."),
    "frames": _label("", "Frames", "Frames that were read."),
    "duration_s": _label("s", "Duration", "Length of what was read.", 2),
    "bit_depth": _label("bit", "Bit depth", "Bits a sample of linear PCM."),
    "declared_frames": _label("", "Declared frames", "Frames that the header claims."),
    "channel_layout": _label("", "Channel layout", "Loudspeaker of each channel."),
    "layout_origin": _label("", "Layout origin", "Who says so: file, assumed or given."),
    "bit_rate_kbps": _label("kbit/s", "Bit rate", "Mean rate."),
    "bit_rate_mode": _label("", "Bit rate mode", "Constant or variable."),
    "is_incomplete": _label(
        "", "Incomplete", "Whether parts of an Ogg stream or an MP3 are missing."
    ),
    "wave_kind": _label("", "Kind of WAVE", "WAV, BWF (with a bext chunk) or ADM BWF."),
    "stated_integrated_lufs": _stated("LUFS", "integrated loudness"),
    "stated_loudness_range_lu": _stated("LU", "loudness range"),
    "stated_max_true_peak_dbtp": _stated("dBTP", "true peak"),
    "stated_max_momentary_lufs": _stated("LUFS", "max momentary"),
    "stated_max_short_term_lufs": _stated("LUFS", "max short-term"),
}
assert list(FORMAT_QUANTITIES) == [field.name for field in fields(AudioFormat)]
