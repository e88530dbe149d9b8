// @ts-check
/** The bitmaps of the years, as they arrive. */
import { loadCoverage, words } from "./catalog.js";

/** @typedef {import("./cells.js").Cell} Cell */
/** @typedef {import("./coverage.js").Coverage} Coverage */

export class Years extends EventTarget {
  /** @param {number[]} list ascending */
  constructor(list) {
    super();
    this.list = list;
    /** @type {Map<number, Coverage>} */
    this.loaded = new Map();
    /** Years that could not be had, and why. @type {Map<number, string>} */
    this.failed = new Map();
    /** @type {Map<number, Promise<void>>} */
    this.asked = new Map();
  }

  /** Resolves when the bitmap of a year is there or has failed; says so by the event `loaded`. @param {number} year */
  load(year) {
    let asked = this.asked.get(year);
    if (!asked) {
      asked = loadCoverage(year)
        .then(
          (coverage) => void this.loaded.set(year, coverage),
          (error) => void this.failed.set(year, words(error)),
        )
        .then(() => void this.dispatchEvent(new CustomEvent("loaded", { detail: year })));
      this.asked.set(year, asked);
    }
    return asked;
  }

  /** @param {number | "all"} year */
  async loadShown(year) {
    await Promise.all(year === "all" ? this.list.map((each) => this.load(each)) : [this.load(year)]);
  }

  /** The bitmaps to show. @param {number | "all"} year @returns {Coverage[]} */
  shown(year) {
    const years = year === "all" ? this.list : [year];
    return years.flatMap((each) => this.loaded.get(each) ?? []);
  }

  /** The years in which a cell has a tile. @param {Cell} cell */
  of(cell) {
    return this.list.filter((year) => this.loaded.get(year)?.has(cell.column, cell.row));
  }
}
