// @ts-check
/**
 * Nine synthetic full years: `node bench/catalogue.js FOLDER` writes catalog.json and the bitmaps of 2017 to 2025, 1.8 million
 * cells each, on the land of world-atlas, other places missing in each year. The same bytes every time.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { feature } from "topojson-client";
import { COLUMNS, ROWS } from "../../tessera-stac/map/cells.js";
import { MODULES } from "../packages.js";
import { catalogJson } from "../tests/support/catalogue.js";

export const YEARS = Array.from({ length: 9 }, (_, k) => 2017 + k);
export const CELLS = 1_800_000;
/** Edge of the patches that a year misses, in cells. */
const PATCH = 8;

/** Which cells have their centre on land, by even-odd crossings of each row. */
function landCells() {
  const atlas = JSON.parse(readFileSync(path.join(MODULES, "world-atlas/land-50m.json"), "utf8"));
  /** @type {any} */
  const { features } = feature(atlas, atlas.objects.land);
  /** @type {number[][][]} */
  const rings = features.flatMap((/** @type {any} */ each) => each.geometry.coordinates.flat());
  const cells = new Uint8Array(COLUMNS * ROWS);
  /** @type {number[][]} */
  const crossings = Array.from({ length: ROWS }, () => []);
  for (const ring of rings) {
    for (const [[x0, y0], [x1, y1]] of edges(ring)) {
      const first = Math.max(Math.ceil((89.95 - Math.max(y0, y1)) * 10), 0);
      const last = Math.min(Math.floor((89.95 - Math.min(y0, y1)) * 10), ROWS - 1);
      for (let row = first; row <= last; row++) {
        const lat = 89.95 - row / 10;
        crossings[row].push(x0 + ((lat - y0) / (y1 - y0)) * (x1 - x0));
      }
    }
  }
  crossings.forEach((at, row) => {
    at.sort((a, b) => a - b);
    for (let i = 0; i + 1 < at.length; i += 2) {
      const [first, last] = [Math.ceil((at[i] + 179.95) * 10), Math.floor((at[i + 1] + 179.95) * 10)];
      for (let c = first; c <= last; c++) cells[row * COLUMNS + ((c % COLUMNS) + COLUMNS) % COLUMNS] = 1;
    }
  });
  return cells;
}

/** The edges of a ring, which goes on past the antimeridian; one around the pole is closed there. @param {number[][]} ring */
function edges(ring) {
  let shift = 0;
  const points = ring.map(([lon, lat], i) => {
    const step = lon - ring[Math.max(i - 1, 0)][0];
    shift += step > 180 ? -360 : step < -180 ? 360 : 0;
    return [lon + shift, lat];
  });
  const [[first], [last]] = [points[0], points[points.length - 1]];
  if (Math.abs(last - first) > 180) points.push([last, -90], [first, -90], points[0]);
  return points.slice(1).map((point, i) => [points[i], point]);
}

/** A number that looks random and is not. @param {number} a @param {number} b */
function hash(a, b) {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** The bitmap of a year: all land but patches, so many that `CELLS` are left. @param {Uint8Array} land @param {number} year */
export function yearBits(land, year) {
  const across = COLUMNS / PATCH;
  const patchOf = (/** @type {number} */ i) => Math.floor(Math.floor(i / COLUMNS) / PATCH) * across + Math.floor((i % COLUMNS) / PATCH);
  const sizes = new Uint8Array(across * (ROWS / PATCH));
  let left = 0;
  land.forEach((on, i) => {
    if (on) [sizes[patchOf(i)], left] = [sizes[patchOf(i)] + 1, left + 1];
  });
  const order = [...sizes.keys()].filter((patch) => sizes[patch] > 0).sort((a, b) => hash(a, year) - hash(b, year) || a - b);
  const missing = new Set();
  for (const patch of order) {
    if (left - sizes[patch] < CELLS) continue;
    missing.add(patch);
    left -= sizes[patch];
    if (left === CELLS) break;
  }
  const bits = Buffer.alloc((COLUMNS / 8) * ROWS);
  land.forEach((on, i) => {
    if (on && !missing.has(patchOf(i))) bits[i >> 3] |= 128 >> (i & 7);
  });
  return { bits, cells: left };
}

/** @param {string} folder */
export function writeCatalogue(folder) {
  const land = landCells();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "catalog.json"), catalogJson(YEARS, "Nine synthetic years"));
  for (const year of YEARS) {
    mkdirSync(path.join(folder, String(year)), { recursive: true });
    const { bits, cells } = yearBits(land, year);
    const file = gzipSync(bits, { level: 9 });
    writeFileSync(path.join(folder, String(year), "coverage.bits.gz"), file);
    console.log(`${year}: ${cells} cells, ${file.length} bytes`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2]) writeCatalogue(process.argv[2]);
  else {
    console.error("usage: node bench/catalogue.js FOLDER");
    process.exitCode = 2;
  }
}
