// @ts-check
/** The bitmap of a year: one bit a cell, north up, the highest bit of a byte the westernmost of its eight cells. */
import { COLUMNS, ROWS } from "./cells.js";
import { gunzip } from "./gzip.js";

/** Bytes of a bitmap. */
export const COVERAGE_BYTES = (COLUMNS / 8) * ROWS;

/**
 * Bits in rows: `stride` bytes a row. Level 0 has a bit a cell; a bit of level k stands for 2ᵏ × 2ᵏ cells and is set
 * where any of them is.
 * @typedef {{ bits: Uint8Array, stride: number, columns: number, rows: number }} Level
 */

/** Eight bits → four, each the OR of a pair. */
const PAIRS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const or = byte | (byte << 1);
  return ((or >> 4) & 8) | ((or >> 3) & 4) | ((or >> 2) & 2) | ((or >> 1) & 1);
});

/** Which cells have a tile in a year. */
export class Coverage {
  /** @param {Uint8Array} bits */
  constructor(bits) {
    if (bits.length !== COVERAGE_BYTES) {
      throw new Error(`a coverage bitmap of ${bits.length} bytes: expected ${COVERAGE_BYTES}`);
    }
    /** @type {Level[]} */
    this.levels = [{ bits, stride: COLUMNS / 8, columns: COLUMNS, rows: ROWS }];
  }

  /** Whether there is a tile. @param {number} column @param {number} row */
  has(column, row) {
    return (this.levels[0].bits[row * (COLUMNS / 8) + (column >> 3)] & (128 >> (column & 7))) !== 0;
  }

  /** Level k, made when first asked for. @param {number} k @returns {Level} */
  level(k) {
    while (this.levels.length <= k) this.levels.push(halved(this.levels[this.levels.length - 1]));
    return this.levels[k];
  }

  /** Calls back with every cell that has a tile in these ranges; columns may run past 3599. @param {Range} rows
   * @param {Range} columns @param {(column: number, row: number) => void} each */
  forEach(rows, columns, each) {
    const { bits, stride } = this.levels[0];
    for (let row = rows.start; row < rows.end; row++) {
      for (let c = columns.start; c < columns.end; ) {
        const column = c % COLUMNS;
        const byte = bits[row * stride + (column >> 3)];
        // A byte without a tile is passed over in one step; a row ends with a byte.
        if (byte === 0) c += 8 - (column & 7);
        else {
          if (byte & (128 >> (column & 7))) each(column, row);
          c++;
        }
      }
    }
  }
}

/** @typedef {{ start: number, end: number }} Range the end is not included */

/** @param {Level} fine @returns {Level} */
function halved(fine) {
  const [columns, rows] = [Math.ceil(fine.columns / 2), Math.ceil(fine.rows / 2)];
  const stride = Math.ceil(columns / 8);
  const bits = new Uint8Array(stride * rows);
  for (let row = 0; row < rows; row++) {
    const north = 2 * row * fine.stride;
    const south = 2 * row + 1 < fine.rows ? north + fine.stride : north;
    for (let i = 0; i < fine.stride; i++) {
      const half = PAIRS[fine.bits[north + i] | fine.bits[south + i]];
      bits[row * stride + (i >> 1)] |= i & 1 ? half : half << 4;
    }
  }
  return { bits, stride, columns, rows };
}

/** A bitmap from the bytes of its file, which a host may have decoded already. @param {Response} response */
export async function readCoverage(response) {
  return new Coverage(await gunzip(response, COVERAGE_BYTES));
}
