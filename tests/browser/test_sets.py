"""Pages of stems and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.browser.conftest import Watched

from mixcheck.report.html.plots.curves import shares_plot
from mixcheck.report.html.sections import Section, sections_page

Visit = Callable[..., Watched]
HZ = (31.5, 63.0, 125.0, 250.0)
LEGEND = """(() => {
  const [root] = Bokeh.documents[0].roots(), view = Bokeh.index.find_one(root);
  const legend = root.above.find((one) => one.type === "Legend");
  const shown = view?.views.find_one(legend);
  const { x0, x1 } = shown?.bbox ?? {};
  return x1 > x0 ? [x0, x1, view.bbox.width, view.frame.bbox.height] : null;
})()"""


def test_stems_show_who_gives_what_and_what_does_not_null(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "stems.html")
    page = watched.page
    assert page.locator(".verdict").inner_text() == "Fail"
    assert "bass" in page.locator(".headline").inner_text()
    for name in ("residual", "shares", "band-residual"):
        assert page.locator(f"#plot-{name} .plot > *").count() == 1
    page.get_by_role("button", name="Zoom in").click()
    assert watched.range() == (1.25, 3.75)


def test_a_revision_shows_both_on_one_axis(visit: Visit, folder: Path) -> None:
    watched = visit(folder / "revision.html")
    assert watched.range() == (0.0, 6.0)
    watched.page.get_by_role("button", name="Later").click()
    watched.page.get_by_role("button", name="Zoom in").click()
    ranges = watched.page.evaluate(
        "Bokeh.documents[0].roots().filter((r) => r.x_range.name === 'time')"
        ".map((r) => [r.x_range.start, r.x_range.end])"
    )
    assert ranges == [[1500.0, 4500.0]] * 2
    row = watched.page.locator("#what tbody tr", has_text="inserted")
    assert "00:00:02" in row.inner_text()


def test_references_show_the_difference(visit: Visit, folder: Path) -> None:
    page = visit(folder / "references.html").page
    for name in ("tone-levels", "tone-difference"):
        assert page.locator(f"#plot-{name} .plot > *").count() == 1


@pytest.mark.parametrize("width", [400, 720, 1100])  # a telephone, a sheet of A4, a screen
def test_no_name_of_a_stem_is_cut_off(visit: Visit, tmp_path: Path, width: int) -> None:
    names = [f"{number:02d} Background Vocals Left" for number in range(12)]
    plots = [shares_plot(HZ, dict.fromkeys(names, [1 / 12] * len(HZ)))]
    page = tmp_path / "shares.html"
    page.write_text(sections_page("x", "pass", "y", [Section("x", "X", plots=plots)]), "utf-8")
    watched = visit(page, viewport={"width": width, "height": 900})
    watched.page.wait_for_function(f"({LEGEND}) !== null")
    left, right, plot_width, frame_height = watched.page.evaluate(LEGEND)
    assert 0 <= left < right <= plot_width
    assert frame_height > 150
