// @ts-check
/** The formulas of a collection: addresses of many tiles in one text. */
import { blockOf, nameParts } from "./cells.js";

/** A template with the tile in it. @param {string} template @param {import("./cells.js").Cell} cell */
export function fill(template, cell) {
  /** @type {Record<string, string>} */
  const values = { ...nameParts(cell), block: blockOf(cell) };
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
