// @ts-check
/** What the page does, once it shows something: choosing, searching, drawing, and keeping the address. */
import { boxTool, showBox } from "./boxtool.js";
import { cellBounds } from "./cells.js";
import { byId, notice, speak } from "./dom.js";
import { formatHash, parseHash } from "./hash.js";
import { hover } from "./hover.js";
import { marks } from "./marks.js";
import { panel } from "./panel.js";
import { cellNear } from "./pick.js";
import { watchPicture } from "./pyramid/watch.js";
import { goTo, search } from "./search.js";
import { PICTURE } from "./state.js";

/**
 * @typedef {object} Page
 * @property {L.Map} map
 * @property {import("./years.js").Years} years
 * @property {import("./state.js").State} state
 * @property {(year: number | "all" | undefined) => number | "all"} known the year, or one that the catalogue has
 * @property {Partial<import("./hash.js").View>} asked what the address said at first
 */

/** @param {Page} page */
export function tools(page) {
  const { map, years, state } = page;
  marks(map, state);
  hover(map, years, state);
  search(map, state);
  boxTool(map, state);
  panel(years, state);
  choosing(page);
  state.addEventListener("cell", () => uncover(page));
  address(page);
  watchPicture(page);
  document.documentElement.dataset.live = "true";
}

/** Clicks and the keyboard choose cells. @param {Page} page */
function choosing({ map, years, state }) {
  const near = (/** @type {L.LatLng} */ place) => cellNear(place, map.getZoom(), years.shown(state.choice.year));
  map.on("click", ({ latlng }) => {
    const cell = near(latlng);
    if (cell) state.set({ cell });
  });
  const container = map.getContainer();
  container.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== container) return;
    const cell = near(map.getCenter());
    if (cell) state.set({ cell });
  });
  map.on("moveend", () => {
    if (document.activeElement !== container) return;
    const { lat, lng } = map.getCenter().wrap();
    speak(`Latitude ${lat.toFixed(2)}, longitude ${lng.toFixed(2)}, zoom ${map.getZoom()}`);
  });
}

/** Moves the map where the chosen cell is under a card or the panel. @param {Page} page */
function uncover({ map, state: { choice } }) {
  const panel = byId("panel").getBoundingClientRect();
  if (!choice.cell || panel.width === 0) return;
  const { west, south, east, north } = cellBounds(choice.cell);
  // Web Mercator ends here.
  if (Math.abs(south) > 85) return;
  const { x, y } = map.getSize();
  const sheet = panel.left === 0;
  // The copy of the world that is looked at.
  const turn = Math.round((map.getCenter().lng - (west + east) / 2) / 360) * 360;
  map.panInside([(south + north) / 2, (west + east) / 2 + turn], {
    paddingTopLeft: [30, sheet ? byId("top").offsetHeight + 40 : 30],
    // The sheet grows to this share of the page when the item has come.
    paddingBottomRight: sheet ? [30, 0.58 * y + 40] : [x - panel.left + 30, 30],
  });
}

/** The address holds what is shown, and what is typed into the address is shown. @param {Page} page */
function address(page) {
  const { map, state, known, asked } = page;
  let written = location.hash;
  const write = () => {
    written = formatHash({ zoom: map.getZoom(), center: map.getCenter().wrap(), ...state.choice });
    history.replaceState(null, "", written);
  };
  map.on("moveend", write);
  state.addEventListener("change", write);
  addEventListener("hashchange", () => {
    if (location.hash === written) return;
    const { view, wrong } = parseHash(location.hash);
    wrong.forEach(notice);
    if (view.center) map.setView(view.center, view.zoom ?? map.getZoom(), { animate: false });
    else if (view.cell) goTo(map, view.cell);
    else if (view.box) showBox(map, view.box);
    const { cell = null, box = null, picture = PICTURE } = view;
    state.set({ year: known(view.year ?? state.choice.year), cell, box, picture });
  });
  if (!asked.center && state.choice.box) showBox(map, state.choice.box);
  if (!asked.center && state.choice.cell) goTo(map, state.choice.cell);
  uncover(page);
  write();
}
