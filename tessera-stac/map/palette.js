// @ts-check
/** The colours of the map, light and dark. */

/** @typedef {[number, number, number]} Rgb */
/**
 * @typedef {object} Palette
 * @property {string} land @property {string} coast @property {string} label
 * @property {Rgb} cell a cell of one year
 * @property {Rgb} edge between cells
 * @property {Rgb[]} ramp from few years to all
 * @property {string} accent of what is chosen
 */

/** @type {Palette} */
const LIGHT = {
  land: "#f3f0e6",
  coast: "#b3ada0",
  label: "#ffffff",
  cell: [58, 146, 138],
  edge: [232, 245, 242],
  ramp: [
    [190, 224, 211],
    [86, 166, 160],
    [26, 90, 116],
  ],
  accent: "#d9480f",
};

/** @type {Palette} */
const DARK = {
  land: "#27313b",
  coast: "#5a6875",
  label: "#08201e",
  cell: [58, 150, 140],
  edge: [16, 40, 43],
  ramp: [
    [38, 84, 96],
    [63, 160, 150],
    [225, 240, 170],
  ],
  accent: "#ff8a4c",
};

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The colours of now. */
export const palette = () => (dark.matches ? DARK : LIGHT);

/** Calls back when they have changed. @param {() => void} changed */
export const onPalette = (changed) => dark.addEventListener("change", changed);

/** The shade of so many years of `all`. @param {number} years @param {number} all @returns {Rgb} */
export function shade(years, all) {
  const { ramp } = palette();
  const at = all <= 1 ? ramp.length - 1 : ((years - 1) / (all - 1)) * (ramp.length - 1);
  const low = Math.min(Math.floor(at), ramp.length - 2);
  const mix = (/** @type {number} */ k) => Math.round(ramp[low][k] + (ramp[low + 1][k] - ramp[low][k]) * (at - low));
  return [mix(0), mix(1), mix(2)];
}

/** As a 32-bit word of ImageData. @param {Rgb} rgb @param {number} alpha */
export function word(rgb, alpha = 255) {
  const bytes = Uint8Array.of(...rgb, alpha);
  return new Uint32Array(bytes.buffer)[0];
}

/** For CSS. @param {Rgb} rgb */
export const css = (rgb) => `rgb(${rgb.join(" ")})`;
