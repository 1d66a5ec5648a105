"""Reading recordings: formats, layouts, blocks. Only this package imports soundfile."""

from mixcheck.audio.format import FORMAT_QUANTITIES, AudioFormat
from mixcheck.audio.layouts import LAYOUTS, loudness_weights, named_layout
from mixcheck.audio.reader import (
    MAX_CHANNELS,
    SAMPLE_RATES_HZ,
    AudioStream,
    SampleBlock,
    Samples,
    assumed_layout,
    given_layout,
    open_audio,
    usable_block,
)

__all__ = [
    "FORMAT_QUANTITIES",
    "LAYOUTS",
    "MAX_CHANNELS",
    "SAMPLE_RATES_HZ",
    "AudioFormat",
    "AudioStream",
    "SampleBlock",
    "Samples",
    "assumed_layout",
    "given_layout",
    "loudness_weights",
    "named_layout",
    "open_audio",
    "usable_block",
]
