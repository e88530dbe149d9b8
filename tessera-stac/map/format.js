// @ts-check
/** Numbers for people to read. */

/** `1,234,567`. @param {number} n */
export const count = (n) => n.toLocaleString("en-GB");

/** `1 tile`, `2 tiles`. @param {number} n @param {string} noun */
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** `107 MB`: three digits, units of a thousand. @param {number} n */
export function bytes(n) {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let k = 0;
  while (n >= 999.5 && k < units.length - 1) [n, k] = [n / 1000, k + 1];
  const digits = k === 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2;
  return `${n.toFixed(digits)} ${units[k]}`;
}

/** `41.3 %`. @param {number} share of one */
export const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** `52.05° N`. @param {number} degrees @param {number} digits */
export const latitude = (degrees, digits) => side(degrees, digits, "N", "S");

/** `0.15° E`. @param {number} degrees @param {number} digits */
export const longitude = (degrees, digits) => side(degrees, digits, "E", "W");

/** `52.05000° N, 0.15000° E`. @param {{ lon: number, lat: number }} place @param {number} digits */
export const place = ({ lon, lat }, digits) => `${latitude(lat, digits)}, ${longitude(lon, digits)}`;

/** `2017–2020, 2022`. @param {number[]} years ascending */
export function yearList(years) {
  /** @type {number[][]} */
  const runs = [];
  for (const year of years) {
    const run = runs.at(-1);
    if (run && run[run.length - 1] === year - 1) run.push(year);
    else runs.push([year]);
  }
  return runs.map((run) => (run.length > 1 ? `${run[0]}–${run[run.length - 1]}` : `${run[0]}`)).join(", ");
}

/** @param {number} degrees @param {number} digits @param {string} positive @param {string} negative */
function side(degrees, digits, positive, negative) {
  return `${Math.abs(degrees).toFixed(digits)}° ${degrees < 0 ? negative : positive}`;
}
