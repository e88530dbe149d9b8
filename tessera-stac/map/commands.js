// @ts-check
/** Commands and lines of code to copy. */
import { boxText, commandBoxes } from "./box.js";

/** What stands for the folder or zone store that only the reader knows. */
export const SOURCE = "SOURCE";

/** A word as a shell takes it. @param {string} word */
export const shellWord = (word) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * `tessera region SOURCE --bbox 0,50,2,52 --year 2024 -o …`, a line for each year and box.
 * @param {object} asked
 * @param {string} [asked.source] @param {import("./cells.js").Box} asked.box @param {number[]} asked.years
 * @param {string} asked.name of the output, without an ending
 */
export function regionCommand({ source = SOURCE, box, years, name }) {
  const boxes = commandBoxes(box);
  const line = (/** @type {number} */ year, /** @type {number} */ k) => {
    const out = `${name}_${year}${boxes.length > 1 ? `_${k + 1}` : ""}.zarr`;
    // As --bbox=…: a box that starts with a minus sign is no option.
    return `tessera region ${shellWord(source)} --bbox=${boxText(boxes[k])} --year ${year} -o ${shellWord(out)}`;
  };
  return years.flatMap((year) => boxes.map((_, k) => line(year, k))).join("\n");
}

/** `xr.open_zarr("…")`, as Python takes it. @param {string} path @param {string} [group] */
export function openZarr(path, group) {
  // The text of a JSON string is one of Python, but for characters beyond 16 bits, which stand here as they are.
  const words = [JSON.stringify(path)];
  if (group) words.push(`group=${JSON.stringify(group)}`);
  if (/^s3:/.test(path)) words.push('storage_options={"anon": True}');
  return `xr.open_zarr(${words.join(", ")})`;
}
