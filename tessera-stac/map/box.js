// @ts-check
/** Boxes of degrees as people type and draw them, and the cells that they have: `Region` of tessera-core. */
import { COLUMNS, InputError, ROWS } from "./cells.js";

/** @typedef {import("./cells.js").Box} Box */

/** `W,S,E,N` in degrees. @param {string} text @returns {Box} */
export function parseBox(text) {
  const parts = text.split(",").map((part) => part.trim());
  const [west, south, east, north] = parts.map(Number);
  if (parts.length !== 4 || parts.some((part) => part === "" || !Number.isFinite(Number(part)))) {
    throw new InputError(`"${text}" is not a box: expected W,S,E,N in degrees, as in 0,50,2,52.`);
  }
  const outside = (/** @type {string} */ edge, /** @type {number} */ value, /** @type {number} */ limit) => {
    if (Math.abs(value) <= limit) return;
    throw new InputError(`The ${edge} edge ${value} is outside of the world: expected -${limit} to ${limit} degrees.`);
  };
  outside("west", west, 180);
  outside("south", south, 90);
  outside("east", east, 180);
  outside("north", north, 90);
  if (south > north) {
    throw new InputError(`The box has south ${south} above north ${north}: expected W,S,E,N.`);
  }
  return { west, south, east, north };
}

/** `0,50,2,52`. @param {Box} box */
export const boxText = ({ west, south, east, north }) => [west, south, east, north].join(",");

/**
 * The box between two corners of a map that goes on around the Earth.
 * @param {{ lng: number, lat: number }} a @param {{ lng: number, lat: number }} b
 * @param {number} decimals to which its edges are rounded @returns {Box}
 */
export function boxBetween(a, b, decimals) {
  const round = (/** @type {number} */ degrees) => Number(degrees.toFixed(decimals)) + 0;
  const lat = (/** @type {number} */ degrees) => round(Math.min(Math.max(degrees, -90), 90));
  const [west, east] = [Math.min(a.lng, b.lng), Math.max(a.lng, b.lng)];
  const [south, north] = [lat(Math.min(a.lat, b.lat)), lat(Math.max(a.lat, b.lat))];
  if (east - west >= 360) return { west: -180, south, east: 180, north };
  const turns = Math.floor((west + 180) / 360);
  const [w, e] = [round(west - 360 * turns), round(east - 360 * turns)];
  if (w >= 180) return { west: w - 360, south, east: e - 360, north };
  return { west: w, south, east: e > 180 ? round(e - 360) : e, north };
}

/** West to east in degrees. @param {Box} box */
export const boxWidth = ({ west, east }) => (west > east ? east + 360 - west : east - west);

/** The box, or two where it crosses the antimeridian and is wider than a command takes as one. @param {Box} box */
export function commandBoxes(box) {
  if (box.west <= box.east || boxWidth(box) <= 180) return [box];
  return [{ ...box, east: 180 }, { ...box, west: -180 }].filter((part) => boxWidth(part) > 0);
}

/** An edge typed as 0.3 is on the border of a cell. @param {number} value */
function nearest(value) {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 ? whole : value;
}

/** The rows of its cells. @param {Box} box @returns {import("./coverage.js").Range} */
export function cellRows({ south, north }) {
  const first = Math.min(Math.floor(nearest((90 - north) * 10)), ROWS - 1);
  const end = Math.ceil(nearest((90 - south) * 10));
  if (south === north) {
    const row = Math.min(Math.max(end - 1, 0), ROWS - 1);
    return { start: row, end: row + 1 };
  }
  return { start: first, end: Math.min(Math.max(end, first + 1), ROWS) };
}

/** The columns of its cells, counted on past 3599 across the antimeridian. @param {Box} box */
export function cellColumns(box) {
  const start = Math.floor(nearest((box.west + 180) * 10));
  const end = Math.ceil(nearest((box.west > box.east ? box.east + 540 : box.east + 180) * 10));
  return { start, end: Math.max(end, start + 1) };
}

/** The number of cells, with and without tiles. @param {Box} box */
export function cellCount(box) {
  const [rows, columns] = [cellRows(box), cellColumns(box)];
  return (rows.end - rows.start) * Math.min(columns.end - columns.start, COLUMNS);
}
