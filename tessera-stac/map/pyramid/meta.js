// @ts-check
/** What a pyramid says of itself. Its texts come from a file: whatever does not fit is left out. */
import { absolute } from "./links.js";

/**
 * @typedef {object} Meta
 * @property {{ component: number, ratio: number | null }[]} colours of red, green and blue; empty where that is not said
 * @property {string} dataset
 * @property {string | null} basis the address of the file with the basis
 * @property {string} attribution plain text
 */

/** @param {any} metadata of the archive, or TileJSON @param {string} base its address @returns {Meta} */
export function readMeta(metadata, base) {
  const said = metadata?.tessera ?? {};
  const components = list(said.components).filter((each) => Number.isInteger(each) && each > 0);
  const ratios = list(said.explained_variance_ratio);
  const share = (/** @type {unknown} */ ratio) => (typeof ratio === "number" && ratio >= 0 && ratio <= 1 ? ratio : null);
  return {
    colours: components.length === 3 ? components.map((component, k) => ({ component, ratio: share(ratios[k]) })) : [],
    dataset: typeof said.dataset === "string" ? said.dataset : "",
    basis: absolute(said.basis, base),
    attribution: typeof metadata?.attribution === "string" ? metadata.attribution.replace(/<[^>]*>/g, "") : "",
  };
}

/** @param {unknown} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** West, south, east, north; null where they are none, or the world. @param {unknown} bounds
 * @returns {[number, number, number, number] | null} */
export function readBounds(bounds) {
  const [west, south, east, north] = list(bounds).map(Number);
  const good = -180 <= west && west < east && east <= 180 && -90 <= south && south < north && north <= 90;
  return good && east - west < 359 ? [west, south, east, north] : null;
}

/** A zoom that there can be. @param {unknown} zoom @param {number} otherwise */
export const readZoom = (zoom, otherwise) => (Number.isInteger(zoom) && Number(zoom) >= 0 && Number(zoom) <= 24 ? Number(zoom) : otherwise);
