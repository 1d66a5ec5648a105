"""A set of 24 stems of four minutes against decoding its files one after another; and its memory.

    python benchmarks/stems/bench_speed.py [--stems 24] [--minutes 4] [--runs 3] [--fault]

Makes its own input: 48 kHz, 24 bit, stereo WAV. ``--fault`` turns one stem down by half a decibel,
so that the set has to be explained too.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 48_000
PERIOD_S = 10
DECODERS = {  # mixcheck unpacks 24 bits itself, in less than half the time of libsndfile
    "mixcheck": """
import sys, time
from mixcheck.audio import open_audio
start = time.perf_counter()
for path in sys.argv[1:]:
    with open_audio(path) as stream:
        for block in stream.blocks():
            pass
print(time.perf_counter() - start)
""",
    "libsndfile": """
import sys, time
import soundfile
start = time.perf_counter()
for path in sys.argv[1:]:
    for block in soundfile.blocks(path, 192_000, dtype="float32"):
        pass
print(time.perf_counter() - start)
""",
}


def write_set(folder: Path, stems: int, minutes: float, fault: bool) -> tuple[Path, Path]:
    """Noise bursts, each stem with its own colour; ten seconds that repeat."""
    random = np.random.default_rng(1)
    inside = folder / "stems"
    inside.mkdir()
    frames = PERIOD_S * RATE_HZ
    total = np.zeros((frames, 2), np.int64)
    periods = round(minutes * 60 / PERIOD_S)

    def write(path: Path, samples: np.ndarray) -> None:
        with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_24") as file:
            for _ in range(periods):
                file.write(samples.astype(np.int32) << 8)

    for number in range(stems):
        gate = np.repeat(random.random(frames // 4_800) > 0.5, 4_800)[:, None]
        noise = random.standard_normal((frames, 2)).cumsum(0)
        noise -= noise.mean(0)
        noise = gate * (noise / np.abs(noise).max() + 0.1 * random.standard_normal((frames, 2)))
        part = np.rint(noise * 2.0**23 * 0.4 / stems).astype(np.int64)
        total += part
        if fault and number == stems // 2:
            part = np.rint(part * 10 ** (-0.5 / 20)).astype(np.int64)
        write(inside / f"{number + 1:02d} stem.wav", part)
    write(folder / "mix.wav", total)
    return inside, folder / "mix.wav"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stems", type=int, default=24)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--fault", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        inside, mix = write_set(Path(name), given.stems, given.minutes, given.fault)
        files = [str(path) for path in sorted(inside.iterdir())]
        command = [sys.executable, "-m", "mixcheck_cli", "stems", str(inside), "--mix", str(mix)]
        ratios: dict[str, list[float]] = {name: [] for name in DECODERS}
        for _ in range(given.runs):
            decoding = {}
            for name, code in DECODERS.items():
                ran = subprocess.run([sys.executable, "-c", code, *files], capture_output=True,
                                     text=True, check=True)  # fmt: skip
                decoding[name] = float(ran.stdout)
            start = time.perf_counter()
            told = subprocess.run([*command, "-f", "json"], capture_output=True, text=True)
            whole = time.perf_counter() - start
            null = json.loads(told.stdout)["stem_set"]["null"]
            print(f"stems {whole:.2f} s, null {null['outcome']} at {null['residual_dbfs']}")
            for name, seconds in decoding.items():
                ratios[name].append(whole / seconds)
                print(f"  decoding by {name} {seconds:.2f} s, ratio {ratios[name][-1]:.2f}")
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        for name, found in ratios.items():
            print(f"median ratio to decoding by {name} {statistics.median(found):.2f} "
                  f"({min(found):.2f} to {max(found):.2f})")  # fmt: skip
        print(f"peak memory {peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
