// @ts-check
/** What can be typed into the search box: coordinates, or the name of a tile. */
import { InputError, cellAt, parseCellName } from "./cells.js";

/** @typedef {import("./cells.js").Cell} Cell */

/** @param {string} text @returns {Cell} */
export function parseQuery(text) {
  const query = text.trim();
  if (query === "") throw new InputError("Type coordinates, as in 52.05, 0.15, or the name of a tile.");
  if (/^grid/i.test(query)) return parseCellName(query);
  const { lon, lat } = parsePlace(query);
  return cellAt(lon, lat);
}

/** A number, and on which side it is said to be. */
const PART = String.raw`([+-]?\d+(?:\.\d+)?)\s*°?\s*([NSEW])?`;
const PLACE = new RegExp(`^${PART}(?:\\s*[,;]\\s*|\\s+)${PART}$`, "i");

/**
 * `52.05, 0.15` (latitude first), `52.05N 0.15E`, `0.15 W 52.05 N`.
 * @param {string} text @returns {{ lon: number, lat: number }}
 */
export function parsePlace(text) {
  const match = PLACE.exec(text);
  if (!match) {
    throw new InputError(
      `"${text}" is neither coordinates, as in 52.05, 0.15 or 52.05N 0.15E, nor the name of a tile, as in grid_0.15_52.05.`,
    );
  }
  const first = part(match[1], match[2]);
  const second = part(match[3], match[4]);
  if (first.axis === second.axis && first.axis !== null) {
    throw new InputError(`"${text}" has two ${first.axis}s: expected a latitude and a longitude.`);
  }
  const swapped = first.axis === "longitude" || second.axis === "latitude";
  const [lat, lon] = swapped ? [second.degrees, first.degrees] : [first.degrees, second.degrees];
  return { lon, lat };
}

/** @param {string} digits @param {string | undefined} letter */
function part(digits, letter) {
  const side = letter?.toUpperCase();
  const degrees = Number(digits);
  if (side && degrees < 0) throw new InputError(`${digits}${letter} has a sign and a letter: expected one of them.`);
  const axis = side === undefined ? null : side === "N" || side === "S" ? "latitude" : "longitude";
  return { degrees: side === "S" || side === "W" ? -degrees : degrees, axis };
}
