"""Reading recordings: formats, layouts, blocks. soundfile, av and fsspec are imported here only."""

from mixcheck.audio.block import AudioStream, SampleBlock, Samples, usable_block
from mixcheck.audio.encoding import ENCODINGS, Encoding, round_trip
from mixcheck.audio.format import FORMAT_QUANTITIES, AudioFormat
from mixcheck.audio.layouts import (
    LAYOUTS,
    assumed_layout,
    given_layout,
    loudness_weights,
    named_layout,
)
from mixcheck.audio.opening import open_audio
from mixcheck.audio.refusal import MAX_CHANNELS, SAMPLE_RATES_HZ
from mixcheck.audio.source import files_below, is_remote

__all__ = [
    "ENCODINGS",
    "FORMAT_QUANTITIES",
    "LAYOUTS",
    "MAX_CHANNELS",
    "SAMPLE_RATES_HZ",
    "AudioFormat",
    "AudioStream",
    "Encoding",
    "SampleBlock",
    "Samples",
    "assumed_layout",
    "files_below",
    "given_layout",
    "is_remote",
    "loudness_weights",
    "named_layout",
    "open_audio",
    "round_trip",
    "usable_block",
]
