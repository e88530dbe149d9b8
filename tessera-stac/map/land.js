// @ts-check
/** The outline of the land, in Web Mercator from 0 to 1 on both axes; x goes on past the antimeridian. */
import feature from "topojson-client/src/feature.js";
import { FetchError } from "./catalog.js";
import { palette } from "./palette.js";

/**
 * A ring: its coast, and whether it runs around the south pole, with land down to there.
 * @typedef {{ coast: Float64Array, polar: boolean, west: number, east: number, north: number, south: number }} Ring
 */

/** The outline that boot.js has chosen. @returns {Promise<Ring[]>} */
export async function loadLand() {
  const { land = "", landIntegrity: integrity } = document.documentElement.dataset;
  let response;
  try {
    response = await fetch(land, integrity ? { integrity } : {});
  } catch {
    throw new FetchError("The outline of the land could not be fetched, or is not the file that it should be.", 0);
  }
  if (!response.ok) throw new FetchError(`The outline of the land: the host answered ${response.status}.`, response.status);
  const atlas = await response.json();
  /** @type {any} */
  const { features } = feature(atlas, atlas.objects.land);
  /** @type {number[][][][]} */
  const polygons = features.flatMap((/** @type {any} */ each) =>
    each.geometry.type === "Polygon" ? [each.geometry.coordinates] : each.geometry.coordinates,
  );
  return polygons.flat().map(unwrapped);
}

/** @param {number[][]} ring longitudes and latitudes @returns {Ring} */
export function unwrapped(ring) {
  const coast = new Float64Array(2 * ring.length);
  let [shift, before] = [0, ring[0][0]];
  let [west, east, north, south] = [Infinity, -Infinity, 1, 0];
  ring.forEach(([lon, lat], i) => {
    if (lon - before > 180) shift -= 360;
    else if (before - lon > 180) shift += 360;
    before = lon;
    const [x, y] = [(lon + shift + 180) / 360, mercator(lat)];
    coast.set([x, y], 2 * i);
    [west, east, north, south] = [Math.min(west, x), Math.max(east, x), Math.min(north, y), Math.max(south, y)];
  });
  // A ring that ends a turn from its start runs around a pole: the southern one, where there is land.
  const polar = Math.abs(coast[coast.length - 2] - coast[0]) > 0.5;
  return { coast, polar, west, east, north, south: polar ? 2 : south };
}

/** @param {number} lat */
function mercator(lat) {
  const sin = Math.sin((Math.min(Math.max(lat, -89), 89) * Math.PI) / 180);
  return 0.5 - Math.atanh(sin) / (2 * Math.PI);
}

/**
 * Draws the land of a square: filled behind what is there, its coast before it.
 * @param {CanvasRenderingContext2D} context @param {import("./paint.js").Square} square @param {Ring[]} land
 */
export function drawLand(context, { x, y, zoom, size }, land) {
  const scale = size * 2 ** zoom;
  const [coast, pole] = [new Path2D(), new Path2D()];
  for (const ring of land) {
    for (const turn of [-1, 0, 1]) {
      const left = (ring.west + turn) * scale - x * size;
      const right = (ring.east + turn) * scale - x * size;
      if (left > size || right < 0 || ring.north * scale > (y + 1) * size || ring.south * scale < y * size) continue;
      trace(coast, ring, turn, scale, x * size, y * size);
      if (ring.polar) pole.rect(left, ring.coast[1] * scale - y * size, right - left, 2 * scale);
    }
  }
  const colours = palette();
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = colours.land;
  context.fill(coast, "evenodd");
  context.fill(pole);
  context.globalCompositeOperation = "source-over";
  context.strokeStyle = colours.coast;
  context.lineWidth = size / 256;
  context.stroke(coast);
}

/** @param {Path2D} path @param {Ring} ring @param {number} turn @param {number} scale @param {number} left
 * @param {number} top */
function trace(path, { coast }, turn, scale, left, top) {
  for (let i = 0; i < coast.length; i += 2) {
    const [px, py] = [(coast[i] + turn) * scale - left, coast[i + 1] * scale - top];
    if (i === 0) path.moveTo(px, py);
    else path.lineTo(px, py);
  }
}
