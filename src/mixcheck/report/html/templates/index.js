"use strict";
(() => {
  const table = document.getElementById("files"), body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const words = document.getElementById("words"), odd = document.getElementById("odd");
  const boxes = [...document.getElementsByName("outcome")];
  const count = document.getElementById("count");
  const text = new Map(rows.map((row) => [row, row.querySelector("th").textContent.toLowerCase()]));

  const filter = () => {
    const wanted = words.value.trim().toLowerCase();
    const outcomes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const row of rows) {
      const fits = outcomes.has(row.dataset.outcome) && (!odd.checked || "odd" in row.dataset) &&
        text.get(row).includes(wanted);
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };

  const key = (row, column) => {
    const cell = row.cells[column];
    if (!("sort" in cell.dataset)) return cell.textContent.trim().toLowerCase();
    return cell.dataset.sort === "" ? null : Number(cell.dataset.sort);
  };

  // What has no value comes last, whichever way it is sorted.
  const sort = (column) => {
    const head = heads[column], up = head.getAttribute("aria-sort") !== "ascending";
    for (const one of heads) if (one.hasAttribute("aria-sort")) one.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keys = new Map(rows.map((row) => [row, key(row, column)]));
    const compare = (a, b) => {
      const x = keys.get(a), y = keys.get(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return (up ? 1 : -1) * (typeof x === "number" ? x - y : x.localeCompare(y));
    };
    body.append(...rows.sort(compare));
  };

  heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => sort(column)));
  for (const one of [words, odd, ...boxes]) one.addEventListener("input", filter);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  filter();
  document.documentElement.dataset.ready = "yes";
})();
