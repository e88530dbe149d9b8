// @ts-check
/** Which cell is meant by a place on the map. */
import { COLUMNS, ROWS, cellAt } from "./cells.js";
import { levelOf } from "./paint.js";

/** @typedef {import("./cells.js").Cell} Cell */

/** A longitude of a map that goes on around the Earth → −180…180. @param {number} lng */
export const wrapped = (lng) => (((lng + 180) % 360) + 360) % 360 - 180;

/**
 * The cell at a place. Where a pixel stands for several cells, the nearest of them that has a tile.
 * @param {{ lng: number, lat: number }} place @param {number} zoom @param {import("./coverage.js").Coverage[]} coverages
 * @returns {Cell | null} null beyond the poles
 */
export function cellNear({ lng, lat }, zoom, coverages) {
  if (Math.abs(lat) > 90) return null;
  const cell = cellAt(wrapped(lng), lat);
  const has = (/** @type {number} */ column, /** @type {number} */ row) => coverages.some((each) => each.has(column, row));
  if (has(cell.column, cell.row)) return cell;
  const k = levelOf(zoom, 256);
  const [west, north] = [(cell.column >> k) << k, (cell.row >> k) << k];
  let [found, least] = [cell, Infinity];
  for (let row = north; row < Math.min(north + (1 << k), ROWS); row++) {
    for (let column = west; column < Math.min(west + (1 << k), COLUMNS); column++) {
      const distance = (row - cell.row) ** 2 + (column - cell.column) ** 2;
      if (distance < least && has(column, row)) [found, least] = [{ column, row }, distance];
    }
  }
  return found;
}
