// @ts-check
/** The panel beside the map: a section for the box and one for the tile, each there while it is chosen. */
import { boxSection } from "./boxpanel.js";
import { byId, h } from "./dom.js";
import { tileSection } from "./tile.js";

/** @typedef {{ element: HTMLElement, update: () => void, close: () => void }} Section */

/** @param {import("./years.js").Years} years @param {import("./state.js").State} state */
export function panel(years, state) {
  const aside = byId("panel");
  const slots = { box: h("div"), cell: h("div") };
  aside.append(slots.cell, slots.box);
  /** @type {{ box: Section | null, cell: Section | null }} */
  const sections = { box: null, cell: null };

  const show = (/** @type {"box" | "cell"} */ kind) => {
    sections[kind]?.close();
    const { box, cell } = state.choice;
    sections[kind] = kind === "box" ? box && boxSection(box, years, state) : cell && tileSection(cell, years, state);
    slots[kind].replaceChildren(...(sections[kind] ? [sections[kind].element] : []));
    aside.hidden = !sections.box && !sections.cell;
    document.body.classList.toggle("with-panel", !aside.hidden);
    sections[kind]?.element.scrollIntoView?.({ block: "nearest" });
    if (sections[kind]) aside.scrollTop = slots[kind].offsetTop - aside.offsetTop;
  };
  state.addEventListener("box", () => show("box"));
  state.addEventListener("cell", () => show("cell"));
  const update = () => {
    sections.box?.update();
    sections.cell?.update();
  };
  state.addEventListener("year", update);
  years.addEventListener("loaded", update);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || aside.hidden || byId("map").classList.contains("drawing")) return;
    if (state.choice.cell) state.set({ cell: null });
    else state.set({ box: null });
    byId("map").focus();
  });
  show("box");
  show("cell");
}
