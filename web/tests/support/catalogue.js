// @ts-check
/** A small catalogue: three years of bitmaps by a formula, and items of two tiles. */
import { gzipSync } from "node:zlib";
import { blockOf, cellName, parseCellName } from "../../../tessera-stac/map/cells.js";

/** @typedef {import("../../../tessera-stac/map/cells.js").Cell} Cell */

export const YEARS = [2022, 2023, 2024];
/** In a town, with a tile in all years. */
export const TOWN = parseCellName("grid_0.15_52.05");
/** The one near the pole is the smallest: 1115 × 58 pixels. Its stores are real. */
export const SMALL = parseCellName("grid_0.05_89.95");
/** Far from all others. */
export const LONELY = parseCellName("grid_-150.05_-64.95");

/** Whether the catalogue has a tile. @param {number} year @param {number} column @param {number} row */
export function has(year, column, row) {
  for (const { column: c, row: r } of [TOWN, SMALL, LONELY]) if (c === column && r === row) return true;
  return row >= 160 && row < 1500 && ((column >> 4) + 3 * (row >> 4) + year) % 5 < 2;
}

/** @param {number} year @param {(year: number, column: number, row: number) => boolean} test */
export function coverageBytes(year, test = has) {
  const bits = Buffer.alloc(810000);
  for (let row = 0; row < 1800; row++) {
    for (let column = 0; column < 3600; column++) {
      if (test(year, column, row)) bits[row * 450 + (column >> 3)] |= 128 >> (column & 7);
    }
  }
  return bits;
}

/** @param {number[]} years @param {string} [title] */
export function catalogJson(years, title = "Tiles of a test") {
  const child = (/** @type {number} */ year) => ({ rel: "child", href: `./${year}/collection.json`, type: "application/json" });
  const links = [{ rel: "root", href: "./catalog.json", type: "application/json" }, ...years.map(child)];
  return JSON.stringify({ type: "Catalog", stac_version: "1.1.0", id: "tessera", title, description: "", links });
}

/** Where the item of a tile is. @param {number} year @param {Cell} cell */
export const itemPath = (year, cell) => `/${year}/${blockOf(cell)}/${cellName(cell)}_${year}.json`;

/** An item with these assets. @param {number} year @param {Cell} cell @param {Record<string, unknown>} assets
 * @param {Record<string, unknown>} [properties] */
export function itemJson(year, cell, assets, properties = {}) {
  const id = `${cellName(cell)}_${year}`;
  const known = { title: `TESSERA v1 ${year}`, version: "v1", created: "2026-11-22T00:00:00Z", ...properties };
  return JSON.stringify({ type: "Feature", stac_version: "1.1.0", id, properties: known, links: [], assets });
}

/** @param {string} href @param {2 | 3} format */
export const storeAsset = (href, format) => ({
  href,
  title: "TESSERA embeddings",
  type: `application/vnd.zarr; version=${format}`,
  "zarr:zarr_format": format,
});

/** A collection with these links and assets. @param {number} year @param {unknown[]} [links]
 * @param {Record<string, unknown>} [more] */
export const collectionJson = (year, links = [], more = {}) =>
  JSON.stringify({ type: "Collection", stac_version: "1.1.0", id: `tessera-v1-${year}`, links, ...more });

/** Catalogue, bitmaps and collections. */
export function catalogueFiles() {
  /** @type {Map<string, Buffer | string>} */
  const files = new Map([["/catalog.json", catalogJson(YEARS)]]);
  for (const year of YEARS) {
    const bits = coverageBytes(year);
    // A host may decode what it gives: one year is as such a host gives it.
    files.set(`/${year}/coverage.bits.gz`, year === 2022 ? bits : gzipSync(bits));
    files.set(`/${year}/collection.json`, collectionJson(year));
  }
  const assetTemplates = {
    embeddings: {
      uriTemplate: "s3://bucket/v1/{block}/grid_{lon}_{lat}.zarr",
      title: "Zarr store",
      type: "application/vnd.zarr; version=3",
      variables: {},
    },
  };
  files.set("/2022/collection.json", collectionJson(2022, [], { assetTemplates }));
  return files;
}
