// @ts-check
/** What is chosen on the page; whoever shows it listens. */

/**
 * @typedef {object} Choice
 * @property {number | "all"} year
 * @property {import("./cells.js").Cell | null} cell
 * @property {import("./cells.js").Box | null} box
 * @property {Picture} picture
 */
/** @typedef {{ on: boolean, opacity: number }} Picture whether that of the year is shown, and how opaque, in percent */

/** How a picture is shown unless told otherwise. @type {Picture} */
export const PICTURE = { on: true, opacity: 100 };

export class State extends EventTarget {
  /** @param {Choice} choice */
  constructor(choice) {
    super();
    this.choice = choice;
  }

  /** Changes some of it, and says which by an event of that name. @param {Partial<Choice>} changes */
  set(changes) {
    const before = this.choice;
    this.choice = { ...before, ...changes };
    for (const key of /** @type {(keyof Choice)[]} */ (Object.keys(changes))) {
      // A box or a cell that is chosen again is said again, so that its panel comes into view.
      if (key !== "year" || before.year !== this.choice.year) this.dispatchEvent(new Event(key));
    }
    this.dispatchEvent(new Event("change"));
  }
}
