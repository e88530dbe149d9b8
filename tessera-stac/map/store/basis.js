// @ts-check
/** The PCA basis beside a store, and the colours that it gives to pixels, as tessera-pca computes them. */
import { StoreError } from "./httpstore.js";

/** @typedef {{ linear: { low: number, high: number } } | { knots: number[] }} Mapping */
/**
 * @typedef {object} Basis
 * @property {number} limit scales from here on are no data
 * @property {Float64Array} mean
 * @property {Float64Array[]} components three, divided by the deviations where channels were standardized
 * @property {Mapping[]} stretch from the value of a component to brightness
 * @property {number} gamma
 * @property {number} saturation
 */

/** Above which a scale is no data, unless a basis says otherwise. */
export const SCALE_LIMIT = 1;

/** @param {any} json @param {number} channels @returns {Basis} */
export function parseBasis(json, channels) {
  // The first version had neither a choice of components nor gamma and saturation.
  const { basis, stretch, scale_limit: limit, shown = [1, 2, 3], gamma = 1, saturation = 1 } = json;
  if (json.tessera_basis !== 1 && json.tessera_basis !== 2) {
    throw new StoreError("The basis of the picture is of another version: expected tessera_basis 1 or 2.");
  }
  const numbers = (/** @type {unknown} */ list, /** @type {string} */ what, length = channels) => {
    if (!Array.isArray(list) || list.length !== length || !list.every(Number.isFinite)) {
      throw new StoreError(`The basis of the picture: ${what} is not a list of ${length} numbers.`);
    }
    return Float64Array.from(list);
  };
  const three = Array.isArray(basis?.components) && Array.isArray(shown) && shown.length === 3 && shown.every((k) => basis.components[k - 1]);
  if (!three || !Array.isArray(stretch) || stretch.length < 3) {
    throw new StoreError("The basis of the picture has fewer than three components.");
  }
  if (!(gamma > 0) || !(saturation >= 0)) throw new StoreError("The basis of the picture has no such gamma or saturation.");
  if (!(limit > 0)) throw new StoreError("The basis of the picture has no scale_limit.");
  const deviations = basis.deviations ? numbers(basis.deviations, "deviations") : null;
  const components = shown.map((/** @type {number} */ k) =>
    numbers(basis.components[k - 1], "a component").map((weight, channel) => weight / (deviations?.[channel] ?? 1)),
  );
  return { limit, mean: numbers(basis.mean, "mean"), components, stretch: stretch.slice(0, 3).map(mapping), gamma, saturation };
}

/** @param {any} value @returns {Mapping} */
function mapping(value) {
  const knots = value?.linear ? [value.linear.low, value.linear.high] : value?.knots;
  const rising = Array.isArray(knots) && knots.length >= 2 && knots.every((knot, k) => Number.isFinite(knot) && (k === 0 || knots[k - 1] <= knot));
  if (!rising) throw new StoreError("The basis of the picture has a stretch that is not of ascending numbers.");
  return value;
}

/** 0…1. @param {Mapping} map @param {number} value */
export function brightness(map, value) {
  if ("linear" in map) {
    const { low, high } = map.linear;
    if (low < high) return Math.min(Math.max((value - low) / (high - low), 0), 1);
    return value < low ? 0 : value > low ? 1 : 0.5;
  }
  return among(map.knots, value);
}

/** Where a value lies among knots, 0…1; where several are the same, in their middle. @param {number[]} knots
 * @param {number} value */
function among(knots, value) {
  let [below, high] = [0, knots.length];
  while (below < high) {
    const middle = (below + high) >> 1;
    if (knots[middle] < value) below = middle + 1;
    else high = middle;
  }
  let equal = 0;
  while (knots[below + equal] === value) equal++;
  const last = knots.length - 1;
  if (equal > 0) return (below + (equal - 1) / 2) / last;
  if (below === 0) return 0;
  if (below === knots.length) return 1;
  return (below - 1 + (value - knots[below - 1]) / (knots[below] - knots[below - 1])) / last;
}

/** What is done to brightnesses, 0…1, after the stretch: gamma, then saturation around the luma of Rec. 709.
 * @param {number[]} bright @param {number} gamma @param {number} saturation */
export function finish(bright, gamma, saturation) {
  const lit = gamma === 1 ? bright : bright.map((one) => one ** (1 / gamma));
  if (saturation === 1) return lit;
  const grey = 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2];
  return lit.map((one) => Math.min(Math.max(grey + saturation * (one - grey), 0), 1));
}

/**
 * Colours pixels; those that are not valid stay transparent.
 * @param {import("./tilestore.js").Pixels} pixels @param {Basis} basis @returns {ImageData}
 */
export function colour({ rows, cols, channels, values, scales, each }, { limit, mean, components, stretch, gamma, saturation }) {
  const image = new ImageData(cols, rows);
  const offsets = components.map((weights) => weights.reduce((sum, weight, channel) => sum + weight * mean[channel], 0));
  const [red, green, blue] = components;
  for (let p = 0; p < rows * cols; p++) {
    if (!isValid(scales, p, each, channels, limit)) continue;
    let [r, g, b] = [0, 0, 0];
    const start = p * channels;
    for (let channel = 0; channel < channels; channel++) {
      const value = each ? values[start + channel] * scales[start + channel] : values[start + channel];
      r += red[channel] * value;
      g += green[channel] * value;
      b += blue[channel] * value;
    }
    // One scale for all channels comes after the sum: a multiplication less in the innermost loop.
    const scale = each ? 1 : scales[p];
    const bright = [r, g, b].map((sum, k) => brightness(stretch[k], sum * scale - offsets[k]));
    finish(bright, gamma, saturation).forEach((one, k) => (image.data[4 * p + k] = Math.round(255 * one)));
    image.data[4 * p + 3] = 255;
  }
  return image;
}

/** Whether a pixel is valid: 0 < scale < limit, in all its channels. @param {Float32Array} scales @param {number} p
 * @param {boolean} each @param {number} channels @param {number} limit */
export function isValid(scales, p, each, channels, limit) {
  if (!each) return scales[p] > 0 && scales[p] < limit;
  for (let i = p * channels; i < (p + 1) * channels; i++) if (!(scales[i] > 0 && scales[i] < limit)) return false;
  return true;
}
