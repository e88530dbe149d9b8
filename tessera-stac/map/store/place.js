// @ts-check
/** Where the pixels of an item lie. */
import { tileGrid } from "../grid.js";
import { parseZone, unproject, zoneCode } from "../utm.js";

/**
 * Easting and northing of the centre of a pixel, and its degrees: by the item, or else by the name of the tile.
 * @param {any} item @param {import("../cells.js").Cell} cell @param {number} row @param {number} col
 */
export function placeOf(item, cell, row, col) {
  const grid = tileGrid(cell);
  const given = item.properties?.["proj:transform"];
  const zone = parseZone(item.properties?.["proj:code"]);
  const use = zone && Array.isArray(given) && given.length >= 6 && given.every(Number.isFinite);
  const [a, b, c, d, e, f] = use ? given : [10, 0, grid.west, 0, -10, grid.north];
  const [x, y] = [a * (col + 0.5) + b * (row + 0.5) + c, d * (col + 0.5) + e * (row + 0.5) + f];
  const where = use ? zone : grid.zone;
  return { x, y, code: zoneCode(where), ...unproject(where, x, y) };
}
