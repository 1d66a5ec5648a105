"""Input for the clock: a programme with beats and pauses, the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

PERIOD_S = 30


def write_programme(
    path: Path,
    minutes: float,
    *,
    rate_hz: int = 48_000,
    channels: int = 2,
    codec: str = "PCM_24",
    seed: int = 1,
) -> Path:
    """Shaped noise with beats and pauses, every channel another, and bass under it.

    Half a minute is made and repeated, so that three hours are written as fast as the disk takes.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    beat = np.exp(-np.arange(rate_hz // 2) / (rate_hz / 12))
    beats = np.concatenate([beat, beat * 0.6])[:, None]
    beats = np.pad(beats, ((0, rate_hz - len(beats)), (0, 0)))
    seconds = []
    for second in range(PERIOD_S):
        noise = random.standard_normal((rate_hz, channels)).cumsum(0)
        noise -= noise.mean(0)
        bright = 0.05 * random.standard_normal((rate_hz, channels))
        loud = 0.003 if second > PERIOD_S - 3 else 0.5
        programme = loud * beats * (noise / np.abs(noise).max() + bright)
        seconds.append(np.clip(programme, -1, 1).astype(np.float32))
    kind = path.suffix[1:].upper()
    with soundfile.SoundFile(path, "w", rate_hz, channels, codec, format=kind) as file:
        for second in range(round(minutes * 60)):
            file.write(seconds[second % PERIOD_S])
    return path
