// @ts-check
/** A tile store: the arrays `embeddings` (y, x, band) int8 and `scales` (y, x) or (y, x, band) float32, read by windows. */
import * as zarr from "zarrita";
import { HttpStore, StoreError } from "./httpstore.js";

/** More rows, columns or channels than any tile has. */
const MOST = 4096;
/** Bytes of one chunk, and of all chunks that are kept. */
const CHUNK_LIMIT = 2 ** 28;
const KEPT_LIMIT = 160e6;

/**
 * Pixels: row, column and channel of `values` in this order; `scales` has one a pixel, or one a channel.
 * @typedef {object} Pixels
 * @property {number} row @property {number} col of the first
 * @property {number} rows @property {number} cols
 * @property {number} channels
 * @property {Int8Array} values
 * @property {Float32Array} scales
 * @property {boolean} each whether a channel has a scale of its own
 */
/** @typedef {{ row: number, col: number, rows: number, cols: number }} Window */

export class TileStore {
  /** @param {any} embeddings @param {any} scales */
  constructor(embeddings, scales) {
    this.embeddings = embeddings;
    this.scales = scales;
    const [rows, cols, channels] = embeddings.shape;
    this.rows = /** @type {number} */ (rows);
    this.cols = /** @type {number} */ (cols);
    this.channels = /** @type {number} */ (channels);
    /** The pixels of the windows read last, the latest at the end. @type {Map<string, Promise<Pixels>>} */
    this.kept = new Map();
  }

  /** The windows of its chunks, row by row. @returns {Window[]} */
  windows() {
    const [height, width] = this.embeddings.chunks;
    const windows = [];
    for (let row = 0; row < this.rows; row += height) {
      for (let col = 0; col < this.cols; col += width) {
        windows.push({ row, col, rows: Math.min(height, this.rows - row), cols: Math.min(width, this.cols - col) });
      }
    }
    return windows;
  }

  /** The window that a pixel lies in. @param {number} row @param {number} col */
  windowOf(row, col) {
    const found = this.windows().find((w) => row >= w.row && row < w.row + w.rows && col >= w.col && col < w.col + w.cols);
    if (!found) throw new StoreError(`The tile has no pixel (${row}, ${col}).`);
    return found;
  }

  /** The pixels of a window; the latest are remembered. @param {Window} window */
  read(window) {
    const key = `${window.row},${window.col}`;
    const pixels = this.kept.get(key) ?? this.fetch(window);
    this.kept.delete(key);
    this.kept.set(key, pixels);
    const [height, width] = this.embeddings.chunks;
    const most = Math.max(2, Math.floor(KEPT_LIMIT / (height * width * this.channels)));
    for (const oldest of [...this.kept.keys()].slice(0, Math.max(0, this.kept.size - most))) this.kept.delete(oldest);
    pixels.catch(() => this.kept.delete(key));
    return pixels;
  }

  /** @param {Window} window @returns {Promise<Pixels>} */
  async fetch(window) {
    const { row, col, rows, cols } = window;
    const plane = [zarr.slice(row, row + rows), zarr.slice(col, col + cols)];
    const each = this.scales.shape.length === 3;
    try {
      const [values, scales] = await Promise.all([
        zarr.get(this.embeddings, [...plane, null]),
        zarr.get(this.scales, each ? [...plane, null] : plane),
      ]);
      return { ...window, channels: this.channels, values: flat(values), scales: flat(scales), each };
    } catch (error) {
      throw explained(error);
    }
  }
}

/** @param {any} chunk @returns {any} its numbers in the order of its axes */
function flat({ data, shape, stride }) {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1 && stride[axis] !== expected) throw new StoreError("The chunks of the store are not in C order.");
    expected *= shape[axis];
  }
  return data;
}

/**
 * @param {string} href of the group @param {unknown} format 2 or 3, where the item says it @param {AbortSignal} signal
 */
export async function openTileStore(href, format, signal) {
  const root = zarr.root(new HttpStore(href, signal));
  const open = format === 2 ? zarr.open.v2 : format === 3 ? zarr.open.v3 : zarr.open;
  const array = async (/** @type {string} */ name) => {
    try {
      return await open(root.resolve(name), { kind: "array", attrs: false });
    } catch (error) {
      throw explained(error, name);
    }
  };
  const [embeddings, scales] = await Promise.all([array("embeddings"), array("scales")]);
  check(embeddings, "embeddings", "int8", 3);
  const [rows, cols, channels] = embeddings.shape;
  check(scales, "scales", "float32", scales.shape.length === 3 ? 3 : 2);
  if (scales.shape.some((edge, axis) => edge !== [rows, cols, channels][axis])) {
    throw new StoreError(`The store has embeddings of shape [${embeddings.shape}] and scales of shape [${scales.shape}]: they do not fit.`);
  }
  return new TileStore(embeddings, scales);
}

/** @param {zarr.Array<zarr.DataType>} array @param {string} name @param {string} type @param {number} axes */
function check({ dtype, shape, chunks }, name, type, axes) {
  const got = `${dtype} [${shape}]`;
  if (dtype !== type || shape.length !== axes || shape.some((edge) => edge < 1 || edge > MOST)) {
    throw new StoreError(`The array ${name} of the store is ${got}: expected ${type} with ${axes} axes.`);
  }
  const bytes = chunks.reduce((product, edge) => product * edge, type === "int8" ? 1 : 4);
  if (!(bytes > 0 && bytes <= CHUNK_LIMIT)) {
    throw new StoreError(`The array ${name} of the store has chunks of ${bytes} bytes: more than a page should hold.`);
  }
}

/** What zarrita says, for a reader. @param {unknown} error @param {string} [name] of the array that was opened */
function explained(error, name) {
  if (error instanceof StoreError || (error instanceof DOMException && error.name === "AbortError")) return error;
  /** @type {any} */
  const cause = error instanceof Error && error.cause ? error.cause : error;
  if (cause instanceof StoreError) return cause;
  if (zarr.isZarritaError(error, "NotFoundError") && name) {
    return new StoreError(`The store is gone, or is no tile store: it has no array ${name} (404).`);
  }
  if (error instanceof SyntaxError) return new StoreError(`The metadata of the array ${name} is not JSON: this is no Zarr store.`);
  const text = error instanceof Error ? error.message : String(error);
  return new StoreError(`The store cannot be read. ${text}${cause !== error ? `: ${cause?.message ?? cause}` : ""}`);
}
