// @ts-check
/** A small PMTiles archive of plain colours, written from its specification (version 3) alone. */
import { crc32, deflateSync, gzipSync } from "node:zlib";

/** @typedef {{ z: number, x: number, y: number, rgba: [number, number, number, number] }} MapTile */

const EDGE = 256;

/** A PNG of one colour: 256 × 256, eight bits of red, green, blue and alpha. @param {number[]} rgba */
export function png(rgba) {
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const [length, sum, body] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.concat([Buffer.from(type, "latin1"), data])];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(EDGE, 0);
  header.writeUInt32BE(EDGE, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.of(0), ...Array.from({ length: EDGE }, () => Buffer.from(rgba))]);
  const data = deflateSync(Buffer.concat(Array.from({ length: EDGE }, () => row)));
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/** The place along the Hilbert curves of all zooms (specification, 4.1). @param {MapTile} tile */
export function tileId({ z, x, y }) {
  let id = 0;
  for (let k = 0; k < z; k++) id += 4 ** k;
  for (let s = 2 ** (z - 1); s >= 1; s /= 2) {
    const [right, down] = [(x & s) > 0 ? 1 : 0, (y & s) > 0 ? 1 : 0];
    id += s * s * ((3 * right) ^ down);
    // Turned so that the curve goes on in the quarter as it does in the whole.
    if (down === 0) {
      if (right === 1) [x, y] = [s - 1 - x, s - 1 - y];
      [x, y] = [y, x];
    }
    [x, y] = [x & (s - 1), y & (s - 1)];
  }
  return id;
}

/** @param {number} value */
function varint(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

/**
 * @param {MapTile[]} tiles @param {[number, number, number, number]} bounds west, south, east, north
 * @param {unknown} metadata
 * @param {{ type?: number, version?: number }} [wrong] what a test wants to be otherwise
 */
export function pmtiles(tiles, bounds, metadata, { type = 2, version = 3 } = {}) {
  const entries = tiles.map((tile) => ({ id: tileId(tile), data: png(tile.rgba) })).sort((a, b) => a.id - b.id);
  const numbers = [
    entries.length,
    ...entries.map(({ id }, k) => id - (k > 0 ? entries[k - 1].id : 0)),
    ...entries.map(() => 1),
    ...entries.map(({ data }) => data.length),
    // Zero: where the one before ends.
    ...entries.map((_, k) => (k === 0 ? 1 : 0)),
  ];
  const root = gzipSync(Buffer.concat(numbers.map(varint)));
  const text = gzipSync(JSON.stringify(metadata));
  const data = Buffer.concat(entries.map((entry) => entry.data));
  const header = Buffer.alloc(127);
  header.write("PMTiles", "latin1");
  header[7] = version;
  const begin = [127, 127 + root.length, 127 + root.length + text.length];
  const parts = [begin[0], root.length, begin[1], text.length, begin[2], 0, begin[2], data.length, entries.length, entries.length, entries.length];
  parts.forEach((value, k) => header.writeBigUInt64LE(BigInt(value), 8 + 8 * k));
  const zooms = tiles.map(({ z }) => z);
  header.set([1, 2, 1, type, Math.min(...zooms), Math.max(...zooms)], 96);
  const [west, south, east, north] = bounds;
  [west, south, east, north].forEach((degrees, k) => header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * k));
  header[118] = Math.min(...zooms);
  [(west + east) / 2, (south + north) / 2].forEach((degrees, k) => header.writeInt32LE(Math.round(degrees * 1e7), 119 + 4 * k));
  return Buffer.concat([header, root, text, data]);
}

/** The map tiles that a box touches, of some zooms. @param {[number, number, number, number]} bounds
 * @param {number[]} zooms @param {(z: number, x: number, y: number) => MapTile["rgba"]} colour */
export function mapTiles([west, south, east, north], zooms, colour) {
  const row = (/** @type {number} */ lat, /** @type {number} */ n) =>
    Math.floor((0.5 - Math.atanh(Math.sin((lat * Math.PI) / 180)) / (2 * Math.PI)) * n);
  /** @type {MapTile[]} */
  const tiles = [];
  for (const z of zooms) {
    const n = 2 ** z;
    const [first, last] = [Math.floor(((west + 180) / 360) * n), Math.ceil(((east + 180) / 360) * n)];
    for (let y = row(north, n); y <= row(south, n); y++) {
      for (let x = first; x < last; x++) tiles.push({ z, x, y, rgba: colour(z, x, y) });
    }
  }
  return tiles;
}
