"""The transforms of two lossy codecs, applied at every possible place of their frames.

A codec works on frames, and leaves most of the faint coefficients of a frame at zero. Transformed
once more with frames at the same places, what it left out comes back as zeros; with frames one
sample off, hardly anything does. No recording does that of itself.

Source: MP3: ISO/IEC 11172-3:1993 clause 2.4.3.4 and Annex C, Table 3-C.1, long blocks. Vorbis I
specification clause 1.3.2 and 4.3.1, blocks of 2048.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]

BANDS, LINES, SLOTS = 32, 18, 36  # of MP3: subbands, lines in each, and slots in a long block
MP3_HOP = BANDS * LINES
VORBIS_HOP = 1024
TAPS = 512
MP3_FRAMES = TAPS - 1 + MP3_HOP + SLOTS * BANDS
VORBIS_FRAMES = 3 * VORBIS_HOP

# First half of the prototype filter, in units of 2^-16, without the changes of sign.
_PROTOTYPE = """
0 -1 -1 -1 -1 -1 -1 -2 -2 -2 -2 -3 -3 -4 -4 -5 -5 -6 -7 -7 -8 -9 -10 -11 -13 -14 -16 -17 -19 -21
-24 -26 -29 -31 -35 -38 -41 -45 -49 -53 -58 -63 -68 -73 -79 -85 -91 -97 -104 -111 -117 -125 -132
-139 -147 -154 -161 -169 -176 -183 -190 -196 -202 -208 -213 -218 -222 -225 -227 -228 -228 -227
-224 -221 -215 -208 -200 -189 -177 -163 -146 -127 -106 -83 -57 -29 2 36 72 111 153 197 244 294 347
401 459 519 581 645 711 779 848 919 991 1064 1137 1210 1283 1356 1428 1498 1567 1634 1698 1759
1817 1870 1919 1962 2001 2032 2057 2075 2085 2087 2080 2063 2037 2000 1952 1893 1822 1739 1644
1535 1414 1280 1131 970 794 605 402 185 -45 -288 -545 -814 -1095 -1388 -1692 -2006 -2330 -2663
-3004 -3351 -3705 -4063 -4425 -4788 -5153 -5517 -5879 -6237 -6589 -6935 -7271 -7597 -7910 -8209
-8491 -8755 -8998 -9219 -9416 -9585 -9727 -9838 -9916 -9959 -9966 -9935 -9863 -9750 -9592 -9389
-9139 -8840 -8492 -8092 -7640 -7134 -6574 -5959 -5288 -4561 -3776 -2935 -2037 -1082 -70 998 2122
3300 4533 5818 7154 8540 9975 11455 12980 14548 16155 17799 19478 21189 22929 24694 26482 28289
30112 31947 33791 35640 37489 39336 41176 43006 44821 46617 48390 50137 51853 53534 55178 56778
58333 59838 61289 62684 64019 65290 66494 67629 68692 69679 70590 71420 72169 72835 73415 73908
74313 74630 74856 74992 75038
"""
_ALIASING = (-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037)  # Table 3-B.9


@cache
def _mp3_tables() -> tuple[Wave, Wave, Wave, Wave]:
    """Prototype filter; cosines of the subbands; those of the lines; what turns odd subbands."""
    half = np.array(_PROTOTYPE.split(), np.float64)
    prototype = np.concatenate([half, half[:0:-1][: TAPS - len(half)]])
    prototype *= np.sqrt(BANDS / np.square(prototype).sum()) / np.sqrt(BANDS)
    odd = 2 * np.arange(BANDS) + 1
    of_band = np.cos(odd * (np.arange(2 * BANDS)[:, None] - 16) * np.pi / 64) * np.sqrt(2.0)
    slot = np.arange(SLOTS)[:, None]
    of_line = np.cos(np.pi / 72 * (2 * slot + 1 + LINES) * (2 * np.arange(LINES) + 1))
    of_line *= np.sin(np.pi / SLOTS * (slot + 0.5)) * np.sqrt(2.0 / LINES)
    turned = np.where(np.arange(SLOTS) % 2 * (np.arange(BANDS)[:, None] % 2), -1.0, 1.0)
    return prototype, of_band, of_line, turned


def mp3_lines(wave: Wave) -> NDArray[np.float64]:
    """Lines of a long block of MP3 that begins at each of 576 frames in a row.

    Parameters
    ----------
    wave : ndarray, shape (MP3_FRAMES,)

    Returns
    -------
    ndarray, shape (576, 576)
        For each beginning its lines, in order of frequency; white noise keeps its power.
    """
    prototype, of_band, of_line, turned = _mp3_tables()
    windows = np.lib.stride_tricks.sliding_window_view(wave[:MP3_FRAMES], TAPS)[:, ::-1]
    signs = np.repeat(np.where(np.arange(TAPS // 64) % 2, -1.0, 1.0), 64)
    folded = (windows * (prototype * signs)).reshape(len(windows), -1, 64).sum(1)
    subbands = folded @ of_band
    lines = np.empty((MP3_HOP, BANDS, LINES))
    for phase in range(BANDS):
        slots = np.lib.stride_tricks.sliding_window_view(subbands[phase::BANDS], SLOTS, axis=0)
        lines[phase::BANDS] = (slots[:LINES] * turned) @ of_line
    ratio = np.array(_ALIASING)
    across = ratio / np.sqrt(1.0 + ratio**2)
    within = 1.0 / np.sqrt(1.0 + ratio**2)
    below, above = lines[:, :-1, : LINES // 2 - 1 : -1][..., :8], lines[:, 1:, :8]
    joined = below * within + above * across, above * within - below * across
    below[:], above[:] = joined
    return lines.reshape(MP3_HOP, -1)


@cache
def _vorbis_window() -> Wave:
    sine = np.sin((np.arange(2 * VORBIS_HOP) + 0.5) / (2 * VORBIS_HOP) * np.pi)
    return np.asarray(np.sin(np.pi / 2 * sine**2))


def vorbis_lines(wave: Wave) -> NDArray[np.float64]:
    """Lines of a long block of Vorbis that begins at each of 1024 frames in a row.

    Parameters
    ----------
    wave : ndarray, shape (VORBIS_FRAMES,)

    Returns
    -------
    ndarray, shape (1024, 1024)
        For each beginning its lines, in order of frequency; white noise keeps its power.
    """
    size, half = VORBIS_HOP, VORBIS_HOP // 2
    frames = np.lib.stride_tricks.sliding_window_view(wave[:VORBIS_FRAMES], 2 * size)[:size]
    a, b, c, d = ((frames * _vorbis_window()).reshape(size, 4, half)).swapaxes(0, 1)
    folded = np.concatenate([-c[:, ::-1] - d, a - b[:, ::-1]], axis=1)
    turn = np.exp(-1j * np.pi * (8 * np.arange(half) + 1) / (8 * size))  # DCT-IV at half its size
    spectra = np.fft.fft((folded[:, ::2] + 1j * folded[:, ::-2]) * turn, axis=1) * turn
    lines = np.empty((size, size))
    lines[:, ::2], lines[:, ::-2] = spectra.real, -spectra.imag
    return np.asarray(lines * np.sqrt(2.0 / size))
