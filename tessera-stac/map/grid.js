// @ts-check
/** The pixels of a tile on Earth, from its name alone, as `PixelGrid::of_tile` of tessera-core has them. */
import { cellBounds, latHundredths, lonHundredths } from "./cells.js";
import { project, zoneOf } from "./utm.js";

/** @typedef {import("./cells.js").Cell} Cell */
/** @typedef {{ zone: import("./utm.js").Zone, west: number, north: number, rows: number, cols: number }} PixelGrid metres */

/** Edge of a pixel in metres. */
export const PIXEL = 10;
/** Channels of a pixel, one byte each. */
export const CHANNELS = 128;
/** Bytes of a pixel: its channels and a float32 scale. */
export const PIXEL_BYTES = CHANNELS + 4;

/** @param {Cell} cell @returns {PixelGrid} */
export function tileGrid(cell) {
  const zone = zoneOf(lonHundredths(cell) / 100, latHundredths(cell) / 100);
  const { west: w, south: s, east: e, north: n } = cellBounds(cell);
  const [ul, ur, ll, lr] = [project(zone, w, n), project(zone, e, n), project(zone, w, s), project(zone, e, s)];
  const [west, north] = [Math.min(ul.x, ll.x), Math.max(ul.y, ur.y)];
  return {
    zone,
    west: Math.floor(west / PIXEL) * PIXEL,
    north: Math.ceil(north / PIXEL) * PIXEL,
    rows: pixels(north - Math.min(ll.y, lr.y)),
    cols: pixels(Math.max(ur.x, lr.x) - west),
  };
}

/** Bytes of a tile without compression. @param {Cell} cell */
export function tileBytes(cell) {
  const { rows, cols } = tileGrid(cell);
  return rows * cols * PIXEL_BYTES;
}

/** Columns of cells in a UTM zone. */
const ZONE_COLUMNS = 60;
/** @type {Map<number, number>} */
const known = new Map();

/**
 * As {@link tileBytes}, remembered: all zones are alike, so that 60 cells of a row stand for 3600.
 * @param {number} column @param {number} row
 */
export function knownTileBytes(column, row) {
  const key = row * ZONE_COLUMNS + (column % ZONE_COLUMNS);
  let bytes = known.get(key);
  if (bytes === undefined) {
    // The middle of the world, so that the numbers are small and the rounding the same for all.
    bytes = tileBytes({ column: 30 * ZONE_COLUMNS + (column % ZONE_COLUMNS), row });
    known.set(key, bytes);
  }
  return bytes;
}

/** Metres → whole pixels, halves to the even one, at least one. @param {number} metres */
function pixels(metres) {
  const exact = metres / PIXEL;
  const low = Math.floor(exact);
  const whole = exact - low === 0.5 ? low + (low % 2) : Math.round(exact);
  return Math.max(whole, 1);
}
