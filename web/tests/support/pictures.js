// @ts-check
/** A catalogue whose years have pictures: an archive, a folder of map tiles, nothing. */
import { catalogueFiles, collectionJson } from "./catalogue.js";
import { mapTiles, pmtiles, png } from "./pmtiles.js";

/** @typedef {[number, number, number, number]} Bounds */

/** Of the archive of 2024. @type {Bounds} */
export const BOUNDS = [-1.4, 50.9, 1.4, 52.8];
export const ZOOMS = [5, 6, 7, 8, 9];
/** Of the map tiles of 2023. @type {Bounds} */
const SMALL_BOUNDS = [0, 51.5, 0.7, 52];
/** The colour of every map tile of 2023. @type {[number, number, number, number]} */
export const PLAIN = [250, 200, 20, 255];

/** The colour of a map tile of 2024. @param {number} z @param {number} x @param {number} y
 * @returns {[number, number, number, number]} */
export const colourOf = (z, x, y) => [(x % 2) * 160 + 60, (y % 2) * 160 + 60, 20 * z, 255];

export const TESSERA = { year: 2024, dataset: "v1", components: [1, 2, 4], explained_variance_ratio: [0.413, 0.1716, 0.09], basis: "2024.basis.json" };

/** @param {Record<string, unknown>} [more] in the metadata */
export const archive = (more = {}) =>
  pmtiles(mapTiles(BOUNDS, ZOOMS, colourOf), BOUNDS, { name: "TESSERA 2024", attribution: "TESSERA", tessera: TESSERA, ...more });

/** The link of a collection to an archive. @param {string} [href] */
export const archiveLink = (href = "../pictures/2024.pmtiles") => ({ rel: "pmtiles", href, type: "application/vnd.pmtiles" });

export function pictureFiles() {
  const files = catalogueFiles();
  files.set("/pictures/2024.pmtiles", archive());
  const folder = "/pictures/2023";
  const tilejson = {
    tilejson: "3.0.0",
    tiles: ["{z}/{x}/{y}.png"],
    minzoom: 6,
    maxzoom: 8,
    bounds: SMALL_BOUNDS,
    tessera: { ...TESSERA, year: 2023, components: [1, 2, 3], basis: undefined },
  };
  files.set(`${folder}/tilejson.json`, JSON.stringify(tilejson));
  for (const { z, x, y } of mapTiles(SMALL_BOUNDS, [6, 7, 8], () => PLAIN)) files.set(`${folder}/${z}/${x}/${y}.png`, png(PLAIN));
  const maps = [
    { rel: "xyz", href: "../pictures/2023/{z}/{x}/{y}.png", type: "image/png" },
    { rel: "tilejson", href: "../pictures/2023/tilejson.json", type: "application/json" },
  ];
  files.set("/2023/collection.json", collectionJson(2023, maps));
  files.set("/2024/collection.json", collectionJson(2024, [archiveLink()]));
  return files;
}
