"""Loudspeaker layouts: which channel is where, and how BS.1770 weights it.

Labels are those of the WAVE speaker positions: L R C LFE, Lb Rb (back), Ls Rs (side),
Lc Rc (of centre), Cb (back centre), T… (top).

Source: ITU-R BS.1770-5 Annex 1 table 3 and Annex 3 (weights); Microsoft WAVEFORMATEXTENSIBLE
(mask bits); RFC 9639 (2024) clause 9.1.3 (FLAC); Vorbis I specification clause 4.3.9, which
RFC 7845 clause 5.1.1.2 takes over for Opus (Ogg). A 5.1 file may carry its surrounds as side or as
back: both are the ±110° pair.
"""

from __future__ import annotations

from mixcheck.errors import AudioError, UsageError
from mixcheck.units import counted

MASK_LABELS = (
    "L", "R", "C", "LFE", "Lb", "Rb", "Lc", "Rc", "Cb",
    "Ls", "Rs", "T", "TL", "TC", "TR", "TLb", "TCb", "TRb",
)  # fmt: skip

LAYOUTS: dict[str, tuple[str, ...]] = {
    "mono": ("C",),
    "stereo": ("L", "R"),
    "3.0": ("L", "R", "C"),
    "quad": ("L", "R", "Lb", "Rb"),
    "5.0": ("L", "R", "C", "Ls", "Rs"),
    "5.1": ("L", "R", "C", "LFE", "Ls", "Rs"),
    "7.1": ("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs"),
    "5.1.4": ("L", "R", "C", "LFE", "Ls", "Rs", "TL", "TR", "TLb", "TRb"),
    "7.1.4": ("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs", "TL", "TR", "TLb", "TRb"),
}

# Containers whose format fixes the order. libsndfile leaves the channels of Ogg as they lie.
FIXED_ORDERS: dict[str, dict[int, str]] = {
    "FLAC": {
        3: "L R C",
        4: "L R Lb Rb",
        5: "L R C Lb Rb",
        6: "L R C LFE Lb Rb",
        7: "L R C LFE Cb Ls Rs",
        8: "L R C LFE Lb Rb Ls Rs",
    },
    "OGG": {
        3: "L C R",
        4: "L R Lb Rb",
        5: "L C R Lb Rb",
        6: "L C R Lb Rb LFE",
        7: "L C R Ls Rs Cb LFE",
        8: "L C R Ls Rs Lb Rb LFE",
    },
}

ASSUMED_BY_CHANNELS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}

DUAL_MONO = "dual-mono"  # label of a mono channel that plays on two loudspeakers
SURROUND_WEIGHT = 1.41  # BS.1770-5 table 3: 60° ≤ |azimuth| ≤ 120°, elevation under 30°


def layout_from_mask(mask: int, channels: int) -> tuple[str, ...] | None:
    """Labels of the channels that a WAVE mask names; ``None`` if it does not fit the file."""
    labels = tuple(label for bit, label in enumerate(MASK_LABELS) if mask >> bit & 1)
    return labels if len(labels) == channels else None


def fixed_layout(container: str, channels: int) -> tuple[str, ...] | None:
    """Labels that the format of a container gives a number of channels; stereo needs none."""
    labels = FIXED_ORDERS.get(container, {}).get(channels)
    return tuple(labels.split()) if labels else None


def named_layout(name: str, *, dual_mono: bool = False) -> tuple[str, ...]:
    """Labels of a layout that the user named.

    Raises
    ------
    UsageError
        The name is unknown, or it is not mono and yet to be measured as dual mono.
    """
    if name not in LAYOUTS:
        raise UsageError(f"unknown layout {name!r}; known are {', '.join(LAYOUTS)}")
    if dual_mono and len(LAYOUTS[name]) > 1:
        raise UsageError(f"layout {name} is not mono: it goes without dual mono")
    return LAYOUTS[name]


def loudness_weights(layout: tuple[str, ...]) -> tuple[float, ...]:
    """BS.1770 weight of each channel; 0 leaves a channel out (LFE)."""
    has_sides = "Ls" in layout or "Rs" in layout
    surrounds = {"Ls", "Rs"} if has_sides else {"Lb", "Rb"}
    special = {"LFE": 0.0, DUAL_MONO: 2.0, **dict.fromkeys(surrounds, SURROUND_WEIGHT)}
    return tuple(special.get(label, 1.0) for label in layout)


def given_layout(path: str, name: str, channels: int) -> tuple[str, ...]:
    """Labels of the layout that the user names for a file.

    Raises
    ------
    AudioError
        The layout has another number of channels.
    UsageError
        There is no such layout.
    """
    labels = named_layout(name)
    if len(labels) != channels:
        problem = f"has {counted(channels, 'channel')}, layout {name} has {len(labels)}"
        raise AudioError(path, problem, "measure it apart, with its own --layout")
    return labels


def assumed_layout(channels: int) -> tuple[tuple[str, ...] | None, str]:
    """Layout by convention for a number of channels, and the word for where it comes from."""
    name = ASSUMED_BY_CHANNELS.get(channels)
    return (LAYOUTS[name], "assumed") if name else (None, "unknown")
