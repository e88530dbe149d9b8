// @ts-check
/** The 0.1° cells of the world, their names and the 5° blocks that gather them: the arithmetic of tessera-core. */

/** Columns of cells around the Earth; column 0 is the westernmost. */
export const COLUMNS = 3600;
/** Rows of cells from pole to pole; row 0 is the northernmost. */
export const ROWS = 1800;

/** @typedef {{ readonly column: number, readonly row: number }} Cell */
/** @typedef {{ west: number, south: number, east: number, north: number }} Box degrees; west > east crosses 180° */

/** What a person typed and this page cannot take, in words for that person. */
export class InputError extends Error {}

/** Longitude of the centre in hundredths of a degree. @param {Cell} cell */
export const lonHundredths = (cell) => cell.column * 10 - 17995;

/** Latitude of the centre in hundredths of a degree. @param {Cell} cell */
export const latHundredths = (cell) => 8995 - cell.row * 10;

/** `-0.05` and `52.05`: the two parts of the name. @param {Cell} cell */
export function nameParts(cell) {
  return { lon: decimal(lonHundredths(cell)), lat: decimal(latHundredths(cell)) };
}

/** `grid_0.15_52.05`. @param {Cell} cell */
export function cellName(cell) {
  const { lon, lat } = nameParts(cell);
  return `grid_${lon}_${lat}`;
}

/** @param {Cell} a @param {Cell | null} b */
export const sameCell = (a, b) => b !== null && a.column === b.column && a.row === b.row;

/**
 * The cell that contains a point; its west and south edges belong to it. Longitude 180 is −180.
 * @param {number} lon @param {number} lat @returns {Cell}
 */
export function cellAt(lon, lat) {
  if (!(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90)) {
    throw new InputError(
      `Longitude ${lon}, latitude ${lat} is outside of the world: longitudes run from -180 to 180, latitudes from -90 to 90.`,
    );
  }
  const column = (Math.floor(lon * 10) + COLUMNS / 2) % COLUMNS;
  const south = Math.min(Math.floor(lat * 10) + ROWS / 2, ROWS - 1);
  return { column, row: ROWS - 1 - south };
}

/**
 * The cell of a name, with or without a year behind it.
 * @param {string} name @returns {Cell}
 */
export function parseCellName(name) {
  const match = /^grid_(-?\d{1,3}\.\d{2})_(-?\d{1,3}\.\d{2})(?:_\d{4})?$/.exec(name);
  if (!match) {
    throw new InputError(
      `"${name}" is not the name of a tile: expected grid_<lon>_<lat> with two decimals, as in grid_0.15_52.05.`,
    );
  }
  const [lon, lat] = [Number(match[1]), Number(match[2])];
  const cell = cellAt(lon, lat);
  if (Math.round(lon * 100) !== lonHundredths(cell) || Math.round(lat * 100) !== latHundredths(cell)) {
    throw new InputError(
      `"${name}" is off the grid: the centre of a tile ends in 5 hundredths of a degree. ` +
        `The tile that contains this place is ${cellName(cell)}.`,
    );
  }
  return cell;
}

/** The edges in degrees. @param {Cell} cell @returns {Box} */
export function cellBounds(cell) {
  const [lon, lat] = [lonHundredths(cell), latHundredths(cell)];
  return { west: (lon - 5) / 100, south: (lat - 5) / 100, east: (lon + 5) / 100, north: (lat + 5) / 100 };
}

/** The 5° square with the cell, by its south-west corner: `e000n50`. @param {Cell} cell */
export function blockOf(cell) {
  const corner = (/** @type {number} */ hundredths) => Math.floor(hundredths / 500) * 5;
  const [west, south] = [corner(lonHundredths(cell)), corner(latHundredths(cell))];
  const digits = (/** @type {number} */ degrees, /** @type {number} */ width) =>
    String(Math.abs(degrees)).padStart(width, "0");
  return `${west < 0 ? "w" : "e"}${digits(west, 3)}${south < 0 ? "s" : "n"}${digits(south, 2)}`;
}

/** -9995 → `-99.95`. @param {number} hundredths */
function decimal(hundredths) {
  const size = Math.abs(hundredths);
  return `${hundredths < 0 ? "-" : ""}${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`;
}
