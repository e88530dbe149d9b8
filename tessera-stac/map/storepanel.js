// @ts-check
/** The part of the panel that opens the Zarr store of a tile; what reads Zarr is loaded when it is asked for. */
import { words } from "./catalog.js";
import { h, isWeb } from "./dom.js";
import { bytes } from "./format.js";
import { tileBytes } from "./grid.js";
import { unreachable } from "./item.js";

/** @typedef {import("./item.js").Asset} Asset */
/**
 * @typedef {object} Opened
 * @property {import("./cells.js").Cell} cell
 * @property {any} item
 * @property {Asset[]} assets
 * @property {AbortSignal} signal of the panel: nothing goes on when it has closed
 */

/** @param {Opened} opened @returns {HTMLElement[]} nothing where the tile has no store */
export function storeSection(opened) {
  const store = opened.assets.find(({ key }) => key === "embeddings");
  const preview = opened.assets.find(({ key }) => key === "preview");
  if (!store) return preview && isWeb(preview.href) ? [picture(preview)] : [];
  if (!isWeb(store.href)) return [h("p", { className: "hint" }, `The store is not shown. ${unreachable(store.href)}`)];
  const open = h("button", { type: "button", className: "main", id: "open-store" }, "Open the store");
  const hint = h("small", { className: "hint" }, `A picture of it reads all ${bytes(tileBytes(opened.cell))}, less compression.`);
  const section = h("div", { id: "store" }, open, hint);
  open.addEventListener("click", async () => {
    open.disabled = true;
    hint.textContent = "Opening …";
    try {
      const { viewStore } = await import("./store/view.js");
      section.replaceChildren(await viewStore(store, opened));
    } catch (error) {
      if (opened.signal.aborted) return;
      open.disabled = false;
      hint.replaceWith(h("p", { className: "error", role: "alert" }, said(error)), hint);
      hint.textContent = "";
    }
  });
  return [section];
}

/** @param {unknown} error */
function said(error) {
  // What import() throws: a module that is missing, or whose hash differs.
  if (error instanceof TypeError && /module/i.test(error.message)) {
    return "What reads Zarr could not be fetched, or is not the file that it should be.";
  }
  return words(error);
}

/** @param {Asset} preview */
function picture(preview) {
  const image = h("img", { src: preview.href, alt: "Picture of the tile", className: "preview" });
  image.addEventListener("error", () => image.replaceWith(h("p", { className: "hint" }, "The picture of the tile is gone.")));
  return image;
}
