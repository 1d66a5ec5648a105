"use strict";
(() => {
  const NARROWEST_MS = 20;
  const LEAST_AROUND_MS = 1000;
  const AROUND = 2;  // times the length of a finding
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const find = (name) => Bokeh.documents.map((one) => one.get_model_by_name(name)).find(Boolean);

  // Text and grid of every plot in the colours of the page.
  const paint = () => {
    const text = colour("--quiet"), line = colour("--line");
    for (const root of Bokeh.documents.flatMap((one) => one.roots())) {
      const around = [...root.above, ...root.below, ...root.left, ...root.right, ...root.center];
      for (const part of around) {
        const known = (name) => name in part.properties;
        const set = (names, value) => names.filter(known).forEach((name) => { part[name] = value; });
        set(["axis_label_text_color", "major_label_text_color", "label_text_color", "title_text_color"], text);
        set(["axis_line_color", "major_tick_line_color", "grid_line_color"], line);
        set(["grid_line_alpha"], 0.6);
      }
    }
  };

  // As many time codes, and names of a legend in a row, as there is room for.
  const LETTER_PX = 7, GLYPH_PX = 32, ROW_PX = 23, MARGINS_PX = 90, TIME_CODE_PX = 100;
  const fit = () => {
    for (const root of Bokeh.documents.flatMap((one) => one.roots())) {
      const legend = root.above.find((one) => one.type === "Legend");
      const width = Bokeh.index.find_one(root)?.el.getBoundingClientRect().width;
      if (width && root.x_range.name === "time") {
        const ticks = Math.max(2, Math.floor((width - MARGINS_PX) / TIME_CODE_PX));
        for (const axis of root.below) axis.ticker.desired_num_ticks = ticks;
      }
      if (!legend || !width) continue;
      const longest = Math.max(...legend.items.map((one) => one.label.value.length));
      const fits = Math.max(1, Math.floor((width - MARGINS_PX) / (GLYPH_PX + LETTER_PX * longest)));
      const ncols = Math.min(fits, legend.items.length);
      if (legend.ncols === ncols) continue;
      const rows = (columns) => Math.ceil(legend.items.length / columns);
      const before = typeof legend.ncols === "number" ? rows(legend.ncols) : 1;
      root.height += ROW_PX * (rows(ncols) - before);
      legend.ncols = ncols;
    }
  };

  const clock = (ms) => new Date(ms).toISOString().slice(11, 23);
  const show = (range, start, end) => {
    const [first, last] = range.bounds;
    const width = Math.min(Math.max(end - start, Math.min(NARROWEST_MS, last)), last - first);
    const from = Math.min(Math.max(start, first), last - width);
    range.setv({ start: from, end: from + width });
  };

  const zoom = (range, how) => {
    const { start, end } = range, width = end - start, middle = (start + end) / 2;
    const [first, last] = range.bounds;
    const ranges = {
      in: [middle - width / 4, middle + width / 4], out: [middle - width, middle + width],
      earlier: [start - width / 2, end - width / 2], later: [start + width / 2, end + width / 2],
      whole: [first, last],
    };
    show(range, ...ranges[how]);
  };

  const KEYS = { "+": "in", "=": "in", "-": "out", "ArrowLeft": "earlier", "ArrowRight": "later", "0": "whole" };

  const start = () => {
    paint();
    fit();
    addEventListener("resize", fit);
    scheme.addEventListener("change", paint);
    addEventListener("beforeprint", paint);
    addEventListener("afterprint", paint);
    const range = find("time");
    if (range) connect(range);
    document.documentElement.dataset.ready = "yes";
  };

  const connect = (range) => {
    const told = document.getElementById("shown");
    const tell = () => { told.textContent = `${clock(range.start)} to ${clock(range.end)}`; };
    range.change.connect(tell);
    tell();
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.zoom) zoom(range, button.dataset.zoom);
      if (button.dataset.start) {
        const from = 1000 * button.dataset.start, to = 1000 * button.dataset.end;
        const around = Math.max(AROUND * (to - from), LEAST_AROUND_MS) / 2;
        show(range, from - around, to + around);
        document.getElementById("time").scrollIntoView();
      }
    });
    document.addEventListener("keydown", (event) => {
      const scrolls = event.key.startsWith("Arrow") && event.target.matches(".scroll");
      const busy = event.ctrlKey || event.altKey || event.metaKey || scrolls || event.target.closest("input, select");
      if (KEYS[event.key] && !busy) {
        zoom(range, KEYS[event.key]);
        event.preventDefault();
      }
    });
  };

  const wait = () => (Bokeh.documents.length && document.querySelector(".plot > *") ? start() : setTimeout(wait, 20));
  if (window.Bokeh) wait();
})();
