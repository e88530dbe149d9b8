// @ts-check
/** What a box holds. */
import { cellColumns, cellRows } from "./box.js";
import { knownTileBytes } from "./grid.js";

/** The tiles of a box and their bytes without compression. @param {import("./cells.js").Box} box
 * @param {import("./coverage.js").Coverage} coverage */
export function tally(box, coverage) {
  let [tiles, bytes] = [0, 0];
  coverage.forEach(cellRows(box), cellColumns(box), (column, row) => {
    tiles++;
    bytes += knownTileBytes(column, row);
  });
  return { tiles, bytes };
}
