"""One meter that is a Python library, as a process: ``library.py pyebur128|pyloudnorm FILE``."""

from __future__ import annotations

import sys

import soundfile


def pyebur128(path: str) -> tuple[float, float]:
    """Integrated loudness, and the true peak of all channels."""
    import pyebur128 as library

    with soundfile.SoundFile(path) as file:
        modes = library.MeasurementMode.MODE_I | library.MeasurementMode.MODE_TRUE_PEAK
        state = library.R128State(file.channels, file.samplerate, modes)
        for block in file.blocks(file.samplerate, dtype="float32", always_2d=True):
            state.add_frames(block.reshape(-1), len(block))
        peak = max(library.get_true_peak(state, channel) for channel in range(file.channels))
    return library.get_loudness_global(state), peak


def pyloudnorm(path: str) -> float:
    """Integrated loudness; the library has no other number, and holds the whole file."""
    import pyloudnorm as library

    samples, rate = soundfile.read(path)
    return float(library.Meter(rate).integrated_loudness(samples))


if __name__ == "__main__":
    print({"pyebur128": pyebur128, "pyloudnorm": pyloudnorm}[sys.argv[1]](sys.argv[2]))
