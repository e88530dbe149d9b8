// @ts-check
/** One square of the map, painted from bitmaps: arithmetic only, no canvas. */
import { COLUMNS, ROWS } from "./cells.js";

/** @typedef {import("./coverage.js").Coverage} Coverage */
/** @typedef {import("./coverage.js").Level} Level */
/**
 * @typedef {object} Square
 * @property {number} x the square's column of the map at this zoom @property {number} y its row
 * @property {number} zoom @property {number} size edge in pixels
 */

/** From here on a cell has so many pixels that its edge is drawn. */
const EDGE_PIXELS = 6;

/** Pixels of a cell at the equator. @param {number} zoom @param {number} size */
export const cellPixels = (zoom, size) => (size * 2 ** zoom) / COLUMNS;

/**
 * The level whose bits are at least a pixel wide, so that no cell falls between two pixels.
 * @param {number} zoom @param {number} size
 */
export const levelOf = (zoom, size) => Math.max(0, Math.ceil(-Math.log2(cellPixels(zoom, size))));

/** The row of cells at a place of Web Mercator, 0 in the north and 1 in the south. @param {number} y */
export function rowAt(y) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return Math.floor((90 - lat) * 10);
}

/**
 * Paints how many of the bitmaps have a tile: `colours[n]` for n of them, `colours[0]` where none has.
 * @param {Uint32Array} out size × size @param {Square} square @param {Coverage[]} coverages
 * @param {Uint32Array} colours @param {number} edge the colour of the edges of cells
 */
export function paintCells(out, square, coverages, colours, edge) {
  const { x, y, zoom, size } = square;
  const k = levelOf(zoom, size);
  const levels = coverages.map((coverage) => coverage.level(k));
  const world = size * 2 ** zoom;
  const columns = new Int32Array(size + 1);
  for (let i = 0; i <= size; i++) {
    // One more to the west, for the edge of the first.
    const column = Math.floor(((x * size + i - 0.5) / world) * COLUMNS);
    columns[i] = ((column + COLUMNS) % COLUMNS) >> k;
  }
  const row = (/** @type {number} */ j) => rowAt((y * size + j + 0.5) / world);
  const edges = cellPixels(zoom, size) >= EDGE_PIXELS;
  let above = row(-1);
  // Whether the row of pixels above is an edge, and none to copy.
  let onEdge = true;
  for (let j = 0; j < size; j++) {
    const here = row(j);
    const at = j * size;
    if (here >> k === above >> k && !onEdge) {
      out.copyWithin(at, at - size, at);
    } else if (here < 0 || here >= ROWS) {
      out.fill(colours[0], at, at + size);
      onEdge = false;
    } else {
      countRow(out, at, columns, here >> k, levels);
      onEdge = edges && here !== above;
      const north = onEdge && above >= 0 ? above : here;
      colourRow(out, at, columns, edges, (column) => has(levels, column, north), colours, edge, onEdge);
    }
    above = here;
  }
}

/** Whether any of the bitmaps has a bit. @param {Level[]} levels @param {number} column @param {number} row */
function has(levels, column, row) {
  for (const { bits, stride } of levels) {
    if (bits[row * stride + (column >> 3)] & (128 >> (column & 7))) return true;
  }
  return false;
}

/** How many bitmaps have each pixel of a row. @param {Uint32Array} out @param {number} at @param {Int32Array} columns
 * @param {number} row @param {Level[]} levels */
function countRow(out, at, columns, row, levels) {
  const size = columns.length - 1;
  out.fill(0, at, at + size);
  for (const { bits, stride } of levels) {
    const start = row * stride;
    for (let i = 0; i < size; i++) {
      const column = columns[i + 1];
      out[at + i] += (bits[start + (column >> 3)] >> (7 - (column & 7))) & 1;
    }
  }
}

/**
 * Numbers → colours; an edge belongs to a cell that has a tile, or to its neighbour in the west or north.
 * @param {Uint32Array} out @param {number} at @param {Int32Array} columns @param {boolean} edges
 * @param {(column: number) => boolean} northHas @param {Uint32Array} colours @param {number} edge @param {boolean} onEdge
 */
function colourRow(out, at, columns, edges, northHas, colours, edge, onEdge) {
  const size = columns.length - 1;
  let west = edges && northHas(columns[0]) ? 1 : 0;
  for (let i = 0; i < size; i++) {
    const n = out[at + i];
    const isEdge = edges && (onEdge ? n > 0 || northHas(columns[i + 1]) : columns[i + 1] !== columns[i] && n + west > 0);
    out[at + i] = isEdge ? edge : colours[n];
    west = n;
  }
}
