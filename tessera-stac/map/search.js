// @ts-check
/** The search box. */
import { InputError, cellBounds } from "./cells.js";
import { byId } from "./dom.js";
import { parseQuery } from "./query.js";

/** The zoom from which a cell can be told from its neighbours. */
const NEAR = 9;

/** @param {L.Map} map @param {import("./state.js").State} state */
export function search(map, state) {
  /** @type {HTMLInputElement} */
  const input = byId("query");
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    complain("search-error", input, () => {
      const cell = parseQuery(input.value);
      goTo(map, cell);
      state.set({ cell });
    });
  });
}

/** Moves the map so that a cell is seen. @param {L.Map} map @param {import("./cells.js").Cell} cell */
export function goTo(map, cell) {
  const { west, south, east, north } = cellBounds(cell);
  map.setView([(south + north) / 2, (west + east) / 2], Math.max(map.getZoom(), NEAR));
}

/**
 * Does something with what was typed, and says beside it what is wrong with it.
 * @param {string} id of the element that says it @param {HTMLInputElement} input @param {() => void} act
 */
export function complain(id, input, act) {
  const error = byId(id);
  let text = "";
  try {
    act();
  } catch (wrong) {
    if (!(wrong instanceof InputError)) throw wrong;
    text = wrong.message;
  }
  error.textContent = text;
  error.hidden = text === "";
  input.setAttribute("aria-invalid", String(text !== ""));
}
