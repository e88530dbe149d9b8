// @ts-check
/** A store opened in the panel: its picture, a pixel of it, and what is similar to that pixel. */
import { words } from "../catalog.js";
import { copyButton, facts, h, speak } from "../dom.js";
import { plural, place } from "../format.js";
import { palette } from "../palette.js";
import { drawChunks, drawPreview, imageOf, lookOf } from "./picture.js";
import { drawBars, float32, pixelOf } from "./pixel.js";
import { placeOf } from "./place.js";
import { cosines, rampGradient, similarityImage } from "./similarity.js";
import { openTileStore } from "./tilestore.js";

/** @typedef {import("./pixel.js").Pixel} Pixel */

/** @param {import("../item.js").Asset} asset @param {import("../storepanel.js").Opened} opened */
export async function viewStore(asset, { cell, item, assets, signal }) {
  const format = item.assets?.[asset.key]?.["zarr:zarr_format"] ?? Number(/version=([23])/.exec(asset.type)?.[1]);
  const store = await openTileStore(asset.href, format, signal);
  const look = await lookOf(assets, store);
  signal.throwIfAborted();

  const canvas = h("canvas", { width: store.cols, height: store.rows, tabIndex: 0, id: "picture", role: "img" });
  canvas.setAttribute("aria-label", "Picture of the tile. Arrow keys move the cross over it, Enter reads the pixel.");
  const cross = h("div", { className: "pixel-cross", hidden: true });
  const progress = h("p", { className: "hint", id: "store-progress", role: "status" });
  const similar = h("input", { type: "checkbox", id: "similar", disabled: true });
  const ramp = h("div", { className: "ramp", hidden: true }, h("span", {}, "0"), h("span", {}, "cosine"), h("span", {}, "1"));
  ramp.style.background = rampGradient();
  const reading = h("div", { id: "pixel" }, h("p", { className: "hint" }, "Click a pixel to read its values."));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));

  /** @type {Pixel | null} */
  let chosen = null;
  /** What is being drawn; it ends when something else is drawn, or the panel closes. */
  let drawing = new AbortController();
  signal.addEventListener("abort", () => drawing.abort());

  const draw = async (/** @type {(pixels: import("./tilestore.js").Pixels) => ImageData} */ image, /** @type {string} */ done) => {
    drawing.abort();
    const mine = (drawing = new AbortController());
    if (signal.aborted) return;
    try {
      await drawChunks(store, context, image, mine.signal, (k, of) => {
        progress.textContent = k < of ? `${plural(k, "chunk")} of ${of} …` : done;
      });
      canvas.dataset.drawn = done;
    } catch (error) {
      if (mine.signal.aborted) return;
      progress.textContent = words(error);
      progress.className = "error";
    }
  };
  const picture = async () => {
    delete canvas.dataset.drawn;
    context.clearRect(0, 0, store.cols, store.rows);
    ramp.hidden = true;
    const previewed = await drawPreview(assets, context);
    if (look.basis) return draw(imageOf(look), "Principal components as red, green and blue.");
    if (previewed) {
      drawing.abort();
      progress.textContent = `${look.note} This is its preview.`;
      canvas.dataset.drawn = "preview";
      return undefined;
    }
    return draw(imageOf(look), `${look.note} Grey is where there are pixels.`);
  };
  const similarity = (/** @type {Pixel} */ pixel) => {
    delete canvas.dataset.drawn;
    ramp.hidden = false;
    context.clearRect(0, 0, store.cols, store.rows);
    const of = (/** @type {import("./tilestore.js").Pixels} */ pixels) =>
      similarityImage(cosines(pixels, pixel.values, look.limit), pixels.rows, pixels.cols);
    return draw(of, `Similarity to pixel (${pixel.row}, ${pixel.col}).`);
  };
  const choose = async (/** @type {number} */ row, /** @type {number} */ col) => {
    moveCross(cross, store, row, col);
    try {
      const pixel = pixelOf(await store.read(store.windowOf(row, col)), row, col, look.limit);
      if (signal.aborted) return;
      chosen = pixel;
      reading.replaceChildren(...pixelLines(pixel, placeOf(item, cell, row, col)));
      similar.disabled = pixel.status !== "valid";
      if (similar.checked && pixel.status === "valid") similarity(pixel);
    } catch (error) {
      if (!signal.aborted) reading.replaceChildren(h("p", { className: "error", role: "alert" }, words(error)));
    }
  };
  similar.addEventListener("change", () => (similar.checked && chosen ? similarity(chosen) : picture()));
  pointing(canvas, cross, store, choose);
  picture();
  return h(
    "div",
    {},
    h("div", { className: "picture" }, canvas, cross),
    progress,
    h("label", { className: "similar" }, similar, " Similarity to the pixel"),
    ramp,
    reading,
  );
}

/** Mouse, finger and keyboard over the picture. @param {HTMLCanvasElement} canvas @param {HTMLElement} cross
 * @param {import("./tilestore.js").TileStore} store @param {(row: number, col: number) => void} choose */
function pointing(canvas, cross, store, choose) {
  const clamp = (/** @type {number} */ value, /** @type {number} */ end) => Math.min(Math.max(Math.floor(value), 0), end - 1);
  let [row, col] = [store.rows >> 1, store.cols >> 1];
  canvas.addEventListener("click", (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    row = clamp(((event.clientY - top) / height) * store.rows, store.rows);
    col = clamp(((event.clientX - left) / width) * store.cols, store.cols);
    choose(row, col);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 1 : 10;
    const moves = { ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (event.key === "Enter") choose(row, col);
    if (!move && event.key !== "Enter") return;
    event.preventDefault();
    if (move) [row, col] = [clamp(row + move[0], store.rows), clamp(col + move[1], store.cols)];
    moveCross(cross, store, row, col);
  });
}

/** @param {HTMLElement} cross @param {import("./tilestore.js").TileStore} store @param {number} row @param {number} col */
function moveCross(cross, store, row, col) {
  cross.hidden = false;
  cross.style.left = `${((col + 0.5) / store.cols) * 100}%`;
  cross.style.top = `${((row + 0.5) / store.rows) * 100}%`;
}

/** @param {Pixel} pixel @param {ReturnType<typeof placeOf>} where */
function pixelLines(pixel, where) {
  const { row, col, status, scales, raw, values } = pixel;
  const scale = scales.length === 1 ? float32(scales[0]) : `one for each channel`;
  const shown = status === "valid" ? values : raw;
  const text = `[${shown.map(float32).join(", ")}]`;
  const bars = h("canvas", { width: 640, height: 120, className: "bars", role: "img", "aria-label": `${shown.length} values as bars` });
  drawBars(bars, shown, palette().accent);
  speak(`Pixel ${row}, ${col}: ${status}`);
  return [
    facts([
      ["Pixel", `row ${row}, column ${col}`],
      ["Place", place(where, 6)],
      [where.code, `${where.x}, ${where.y}`],
      ["Status", h("span", { id: "pixel-status" }, status)],
      ["Scale", h("span", { id: "pixel-scale" }, scale)],
    ]),
    bars,
    h("div", { className: "line" }, h("small", { className: "hint" }, status === "valid" ? "Values × scale" : "Values as stored: this pixel has none that count"), copyButton(text, "the values")),
    h("details", {}, h("summary", {}, `${shown.length} values`), h("pre", { id: "pixel-values" }, text)),
  ];
}
