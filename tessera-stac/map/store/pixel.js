// @ts-check
/** One pixel: where it is, its status, its values. */
import { isValid } from "./basis.js";

/** @typedef {import("./tilestore.js").Pixels} Pixels */
/**
 * @typedef {object} Pixel
 * @property {number} row @property {number} col of the tile
 * @property {"valid" | "water" | "no data"} status
 * @property {number[]} scales one, or one a channel
 * @property {number[]} raw the int8 values
 * @property {number[]} values dequantized, float32
 */

/** @param {Pixels} pixels that hold it @param {number} row @param {number} col @param {number} limit of scales @returns {Pixel} */
export function pixelOf(pixels, row, col, limit) {
  const { channels, each } = pixels;
  const p = (row - pixels.row) * pixels.cols + (col - pixels.col);
  const scales = [...(each ? pixels.scales.subarray(p * channels, (p + 1) * channels) : pixels.scales.subarray(p, p + 1))];
  const raw = [...pixels.values.subarray(p * channels, (p + 1) * channels)];
  const valid = isValid(pixels.scales, p, each, channels, limit);
  const status = valid ? "valid" : scales.some(Number.isNaN) ? "water" : "no data";
  return { row, col, status, scales, raw, values: raw.map((value, k) => Math.fround(value * scales[each ? k : 0])) };
}

/** The shortest text that is this float32. @param {number} value */
export function float32(value) {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** Bars up and down from a line. @param {HTMLCanvasElement} canvas @param {number[]} values @param {string} color */
export function drawBars(canvas, values, color) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  const most = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  context.clearRect(0, 0, width, height);
  context.fillStyle = color;
  const step = width / values.length;
  values.forEach((value, k) => {
    const size = (value / most) * (height / 2 - 2);
    context.fillRect(k * step, height / 2 - Math.max(size, 0), Math.max(step - 1, 0.5), Math.max(Math.abs(size), 0.5));
  });
}
