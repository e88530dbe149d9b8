// @ts-check
/** Cosine similarity of the pixels of a tile to one of them. */
import { css, shade } from "../palette.js";
import { isValid } from "./basis.js";

const STEPS = 255;

/**
 * The cosine of each pixel, NaN where it is not valid. A scale that a pixel has for all its channels cancels out.
 * @param {import("./tilestore.js").Pixels} pixels @param {number[]} to dequantized @param {number} limit of scales
 * @returns {Float32Array}
 */
export function cosines({ rows, cols, channels, values, scales, each }, to, limit) {
  const target = Float64Array.from(to);
  const length = Math.hypot(...to);
  const out = new Float32Array(rows * cols).fill(NaN);
  for (let p = 0; p < rows * cols; p++) {
    if (!isValid(scales, p, each, channels, limit)) continue;
    let [dot, squares] = [0, 0];
    for (let channel = 0, i = p * channels; channel < channels; channel++, i++) {
      const value = each ? values[i] * scales[i] : values[i];
      dot += value * target[channel];
      squares += value * value;
    }
    if (squares > 0 && length > 0) out[p] = dot / (Math.sqrt(squares) * length);
  }
  return out;
}

/** From 0, and all below, to 1. @param {Float32Array} cosines @param {number} rows @param {number} cols */
export function similarityImage(cosines, rows, cols) {
  const image = new ImageData(cols, rows);
  const ramp = Array.from({ length: STEPS + 1 }, (_, k) => shade(k + 1, STEPS + 1));
  cosines.forEach((cosine, p) => {
    if (Number.isNaN(cosine)) return;
    image.data.set(ramp[Math.round(STEPS * Math.min(Math.max(cosine, 0), 1))], 4 * p);
    image.data[4 * p + 3] = 255;
  });
  return image;
}

/** The ramp as a background for CSS. */
export const rampGradient = () => `linear-gradient(to right, ${[1, 2, 3].map((k) => css(shade(k, 3))).join(", ")})`;
