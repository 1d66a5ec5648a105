from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.conftest import Watched

Visit = Callable[..., Watched]
PLOTS = ("loudness", "waveform", "spectrogram", "correlation", "place-1", "spectrum",
         "goniometer", "histogram")  # fmt: skip


def test_every_plot_is_drawn(visit: Visit, folder: Path) -> None:
    page = visit(folder / "one.html").page
    for name in PLOTS:
        shown = page.locator(f"#plot-{name} .plot")
        box = shown.bounding_box()
        assert box is not None
        assert box["height"] > 150, name
        assert shown.get_attribute("aria-label")


def test_zoom_is_linked_across_plots(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "one.html")
    assert watched.range() == (0.0, 8.0)
    watched.page.get_by_role("button", name="Zoom in").click()
    assert watched.range() == (2.0, 6.0)
    ranges = watched.page.evaluate(
        "Bokeh.documents[0].roots().filter((r) => r.x_range.name === 'time')"
        ".map((r) => [r.x_range.start, r.x_range.end])"
    )
    assert ranges == [[2000.0, 6000.0]] * 4
    assert "00:00:02.000 to 00:00:06.000" in watched.page.locator("#shown").inner_text()
    watched.page.get_by_role("button", name="Whole").click()
    assert watched.range() == (0.0, 8.0)


def test_dragging_over_a_plot_zooms(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "one.html")
    plot = watched.page.locator("#plot-waveform .plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    watched.page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    watched.page.mouse.down()
    watched.page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    watched.page.mouse.up()
    start, end = watched.range()
    assert 2.0 < start < 4.0 < end < 6.0


def test_a_finding_moves_the_plots(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "one.html")
    row = watched.page.locator("#findings tbody tr", has_text="dropout").first
    row.get_by_role("button").click()
    start, end = watched.range()
    assert start < 4.0 < end
    assert end - start < 2.0


def test_keys_zoom_and_reach_everything(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "one.html")
    page = watched.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("+")
    assert watched.range() == (2.0, 6.0)
    page.keyboard.press("ArrowRight")
    assert watched.range() == (4.0, 8.0)
    page.keyboard.press("0")
    assert watched.range() == (0.0, 8.0)
    wanted = page.evaluate("document.querySelectorAll('main button, main summary').length")
    reached = set()
    for _ in range(wanted + 40):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "[...document.querySelectorAll('main button, main summary')]"
            ".indexOf(document.activeElement)"
        )
        reached.add(here)
    assert reached - {-1} == set(range(wanted))


def test_keys_zoom_after_a_finding_was_clicked(visit: Visit, folder: Path) -> None:
    """Its button keeps the focus within a region that scrolls; the region itself keeps arrows."""
    watched = visit(folder / "one.html")
    page = watched.page
    page.locator("button.place").first.click()
    assert page.evaluate("document.activeElement.matches('.scroll button.place')")
    page.keyboard.press("0")
    assert watched.range() == (0.0, 8.0)
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    assert watched.range() == (4.0, 8.0)
    page.locator("#findings .scroll").focus()
    page.keyboard.press("ArrowLeft")
    assert watched.range() == (4.0, 8.0)
    page.keyboard.press("-")
    assert watched.range() == (0.0, 8.0)


def test_a_telephone_shows_the_verdict_of_each_limit(visit: Visit, folder: Path) -> None:
    page = visit(folder / "one.html", viewport={"width": 400, "height": 800}).page
    ends = page.evaluate(
        "[...document.querySelectorAll('#limits tbody td:nth-child(2) strong')]"
        ".map((one) => one.getBoundingClientRect().right)"
    )
    assert ends
    assert max(ends) <= 400
    words = page.locator("#limits tbody td:nth-child(2)").all_inner_texts()
    assert set(words) <= {"Pass", "Warning", "Fail", "Unmeasured"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["one.html", "set.html", "stems.html", "revision.html", "references.html"]
)
def test_nothing_serious_stands_in_anyones_way(
    visit: Visit, folder: Path, name: str, scheme: str
) -> None:
    page = visit(folder / name, color_scheme=scheme).page
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true }")
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_prints_to_a4_in_good_order(visit: Visit, folder: Path) -> None:
    page = visit(folder / "one.html").page
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    assert 2 <= len(document) <= 8
    text = ""
    for sheet in document:
        assert sheet.get_size() == pytest.approx((595.0, 842.0), abs=1.0)
        text += sheet.get_textpage().get_text_range()
    assert text.index("Do this") < text.index("Measured against limits") < text.index("Over time")
    assert "Skip to" not in text
    assert "Zoom in" not in text


def test_a_narrow_window_scrolls_in_one_direction_only(visit: Visit, folder: Path) -> None:
    page = visit(folder / "one.html", viewport={"width": 400, "height": 800}).page
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_colours_follow_the_scheme(visit: Visit, folder: Path) -> None:
    page = visit(folder / "one.html", color_scheme="light").page
    colour = "Bokeh.documents[0].roots()[0].below[0].major_label_text_color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    for _ in range(100):  # the page's policy lets nobody wait by a script
        if page.evaluate(colour) != light:
            return
        page.wait_for_timeout(50)
    pytest.fail("the plots kept the colours of the light scheme")


def test_hostile_text_runs_nothing_even_in_a_tooltip(visit: Visit, folder: Path) -> None:
    """The finding's message is shown over its mark: as text."""
    watched = visit(folder / "hostile.html")
    page = watched.page
    page.on("dialog", lambda dialog: watched.trouble.append(dialog.message))
    plot = page.locator("#plot-waveform .plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    across = box["x"] + 64 + 0.15 * (box["width"] - 130)  # the finding is at 0.1 to 0.2 of 1 s
    page.mouse.move(across, box["y"] + 100)
    page.mouse.move(across + 1, box["y"] + 101)
    tooltip = page.get_by_text("alert(1)").filter(has_text="onerror").last
    tooltip.wait_for()
    assert page.locator("img").count() == 0
