// @ts-check
/** The page up to its first view: the catalogue, the map, the years. */
import { loadCatalog, words } from "./catalog.js";
import { byId, notice } from "./dom.js";
import { parseHash } from "./hash.js";
import { coverageLayer } from "./layer.js";
import { loadLand } from "./land.js";
import { L } from "./leaflet.js";
import { onPalette } from "./palette.js";
import { PICTURE, State } from "./state.js";
import { yearBar } from "./yearbar.js";
import { Years } from "./years.js";

/** Where a map starts that is told nothing. */
const START = { zoom: 2, center: { lat: 25, lng: 10 } };

const asked = parseHash(location.hash);
asked.wrong.forEach(notice);
const landed = loadLand();

const map = L.map(byId("map"), {
  zoomControl: false,
  fadeAnimation: false,
  minZoom: 1,
  maxZoom: 16,
  maxBounds: [
    [-86, -Infinity],
    [86, Infinity],
  ],
  maxBoundsViscosity: 1,
  worldCopyJump: true,
});
map.setView(asked.view.center ?? START.center, asked.view.zoom ?? START.zoom);
L.control.zoom({ position: "bottomright" }).addTo(map);
L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
map.attributionControl.setPrefix(false).addAttribution("Land: Natural Earth");

loadCatalog().then(start, (error) => {
  document.documentElement.dataset.failed = "true";
  notice(`There is no catalogue to show. ${words(error)}`);
});

/** @param {{ title: string, years: number[] }} catalog */
async function start(catalog) {
  document.title = byId("title").textContent = catalog.title;
  const years = new Years(catalog.years);
  const latest = catalog.years[catalog.years.length - 1];
  const known = (/** @type {number | "all" | undefined} */ year) => {
    if (year === undefined || year === "all" || catalog.years.includes(year)) return year ?? latest;
    notice(`There is no year ${year} in this catalogue: here is ${latest}.`);
    return latest;
  };
  const { cell = null, box = null, picture = PICTURE } = asked.view;
  const state = new State({ year: known(asked.view.year), cell, box, picture });
  const { layer, repaint, setLand } = coverageLayer(() => ({
    coverages: years.shown(state.choice.year),
    of: state.choice.year === "all" ? catalog.years.length : 1,
  }));

  years.addEventListener("loaded", (event) => {
    const year = /** @type {CustomEvent} */ (event).detail;
    const why = years.failed.get(year);
    if (why) notice(`The map of ${year} is missing: ${why}`);
    if (state.choice.year === "all" || state.choice.year === year) repaint();
  });
  state.addEventListener("year", () => {
    years.loadShown(state.choice.year);
    repaint();
  });
  onPalette(repaint);

  await Promise.all([
    years.loadShown(state.choice.year),
    landed.then(setLand, (error) => notice(words(error))),
  ]);
  layer.once("load", () => {
    performance.mark("map-ready");
    document.documentElement.dataset.ready = "true";
    // All else comes when nothing waits for it any more: what the page does, and the other years.
    import("./tools.js").then(({ tools }) => tools({ map, years, state, known, asked: asked.view }));
    Promise.all(years.list.map((year) => years.load(year))).then(() => {
      performance.mark("map-years");
      document.documentElement.dataset.years = String(years.loaded.size);
    });
  });
  layer.addTo(map);
  yearBar(years, state);
}
