from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.browser.conftest import Watched

Visit = Callable[..., Watched]


def names(watched: Watched) -> list[str]:
    """Files that are shown, in order."""
    found: list[str] = watched.page.evaluate(
        "[...document.querySelectorAll('#files tbody tr')].filter((row) => !row.hidden)"
        ".map((row) => row.querySelector('th').firstChild.textContent.split('/').pop())"
    )
    return found


def test_sorts_by_any_heading_and_back(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "set.html")
    assert len(names(watched)) == 7
    watched.page.get_by_role("button", name="Integrated loudness").click()
    loudness = [
        value
        for value in watched.page.evaluate(
            "[...document.querySelectorAll('#files td:nth-child(4) data')]"
            ".map((one) => JSON.parse(one.value))"
        )
        if value is not None
    ]
    assert len(loudness) == 6
    assert loudness == sorted(loudness)
    assert names(watched)[-1] == "no audio.wav"  # what has no value comes last
    watched.page.get_by_role("button", name="Integrated loudness").click()
    assert names(watched)[0] == "broken.wav"
    assert names(watched)[-1] == "no audio.wav"
    watched.page.get_by_role("button", name="Verdict").click()
    assert names(watched)[0] == "no audio.wav"


def test_filters_by_words_outcome_and_oddness(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "set.html")
    watched.page.get_by_label("Name or fault").fill("take 3")
    assert names(watched) == ["take 3.wav"]
    assert "1 of 7 shown" in watched.page.locator("#count").inner_text()
    watched.page.get_by_label("Name or fault").fill("")
    watched.page.get_by_label("Unreadable").uncheck()
    assert "no audio.wav" not in names(watched)
    watched.page.get_by_label("only odd ones").check()
    assert names(watched) == ["broken.wav"]


def test_each_file_has_its_page_and_the_way_back(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "set.html")
    watched.page.get_by_role("link", name="broken.wav").click()
    watched.page.wait_for_selector("html[data-ready=yes] #plot-waveform .plot > *")
    assert watched.range() == (0.0, 8.0)
    assert watched.page.locator("h1").inner_text() == "broken.wav"
    watched.page.get_by_role("link", name="All files").click()
    assert len(names(watched)) == 7


def test_two_thousand_files_stay_usable(visit: Visit, folder: Path, tmp_path: Path) -> None:
    """The rows of the set, two thousand times: shown, filtered and sorted in a second each."""
    text = (folder / "set.html").read_text("utf-8")
    start, end = text.index("<tbody>") + 7, text.index("</tbody>")
    many = tmp_path / "many.html"
    many.write_text(text[:start] + text[start:end] * 300 + text[end:], "utf-8")
    watched = visit(many)
    assert len(names(watched)) == 2100
    for action in ("document.querySelector('#files thead button').click()",
                   "document.getElementById('odd').click()"):  # fmt: skip
        took = watched.page.evaluate(
            f"(() => {{ const start = performance.now(); {action};"
            " document.body.offsetHeight; return performance.now() - start })()"
        )
        assert took < 5000  # slack for a busy machine; 0.1 s on a free one
    assert names(watched) == ["broken.wav"] * 300
