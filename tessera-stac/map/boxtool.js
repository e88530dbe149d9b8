// @ts-check
/** Drawing a box with mouse, pen or finger, and typing one. */
import { boxBetween, boxText, boxWidth, parseBox } from "./box.js";
import { byId, speak } from "./dom.js";
import { L } from "./leaflet.js";
import { palette } from "./palette.js";
import { complain } from "./search.js";

/** @param {L.Map} map @param {import("./state.js").State} state */
export function boxTool(map, state) {
  const button = byId("draw");
  const container = map.getContainer();
  /** @type {{ start: L.LatLng, pointer: number, shape: L.Rectangle } | null} */
  let drag = null;
  let ended = false;

  const setActive = (/** @type {boolean} */ active) => {
    button.setAttribute("aria-pressed", String(active));
    container.classList.toggle("drawing", active);
    if (active) map.dragging.disable();
    else map.dragging.enable();
    drag?.shape.remove();
    drag = null;
    if (active) speak("Press and drag on the map to draw a box. Escape ends it.");
  };
  const active = () => container.classList.contains("drawing");
  const at = (/** @type {PointerEvent} */ event) => map.mouseEventToLatLng(event);

  container.addEventListener(
    "pointerdown",
    (event) => {
      if (!active() || drag || event.button !== 0) return;
      if (/** @type {Element} */ (event.target).closest(".leaflet-control")) return;
      event.stopPropagation();
      container.setPointerCapture(event.pointerId);
      const start = at(event);
      const shape = L.rectangle(L.latLngBounds(start, start), { color: palette().accent, weight: 1.5, interactive: false });
      drag = { start, pointer: event.pointerId, shape: shape.addTo(map) };
    },
    true,
  );
  container.addEventListener("pointermove", (event) => {
    if (drag?.pointer === event.pointerId) drag.shape.setBounds(L.latLngBounds(drag.start, at(event)));
  });
  container.addEventListener("pointerup", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const { start } = drag;
    const end = at(event);
    const moved = map.latLngToContainerPoint(start).distanceTo(map.latLngToContainerPoint(end));
    if (moved < 4) {
      // A click, not a box: go on waiting for one.
      drag.shape.remove();
      drag = null;
      return;
    }
    setActive(false);
    // The click that comes of it chooses no cell.
    ended = true;
    setTimeout(() => (ended = false), 50);
    // As fine as the map shows: two decimals of a degree for the world, four in a village.
    state.set({ box: boxBetween(start, end, Math.min(4, Math.max(1, Math.ceil(map.getZoom() / 3)))) });
  });
  container.addEventListener("pointercancel", () => drag && setActive(false));
  container.addEventListener("click", (event) => (active() || ended) && event.stopPropagation(), true);
  button.addEventListener("click", () => setActive(!active()));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && active()) setActive(false);
  });
  typed(map, state);
}

/** @param {L.Map} map @param {import("./state.js").State} state */
function typed(map, state) {
  const [open, form] = [byId("type-box"), byId("box-form")];
  /** @type {HTMLInputElement} */
  const input = byId("box-text");
  open.addEventListener("click", () => {
    form.hidden = !form.hidden;
    open.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) input.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    complain("box-error", input, () => {
      const box = parseBox(input.value);
      state.set({ box });
      showBox(map, box);
    });
  });
  state.addEventListener("box", () => {
    if (state.choice.box) input.value = boxText(state.choice.box);
  });
}

/** @param {L.Map} map @param {import("./cells.js").Box} box */
export function showBox(map, box) {
  map.fitBounds(L.latLngBounds([box.south, box.west], [box.north, box.west + boxWidth(box)]), { maxZoom: 10, padding: [40, 40] });
}
