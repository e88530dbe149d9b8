// @ts-check
/** A tile with known numbers as NPY, and the Zarr stores that `tessera convert` makes of it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TESSERA = process.env.TESSERA_BIN ?? fileURLToPath(new URL("../../../target/debug/tessera", import.meta.url));

export const ROWS = 1115;
export const COLS = 58;
const CHANNELS = 128;

/** The int8 value of a channel: waves of different lengths, so that pixels differ and neighbours are alike. */
export function value(/** @type {number} */ row, /** @type {number} */ col, /** @type {number} */ channel) {
  const wave = Math.sin(row / 60 + channel / 9) * 70 + Math.cos(col / 8 + channel / 5) * 40;
  return Math.round(wave) + ((row * 7 + col * 5 + channel * 3) % 11) - 5;
}

/** The float32 scale of a pixel; some are water, some no data. */
export function scale(/** @type {number} */ row, /** @type {number} */ col) {
  if (row >= 600 && row < 640) return NaN;
  if (row === 3) return [0, -1, Infinity, 1][col % 4];
  return Math.fround(0.004 + ((row + 3 * col) % 40) / 10000);
}

/** @param {number} row @param {number} col */
export const values = (row, col) => Array.from({ length: CHANNELS }, (_, k) => Math.fround(value(row, col, k) * scale(row, col)));

/** @param {string} file @param {string} descr @param {number[]} shape @param {Buffer} data */
function writeNpy(file, descr, shape, data) {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const header = text.padEnd(118 - 1) + "\n";
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  writeFileSync(file, Buffer.concat([magic, Buffer.from(header, "latin1"), data]));
}

/** Writes the tile below a folder. @param {string} folder @param {string} name */
export function writeTile(folder, name) {
  const tile = path.join(folder, "2024", name);
  mkdirSync(tile, { recursive: true });
  const data = Buffer.alloc(ROWS * COLS * CHANNELS);
  const scales = Buffer.alloc(ROWS * COLS * 4);
  for (let row = 0; row < ROWS; row++) {
    for (let col = 0; col < COLS; col++) {
      const pixel = row * COLS + col;
      scales.writeFloatLE(scale(row, col), pixel * 4);
      for (let k = 0; k < CHANNELS; k++) data.writeInt8(value(row, col, k), pixel * CHANNELS + k);
    }
  }
  writeNpy(path.join(tile, `${name}.npy`), "|i1", [ROWS, COLS, CHANNELS], data);
  writeNpy(path.join(tile, `${name}_scales.npy`), "<f4", [ROWS, COLS], scales);
  return tile;
}

/** Runs `tessera convert`. @param {string} tile @param {string} out @param {...string} options */
export function convert(tile, out, ...options) {
  if (!existsSync(TESSERA)) throw new Error(`${TESSERA} is missing: run cargo build, or set TESSERA_BIN`);
  execFileSync(TESSERA, ["convert", tile, "-o", out, "--year", "2024", "--quiet", "--no-sync", ...options], { stdio: "pipe" });
}

/** A basis by hand: four components, of which three are shown in another order, and a stretch of each kind. */
export const BASIS = {
  tessera_basis: 2,
  dataset: "v1",
  channels: CHANNELS,
  scale_limit: 1,
  basis: {
    mean: Array.from({ length: CHANNELS }, (_, k) => (k - 64) / 500),
    components: [0, 1, 2, 3].map((n) => Array.from({ length: CHANNELS }, (_, k) => Math.sin((k + 1) * (n + 1)) / 8)),
    explained_variance: [3, 2, 1, 0.5],
    explained_variance_ratio: [0.5, 0.3, 0.1, 0.05],
    deviations: Array.from({ length: CHANNELS }, (_, k) => 0.5 + (k % 4) / 4),
  },
  shown: [4, 1, 3],
  stretch: [{ linear: { low: -0.5, high: 0.5 } }, { knots: [-0.6, -0.1, 0, 0, 0.2, 0.9] }, { linear: { low: -0.2, high: 0.3 } }],
  gamma: 1.25,
  saturation: 1.5,
};

/** The colour of a pixel by the basis, said plainly: e = value × scale, d = (e − mean) ÷ deviation, component · d; then gamma,
 * and 1.5 times as far from the grey of the same luma. */
export function expectedColour(/** @type {number} */ row, /** @type {number} */ col) {
  const { mean, components, deviations } = BASIS.basis;
  const d = values(row, col).map((e, k) => (e - mean[k]) / deviations[k]);
  const [red, green, blue] = BASIS.stretch.map((stretch, n) => {
    const projected = components[BASIS.shown[n] - 1].reduce((sum, weight, k) => sum + weight * d[k], 0);
    const knots = stretch.linear ? [stretch.linear.low, stretch.linear.high] : stretch.knots;
    const above = knots.findIndex((knot) => knot > projected);
    if (above === 0) return 0;
    if (above === -1) return 1;
    const share = (projected - knots[above - 1]) / (knots[above] - knots[above - 1]);
    return ((above - 1 + share) / (knots.length - 1)) ** 0.8;
  });
  const grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [red, green, blue].map((one) => 255 * Math.min(1, Math.max(0, grey + 1.5 * (one - grey))));
}
