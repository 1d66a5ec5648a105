from __future__ import annotations

import pytest

from mixcheck.audio import LAYOUTS, assumed_layout, given_layout, loudness_weights
from mixcheck.audio.layouts import layout_from_mask
from mixcheck.errors import AudioError, UsageError

# ITU-R BS.1770-5 table 3 and Annex 3: 1.41 for 60° to 120° at ear height, LFE left out.
WEIGHTS = {
    "mono": [1],
    "stereo": [1, 1],
    "3.0": [1, 1, 1],
    "quad": [1, 1, 1.41, 1.41],
    "5.0": [1, 1, 1, 1.41, 1.41],
    "5.1": [1, 1, 1, 0, 1.41, 1.41],
    "7.1": [1, 1, 1, 0, 1, 1, 1.41, 1.41],
    "5.1.4": [1, 1, 1, 0, 1.41, 1.41, 1, 1, 1, 1],
    "7.1.4": [1, 1, 1, 0, 1, 1, 1.41, 1.41, 1, 1, 1, 1],
}


def test_every_layout_has_its_weights_here() -> None:
    assert set(WEIGHTS) == set(LAYOUTS)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_those_of_bs_1770(name: str) -> None:
    layout = given_layout("a.wav", name, len(WEIGHTS[name]))
    assert list(loudness_weights(layout)) == WEIGHTS[name]


@pytest.mark.parametrize(
    ("mask", "labels"),
    [  # Microsoft WAVEFORMATEXTENSIBLE: SPEAKER_* bits from the lowest
        (0x4, ("C",)),
        (0x3, ("L", "R")),
        (0x33, ("L", "R", "Lb", "Rb")),
        (0x3F, ("L", "R", "C", "LFE", "Lb", "Rb")),
        (0x60F, ("L", "R", "C", "LFE", "Ls", "Rs")),
        (0x63F, ("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs")),
        (0x70F, ("L", "R", "C", "LFE", "Cb", "Ls", "Rs")),
        (0x2D63F, ("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs", "TL", "TR", "TLb", "TRb")),
    ],
)
def test_masks_name_the_loudspeakers(mask: int, labels: tuple[str, ...]) -> None:
    assert layout_from_mask(mask, len(labels)) == labels
    assert layout_from_mask(mask, len(labels) + 1) is None


def test_surrounds_may_be_called_back_or_side() -> None:
    back, side = layout_from_mask(0x3F, 6), layout_from_mask(0x60F, 6)
    assert back is not None
    assert side is not None
    assert loudness_weights(back) == loudness_weights(side) == (1, 1, 1, 0, 1.41, 1.41)


@pytest.mark.parametrize("channels", range(1, 65))
def test_a_layout_is_assumed_only_where_there_is_a_convention(channels: int) -> None:
    labels, origin = assumed_layout(channels)
    if channels in (1, 2, 3, 4, 5, 6, 8):
        assert labels is not None
        assert (len(labels), origin) == (channels, "assumed")
    else:
        assert (labels, origin) == (None, "unknown")


@pytest.mark.parametrize(("name", "channels"), [("5.1", 2), ("stereo", 1), ("quad", 5)])
def test_a_layout_that_does_not_fit_the_file_is_refused(name: str, channels: int) -> None:
    with pytest.raises(AudioError, match=rf"a\.wav.*{channels}.*{name}"):
        given_layout("a.wav", name, channels)


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(UsageError, match=r"quadrophonic.*quad"):
        given_layout("a.wav", "quadrophonic", 4)
