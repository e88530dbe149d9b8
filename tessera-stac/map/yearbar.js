// @ts-check
/** The slider of the years, "all years", the legend of the shades, and how many tiles are shown. */
import { byId, h } from "./dom.js";
import { count, plural } from "./format.js";
import { css, onPalette, shade } from "./palette.js";

/** @typedef {import("./coverage.js").Coverage} Coverage */

/** The bits of each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);
/** @type {WeakMap<Coverage, number>} */
const totals = new WeakMap();

/** Tiles of a year. @param {Coverage} coverage */
function tilesOf(coverage) {
  let total = totals.get(coverage);
  if (total === undefined) {
    total = 0;
    for (const byte of coverage.levels[0].bits) total += ONES[byte];
    totals.set(coverage, total);
  }
  return total;
}

/** @param {import("./years.js").Years} years @param {import("./state.js").State} state */
export function yearBar(years, state) {
  /** @type {HTMLInputElement} */
  const slider = byId("year");
  /** @type {HTMLInputElement} */
  const all = byId("all-years");
  const { list } = years;
  slider.max = String(list.length - 1);
  slider.disabled = list.length < 2;
  all.disabled = list.length < 2;
  // The year that was shown before all of them.
  let single = state.choice.year === "all" ? list[list.length - 1] : state.choice.year;

  const show = () => {
    const { year } = state.choice;
    if (year !== "all") single = year;
    all.checked = year === "all";
    slider.value = String(list.indexOf(single));
    slider.setAttribute("aria-valuetext", String(single));
    byId("year-shown").textContent = year === "all" ? `${list[0]}–${list[list.length - 1]}` : String(year);
    byId("years").classList.toggle("all", year === "all");
    legend(year === "all" ? list.length : 0);
    byId("shown-count").textContent = summary(years, year);
  };
  slider.addEventListener("input", () => state.set({ year: list[Number(slider.value)] }));
  all.addEventListener("change", () => state.set({ year: all.checked ? "all" : single }));
  state.addEventListener("year", show);
  years.addEventListener("loaded", show);
  onPalette(show);
  show();
}

/** @param {import("./years.js").Years} years @param {number | "all"} year */
function summary(years, year) {
  const shown = years.shown(year);
  if (year !== "all") {
    if (years.failed.has(year)) return `The tiles of ${year} cannot be shown.`;
    return shown.length ? plural(tilesOf(shown[0]), "tile") : "Loading …";
  }
  const total = shown.reduce((sum, coverage) => sum + tilesOf(coverage), 0);
  const of = shown.length < years.list.length ? ` (${shown.length} of ${years.list.length} years)` : "";
  return `${count(total)} tiles in ${plural(shown.length, "year")}${of}`;
}

/** The shades of one year to all of them. @param {number} all */
function legend(all) {
  const box = byId("legend");
  box.hidden = all < 2;
  if (all < 2) return;
  const steps = Array.from({ length: all }, (_, k) => {
    const step = h("span", { title: plural(k + 1, "year") });
    step.style.background = css(shade(k + 1, all));
    return step;
  });
  box.replaceChildren(h("span", { className: "end" }, "1 year"), ...steps, h("span", { className: "end" }, `${all} years`));
}
