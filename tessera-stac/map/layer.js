// @ts-check
/** The layer of the map that shows the bitmaps: canvases that Leaflet lays out and this paints, a few a frame. */
import { cellName } from "./cells.js";
import { drawLand } from "./land.js";
import { L } from "./leaflet.js";
import { cellPixels, paintCells, rowAt } from "./paint.js";
import { palette, shade, word } from "./palette.js";

/** Milliseconds of a frame that painting may take, so that zooming stays smooth; the first view is painted at once. */
const BUDGET = 12;
/** CSS pixels of a cell from which on its name is written into it. */
const NAME_PIXELS = 130;
const EDGE = 256;

/** @typedef {{ coverages: import("./coverage.js").Coverage[], of: number }} Shown the bitmaps, and of how many years */

/**
 * @param {() => Shown} shown what is to be seen now
 * @param {{ outline?: boolean, pane?: string }} [options] `outline`: the edges and names of cells alone, to lie over a picture
 */
export function coverageLayer(shown, { outline = false, ...options } = {}) {
  /** @type {Map<HTMLCanvasElement, L.Coords>} */
  const squares = new Map();
  /** Canvases to paint, each with whom to tell. @type {Map<HTMLCanvasElement, (() => void) | null>} */
  const waiting = new Map();
  /** @type {import("./land.js").Ring[]} */
  let land = [];
  let [frame, budget] = [0, Infinity];

  const paintSome = () => {
    const start = performance.now();
    const colours = outline ? outlinesOf(shown()) : coloursOf(shown());
    for (const [canvas, done] of waiting) {
      waiting.delete(canvas);
      const coords = squares.get(canvas);
      if (coords) paintSquare(canvas, coords, colours, land);
      done?.();
      if (performance.now() - start > budget) break;
    }
    budget = BUDGET;
    frame = waiting.size > 0 ? requestAnimationFrame(paintSome) : 0;
  };
  const paintSoon = () => {
    if (frame === 0 && waiting.size > 0) frame = requestAnimationFrame(paintSome);
  };

  const Layer = L.GridLayer.extend({
    createTile(/** @type {L.Coords} */ coords, /** @type {L.DoneCallback} */ done) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = EDGE * Math.min(2, Math.max(1, Math.round(devicePixelRatio)));
      squares.set(canvas, coords);
      waiting.set(canvas, () => done(undefined, canvas));
      paintSoon();
      return canvas;
    },
  });
  /** @type {L.GridLayer} */
  const layer = new (/** @type {any} */ (Layer))({ updateWhenZooming: false, keepBuffer: 1, ...options });
  layer.on("tileunload", ({ tile }) => {
    squares.delete(/** @type {any} */ (tile));
    waiting.delete(/** @type {any} */ (tile));
  });

  const repaint = () => {
    for (const canvas of squares.keys()) if (!waiting.has(canvas)) waiting.set(canvas, null);
    paintSoon();
  };
  return {
    layer,
    repaint,
    /** @param {import("./land.js").Ring[]} rings */
    setLand(rings) {
      land = rings;
      repaint();
    },
  };
}

/** @typedef {Shown & { words: Uint32Array, edge: number, filled: boolean }} Colours */

/** @param {Shown} shown @returns {Colours} */
function coloursOf(shown) {
  const { cell, edge } = palette();
  const words = new Uint32Array(shown.coverages.length + 1);
  for (let n = 1; n < words.length; n++) words[n] = word(shown.of > 1 ? shade(n, shown.of) : cell);
  return { ...shown, words, edge: word(edge), filled: true };
}

/** Nothing but edges. @param {Shown} shown @returns {Colours} */
function outlinesOf(shown) {
  return { ...shown, words: new Uint32Array(shown.coverages.length + 1), edge: word([255, 255, 255], 110), filled: false };
}

/** @param {HTMLCanvasElement} canvas @param {L.Coords} coords @param {Colours} colours
 * @param {import("./land.js").Ring[]} land */
function paintSquare(canvas, { x, y, z }, { coverages, words, edge, filled }, land) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  const square = { x, y, zoom: z, size: canvas.width };
  const image = context.createImageData(canvas.width, canvas.width);
  paintCells(new Uint32Array(image.data.buffer), square, coverages, words, edge);
  context.putImageData(image, 0, 0);
  if (filled) drawLand(context, square, land);
  if (cellPixels(z, EDGE) >= NAME_PIXELS) nameCells(context, square, coverages, filled);
}

/** Writes the names into the cells that have a tile and begin in this square. @param {CanvasRenderingContext2D} context
 * @param {import("./paint.js").Square} square @param {import("./coverage.js").Coverage[]} coverages
 * @param {boolean} filled whether the cells are */
function nameCells(context, square, coverages, filled) {
  const { x, y, zoom, size } = square;
  const [pixels, world] = [cellPixels(zoom, size), size * 2 ** zoom];
  context.fillStyle = filled ? palette().label : "#fff";
  [context.strokeStyle, context.lineWidth] = ["#000a", (3 * size) / EDGE];
  context.font = `${(11 * size) / EDGE}px system-ui, sans-serif`;
  // A cell is named in every square that it touches, at the same place of the map: the parts join.
  const [first, last] = [Math.floor((x * size) / pixels), Math.floor(((x + 1) * size) / pixels)];
  for (let row = rowAt((y * size) / world); row <= rowAt(((y + 1) * size) / world); row++) {
    for (let column = first; column <= last && column < 3600; column++) {
      if (!coverages.some((coverage) => coverage.has(column, row))) continue;
      const top = mercatorRow(row) * world - y * size;
      const [name, left, base] = [cellName({ column, row }), column * pixels - x * size + (8 * size) / EDGE, top + (18 * size) / EDGE];
      // Over a picture, whose colours may be any.
      if (!filled) context.strokeText(name, left, base);
      context.fillText(name, left, base);
    }
  }
}

/** Where a row of cells begins, 0 in the north and 1 in the south. @param {number} row */
function mercatorRow(row) {
  const sin = Math.sin(((90 - row / 10) * Math.PI) / 180);
  return 0.5 - Math.atanh(sin) / (2 * Math.PI);
}

