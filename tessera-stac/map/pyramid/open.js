// @ts-check
/** Opens a pyramid: what it says of itself, and the layer of the map that shows it. */
import { fetchJson } from "../catalog.js";
import { isWeb } from "../dom.js";
import { unreachable } from "../item.js";
import { L } from "../leaflet.js";
import { readBounds, readMeta, readZoom } from "./meta.js";

/** The zoom of pixels of 10 m. */
const NATIVE_ZOOM = 14;

/**
 * @typedef {object} Pyramid
 * @property {import("./meta.js").Meta} meta
 * @property {number} minZoom @property {number} maxZoom of its own map tiles
 * @property {[number, number, number, number] | null} bounds
 * @property {(options: L.GridLayerOptions, failed: (why: string) => void) => L.GridLayer} layer
 */

/** @param {import("./links.js").PyramidLink} link @returns {Promise<Pyramid>} */
export async function openPyramid(link) {
  if (!isWeb(link.href)) throw new Error(unreachable(link.href));
  if (link.kind === "xyz") return openMapTiles(link);
  let archive;
  try {
    archive = await import("./archive.js");
  } catch {
    throw new Error("What reads PMTiles could not be fetched, or is not the file that it should be.");
  }
  return archive.openArchive(link.href);
}

/** @param {import("./links.js").PyramidLink} link @returns {Promise<Pyramid>} */
async function openMapTiles({ href, tilejson }) {
  /** @type {any} */
  const said = tilejson && isWeb(tilejson) ? await fetchJson(tilejson) : {};
  const [minZoom, maxZoom] = [readZoom(said.minzoom, 0), readZoom(said.maxzoom, NATIVE_ZOOM)];
  return {
    meta: readMeta(said, tilejson ?? href),
    minZoom,
    maxZoom: Math.max(minZoom, maxZoom),
    bounds: readBounds(said.bounds),
    // A map tile that is not there is an empty one: no failure.
    layer: (options) => L.tileLayer(href, options),
  };
}

