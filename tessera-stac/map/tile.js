// @ts-check
/** What is known of a tile: by its name at once, by its item when that has come. */
import { blockOf, cellBounds, cellName, latHundredths, lonHundredths } from "./cells.js";
import { itemAddress, loadItem, words } from "./catalog.js";
import { regionCommand } from "./commands.js";
import { code, facts, h, head, link, speak } from "./dom.js";
import { bytes, count, place, yearList } from "./format.js";
import { tileBytes, tileGrid } from "./grid.js";
import { assetList, itemFacts, readLines } from "./item.js";
import { storeSection } from "./storepanel.js";
import { zoneCode } from "./utm.js";

/** @param {import("./cells.js").Cell} cell @param {import("./years.js").Years} years
 * @param {import("./state.js").State} state @returns {import("./panel.js").Section} */
export function tileSection(cell, years, state) {
  const [name, grid] = [cellName(cell), tileGrid(cell)];
  const center = { lon: lonHundredths(cell) / 100, lat: latHundredths(cell) / 100 };
  const [chips, details] = [h("div", { className: "chips", role: "group", "aria-label": "Years of this tile" }), h("div")];
  const element = h(
    "section",
    { id: "tile-panel", "aria-label": "The tile" },
    head(name, "the tile", () => state.set({ cell: null })),
    h("p", { className: "sub" }, `${place(center, 2)} · block ${blockOf(cell)}`),
    chips,
    facts([
      ["Pixels", `${count(grid.rows)} × ${count(grid.cols)} of 10 m`],
      ["Grid", zoneCode(grid.zone)],
      ["Bytes", h("span", { title: `${count(tileBytes(cell))} bytes` }, `${bytes(tileBytes(cell))} without compression`)],
    ]),
    details,
  );

  /** The year whose item is shown, and what ends showing it. @type {{ year: number | null, end: () => void }} */
  let shown = { year: null, end: () => {} };
  const update = () => {
    const found = years.of(cell);
    const chosen = state.choice.year === "all" ? (found.at(-1) ?? null) : state.choice.year;
    chips.replaceChildren(...years.list.map((year) => chip(year, found.includes(year), year === chosen, state)));
    const year = chosen !== null && found.includes(chosen) ? chosen : null;
    if (year === null) {
      shown.end();
      shown = { year, end: () => {} };
      details.replaceChildren(h("p", {}, nothing(found, state.choice.year)));
    } else if (year !== shown.year) {
      shown.end();
      shown = { year, end: showItem(details, cell, year) };
    }
  };
  update();
  const found = years.of(cell);
  speak(`${name}: ${found.length ? `tiles of ${yearList(found)}` : "no tile"}`);
  return { element, update, close: () => shown.end() };
}

/** @param {number[]} found @param {number | "all"} year */
function nothing(found, year) {
  if (found.length === 0) return "No tile here in any year that is known.";
  return `No tile here in ${year}: there is one of ${yearList(found)}.`;
}

/** @param {number} year @param {boolean} has @param {boolean} pressed @param {import("./state.js").State} state */
function chip(year, has, pressed, state) {
  const title = has ? `Show ${year}` : `No tile in ${year}`;
  const button = h("button", { type: "button", disabled: !has, title, "aria-pressed": String(pressed) }, String(year));
  button.addEventListener("click", () => state.set({ year }));
  return button;
}

/** Shows the item of a tile when it has come; returns what ends it. @param {HTMLElement} into
 * @param {import("./cells.js").Cell} cell @param {number} year */
function showItem(into, cell, year) {
  const aborter = new AbortController();
  const stac = facts([["STAC item", link(itemAddress(year, cell), `${cellName(cell)}_${year}`)]]);
  const content = h("div", { className: "item" }, h("p", { className: "hint" }, "Loading the item …"));
  into.replaceChildren(stac, content);
  loadItem(year, cell).then(
    ({ item, made, base }) => {
      if (aborter.signal.aborted) return;
      const note = made && "There is no file of this item here: what follows is made of the formulas of its collection.";
      const assets = assetList(item, base);
      const local = assets.find(({ key, local }) => local !== null && (key === "embeddings" || key === "embeddings_npy"));
      const { west, south, east, north } = cellBounds(cell);
      const box = { west, south, east, north };
      content.replaceChildren(
        ...(note ? [h("p", { className: "hint note" }, note)] : []),
        itemFacts(item, tileGrid(cell)),
        ...storeSection({ cell, item, assets, signal: aborter.signal }),
        ...readLines(assets),
        h("h3", {}, "Commands"),
        code(regionCommand({ source: local?.local ?? undefined, box, years: [year], name: cellName(cell) }), "the command"),
      );
    },
    (error) => {
      if (!aborter.signal.aborted) content.replaceChildren(h("p", { className: "error", role: "alert" }, words(error)));
    },
  );
  return () => aborter.abort();
}
