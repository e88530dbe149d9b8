// @ts-check
/** What the page shows, as the part of its address behind the #: `#map=6/52.05/0.15&year=2024&tile=…&box=…&picture=…`. */
import { InputError, cellName, parseCellName } from "./cells.js";
import { boxText, parseBox } from "./box.js";
import { PICTURE } from "./state.js";

/**
 * @typedef {object} View
 * @property {number} zoom
 * @property {{ lat: number, lng: number }} center
 * @property {number | "all"} year
 * @property {import("./cells.js").Cell | null} cell
 * @property {import("./cells.js").Box | null} box
 * @property {import("./state.js").Picture} picture
 */

/** @param {View} view */
export function formatHash({ zoom, center, year, cell, box, picture }) {
  const digits = Math.max(2, Math.ceil(zoom / 3) + 1);
  const parts = [`map=${zoom}/${center.lat.toFixed(digits)}/${center.lng.toFixed(digits)}`, `year=${year}`];
  if (cell) parts.push(`tile=${cellName(cell)}`);
  if (box) parts.push(`box=${boxText(box)}`);
  if (!picture.on) parts.push("picture=off");
  else if (picture.opacity !== PICTURE.opacity) parts.push(`picture=${picture.opacity}`);
  return `#${parts.join("&")}`;
}

/**
 * What a hash says, and what in it makes no sense, in words.
 * @param {string} hash @returns {{ view: Partial<View>, wrong: string[] }}
 */
export function parseHash(hash) {
  /** @type {Partial<View>} */
  const view = {};
  /** @type {string[]} */
  const wrong = [];
  for (const [key, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    try {
      if (key === "map") Object.assign(view, parseMap(value));
      else if (key === "year") view.year = parseYear(value);
      else if (key === "tile") view.cell = parseCellName(value);
      else if (key === "box") view.box = parseBox(value);
      else if (key === "picture") view.picture = parsePicture(value);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      wrong.push(error.message);
    }
  }
  return { view, wrong };
}

/** @param {string} text */
function parseMap(text) {
  const [zoom, lat, lng] = text.split("/").map(Number);
  if (!(zoom >= 0 && zoom <= 20 && Math.abs(lat) <= 90 && Math.abs(lng) <= 360)) {
    throw new InputError(`"map=${text}" in the address is not zoom/latitude/longitude.`);
  }
  return { zoom, center: { lat, lng } };
}

/** @param {string} text @returns {number | "all"} */
function parseYear(text) {
  if (text === "all") return text;
  if (/^\d{4}$/.test(text)) return Number(text);
  throw new InputError(`"year=${text}" in the address is not a year.`);
}

/** @param {string} text @returns {import("./state.js").Picture} */
function parsePicture(text) {
  if (text === "off") return { ...PICTURE, on: false };
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return { on: true, opacity: Number(text) };
  throw new InputError(`"picture=${text}" in the address is neither off nor an opacity from 0 to 100.`);
}
