// @ts-check
/** The name and the years of the cell under the pointer. */
import { cellName } from "./cells.js";
import { byId } from "./dom.js";
import { yearList } from "./format.js";
import { cellNear } from "./pick.js";

/** @param {L.Map} map @param {import("./years.js").Years} years @param {import("./state.js").State} state */
export function hover(map, years, state) {
  const tip = byId("tip");
  /** @type {L.LeafletMouseEvent | null} */
  let last = null;
  let frame = 0;
  const show = () => {
    frame = 0;
    const cell = last && cellNear(last.latlng, map.getZoom(), years.shown(state.choice.year));
    tip.hidden = !cell;
    if (!last || !cell) return;
    const found = years.of(cell);
    tip.replaceChildren(cellName(cell), document.createElement("br"), found.length ? yearList(found) : "no tile");
    const { x, y } = last.containerPoint;
    const { x: width, y: height } = map.getSize();
    const left = x > width - 190 ? x - tip.offsetWidth - 14 : x + 14;
    const top = y > height - 70 ? y - tip.offsetHeight - 14 : y + 14;
    tip.style.transform = `translate(${left}px, ${top}px)`;
  };
  const later = () => {
    if (frame === 0) frame = requestAnimationFrame(show);
  };
  map.on("mousemove", (event) => {
    // A finger has no place to hover.
    if (/** @type {any} */ (event.originalEvent).pointerType === "touch") return;
    last = event;
    later();
  });
  map.on("mouseout movestart", () => {
    last = null;
    later();
  });
  years.addEventListener("loaded", later);
}
