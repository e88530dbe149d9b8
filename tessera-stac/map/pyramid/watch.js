// @ts-check
/** Looks whether the shown year has a picture; what shows it is loaded when there is one. */
import { collectionAddress, loadCollection } from "../catalog.js";
import { pyramidLink } from "./links.js";

/** A year that is only passed over on the way to another is not asked for: milliseconds. */
const PATIENCE = 120;

/** @param {import("../tools.js").Page} page */
export function watchPicture(page) {
  const { state } = page;
  /** @type {Promise<ReturnType<typeof import("./control.js").pictureControl>> | null} */
  let control = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const look = async () => {
    const { year } = state.choice;
    const link = year === "all" ? null : await find(year);
    if (state.choice.year !== year || (!link && !control)) return;
    control ??= import("./control.js").then(({ pictureControl }) => pictureControl(page));
    const { show } = await control;
    if (state.choice.year === year) show(link && year !== "all" ? { year, link } : null);
  };
  state.addEventListener("year", () => {
    // The picture of another year goes at once.
    control?.then(({ leave }) => leave());
    clearTimeout(timer);
    timer = setTimeout(look, PATIENCE);
  });
  look();
}

/** @param {number} year */
async function find(year) {
  try {
    return pyramidLink(await loadCollection(year), collectionAddress(year));
  } catch {
    // A collection that is missing tells no picture; the map does without it.
    return null;
  }
}
