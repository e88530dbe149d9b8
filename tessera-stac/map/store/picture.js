// @ts-check
/** The picture of a tile, drawn chunk by chunk; what can be drawn depends on what lies beside the store. */
import { fetchJson, words } from "../catalog.js";
import { isWeb } from "../dom.js";
import { SCALE_LIMIT, colour, isValid, parseBasis } from "./basis.js";

/** @typedef {import("./tilestore.js").TileStore} TileStore */
/** @typedef {import("./tilestore.js").Pixels} Pixels */
/** @typedef {import("../item.js").Asset} Asset */
/** @typedef {{ basis: import("./basis.js").Basis | null, limit: number, note: string }} Look */

/** The basis beside a store, and what to say where there is none. @param {Asset[]} assets @param {TileStore} store
 * @returns {Promise<Look>} */
export async function lookOf(assets, store) {
  const asset = assets.find(({ key }) => key === "basis");
  const without = (/** @type {string} */ note) => ({ basis: null, limit: SCALE_LIMIT, note });
  if (!asset) return without("There is no PCA basis beside this store.");
  if (!isWeb(asset.href)) return without("The PCA basis is a file that a browser cannot open.");
  try {
    const basis = parseBasis(await fetchJson(asset.href), store.channels);
    return { basis, limit: basis.limit, note: "" };
  } catch (error) {
    return without(words(error));
  }
}

/**
 * Draws every chunk when it has come.
 * @param {TileStore} store @param {CanvasRenderingContext2D} context
 * @param {(pixels: Pixels) => ImageData} image of a window
 * @param {AbortSignal} signal @param {(done: number, of: number) => void} progress
 */
export async function drawChunks(store, context, image, signal, progress) {
  const windows = store.windows();
  // The next is fetched while one is coloured.
  let next = store.read(windows[0]);
  for (let k = 0; k < windows.length; k++) {
    const pixels = await next;
    signal.throwIfAborted();
    if (k + 1 < windows.length) {
      next = store.read(windows[k + 1]);
      // It is awaited in the next turn; until then its failure is not unhandled.
      next.catch(() => {});
    }
    context.clearRect(pixels.col, pixels.row, pixels.cols, pixels.rows);
    context.putImageData(image(pixels), pixels.col, pixels.row);
    progress(k + 1, windows.length);
    await new Promise((resume) => setTimeout(resume));
  }
}

/** What a window looks like: by the basis, or else only which pixels are valid. @param {Look} look */
export const imageOf = ({ basis, limit }) => (/** @type {Pixels} */ pixels) => {
  if (basis) return colour(pixels, basis);
  const image = new ImageData(pixels.cols, pixels.rows);
  for (let p = 0; p < pixels.rows * pixels.cols; p++) {
    if (isValid(pixels.scales, p, pixels.each, pixels.channels, limit)) image.data.set([140, 150, 150, 255], 4 * p);
  }
  return image;
};

/** Draws the preview, stretched over the tile; false where it cannot be had. @param {Asset[]} assets
 * @param {CanvasRenderingContext2D} context */
export async function drawPreview(assets, context) {
  const asset = assets.find(({ key }) => key === "preview");
  if (!asset || !isWeb(asset.href)) return false;
  const image = new Image();
  image.src = asset.href;
  try {
    await image.decode();
  } catch {
    return false;
  }
  context.drawImage(image, 0, 0, context.canvas.width, context.canvas.height);
  return true;
}
