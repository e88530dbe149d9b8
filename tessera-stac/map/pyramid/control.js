// @ts-check
/** The picture of the shown year: its layer, and the part of the page that turns it on and tells its colours. */
import { words } from "../catalog.js";
import { byId, h, notice, speak } from "../dom.js";
import { coverageLayer } from "../layer.js";
import { L } from "../leaflet.js";
import { onPalette } from "../palette.js";
import { legend } from "./legend.js";
import { openPyramid } from "./open.js";

/** @typedef {import("./open.js").Pyramid} Pyramid */
/** @typedef {{ year: number, link: import("./links.js").PyramidLink }} Asked */

/**
 * @param {import("../tools.js").Page} page
 * @returns {{ show: (asked: Asked | null) => void, leave: () => void }} shows the picture of a year, or none; ends showing
 * one while it is not known yet whether there is another
 */
export function pictureControl({ map, years, state }) {
  const on = h("input", { type: "checkbox", id: "picture-on" });
  const slider = h("input", { type: "range", id: "picture-opacity", min: "0", max: "100", step: "5", "aria-label": "Opacity of the picture" });
  const shown = h("output", { htmlFor: "picture-opacity" });
  const colours = h("details", { id: "picture-legend", open: matchMedia("(min-width: 701px)").matches });
  const far = h("p", { className: "hint", id: "picture-far", hidden: true });
  const box = h(
    "div",
    { id: "picture-control", role: "group", "aria-label": "Picture", hidden: true },
    h("div", { className: "line" }, h("label", {}, on, " Picture"), slider, shown),
    far,
    colours,
  );
  byId("years").append(box);

  // Between the bitmaps and what is chosen: the picture, and over it the outlines of cells alone.
  map.createPane("picture").style.zIndex = "250";
  map.createPane("outlines").style.zIndex = "260";
  const outlines = coverageLayer(
    () => ({ coverages: years.shown(state.choice.year), of: 1 }),
    { outline: true, pane: "outlines" },
  );
  years.addEventListener("loaded", outlines.repaint);
  state.addEventListener("year", outlines.repaint);
  onPalette(outlines.repaint);

  /** @type {{ asked: Asked, pyramid: Pyramid, layer: L.GridLayer } | null} */
  let open = null;
  /** The last that was asked for: what comes later of others is of no use. @type {Asked | null} */
  let wanted = null;

  const update = () => {
    const { on: wish, opacity } = state.choice.picture;
    document.documentElement.dataset.picture = open && wish ? String(open.asked.year) : "none";
    on.checked = wish;
    slider.value = String(opacity);
    slider.disabled = !wish;
    shown.textContent = `${opacity} %`;
    slider.setAttribute("aria-valuetext", `${opacity} %`);
    colours.hidden = !wish;
    // In its place, so that the card does not jump between two years.
    colours.style.visibility = open ? "" : "hidden";
    open?.layer.setOpacity(opacity / 100);
    const layers = open ? [open.layer, outlines.layer] : [outlines.layer];
    layers.forEach((layer) => (open && wish ? layer.addTo(map) : layer.remove()));
    zoomed();
  };
  const zoomed = () => {
    const zoom = map.getZoom();
    far.hidden = !open || !state.choice.picture.on || zoom >= open.pyramid.minZoom;
    if (open) far.textContent = `The picture is shown from zoom ${open.pyramid.minZoom} on.`;
    // Beyond its own zoom the pixels themselves are seen.
    map.getPane("picture")?.classList.toggle("beyond", open !== null && zoom > open.pyramid.maxZoom);
  };
  on.addEventListener("change", () => state.set({ picture: { ...state.choice.picture, on: on.checked } }));
  slider.addEventListener("input", () => state.set({ picture: { ...state.choice.picture, opacity: Number(slider.value) } }));
  state.addEventListener("picture", update);
  map.on("zoomend", zoomed);

  const leave = () => {
    wanted = null;
    open?.layer.remove();
    open = null;
    update();
  };
  const show = async (/** @type {Asked | null} */ asked) => {
    leave();
    wanted = asked;
    box.hidden = !asked;
    if (!asked) return;
    let told = false;
    const failed = (/** @type {string} */ why) => {
      // One failure stands for all: there may be many.
      if (!told) notice(`The picture of ${asked.year} is not shown as it should be: ${why}`);
      told = true;
    };
    try {
      const pyramid = await openPyramid(asked.link);
      if (wanted !== asked) return;
      const meta = { ...pyramid.meta, basis: pyramid.meta.basis ?? asked.link.basis };
      const { bounds, minZoom, maxZoom, layer } = pyramid;
      const options = {
        pane: "picture",
        className: "picture-layer",
        minZoom,
        maxNativeZoom: maxZoom,
        attribution: escaped(meta.attribution),
        updateWhenZooming: false,
        ...(bounds && { bounds: L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]) }),
      };
      open = { asked, pyramid, layer: layer(options, failed) };
      const more = bounds && h("div", { className: "more" }, all(bounds, maxZoom));
      colours.replaceChildren(h("summary", {}, "What its colours show"), h("div", { className: "legend" }, h("div", {}, ...legend(meta)), more));
      update();
      speak(`There is a picture of ${asked.year}.`);
    } catch (error) {
      if (wanted !== asked) return;
      box.hidden = true;
      notice(`The picture of ${asked.year} is not shown: ${words(error)}`);
    }
  };
  return { show, leave };

  /** A button that shows all of the picture. @param {[number, number, number, number]} bounds @param {number} maxZoom */
  function all([west, south, east, north], maxZoom) {
    const button = h("button", { type: "button", id: "picture-all" }, "Show all of it");
    button.addEventListener("click", () => map.fitBounds(L.latLngBounds([south, west], [north, east]), { maxZoom }));
    return button;
  }
}

/** A text as it stands in HTML, which Leaflet takes attributions for. @param {string} text */
function escaped(text) {
  return h("span", {}, text).innerHTML;
}
