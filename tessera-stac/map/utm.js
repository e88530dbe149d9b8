// @ts-check
/**
 * Degrees ↔ metres of a UTM zone on WGS 84: the extended transverse Mercator of Poder and Engsager, to the sixth order,
 * as PROJ and tessera-core compute it. Coefficients: König and Weise (1951), Engsager and Poder (2007).
 */

const A = 6378137;
const F = 1 / 298.257223563;
const N = F / (2 - F);
const SCALE = 0.9996;

/** Σ of a polynomial in the third flattening, the first coefficient that of `N^from`. */
const poly = (/** @type {number} */ from, /** @type {number[]} */ ...terms) =>
  terms.reduceRight((sum, term) => sum * N + term, 0) * N ** from;

/** Gaussian → geodetic latitude. */
const CGB = [
  poly(1, 2, -2 / 3, -2, 116 / 45, 26 / 45, -2854 / 675),
  poly(2, 7 / 3, -8 / 5, -227 / 45, 2704 / 315, 2323 / 945),
  poly(3, 56 / 15, -136 / 35, -1262 / 105, 73814 / 2835),
  poly(4, 4279 / 630, -332 / 35, -399572 / 14175),
  poly(5, 4174 / 315, -144838 / 6237),
  poly(6, 601676 / 22275),
];
/** Geodetic → Gaussian latitude. */
const CBG = [
  poly(1, -2, 2 / 3, 4 / 3, -82 / 45, 32 / 45, 4642 / 4725),
  poly(2, 5 / 3, -16 / 15, -13 / 9, 904 / 315, -1522 / 945),
  poly(3, -26 / 15, 34 / 21, 8 / 5, -12686 / 2835),
  poly(4, 1237 / 630, -12 / 5, -24832 / 14175),
  poly(5, -734 / 315, 109598 / 31185),
  poly(6, 444337 / 155925),
];
/** Ellipsoidal → spherical northing and easting. */
const UTG = [
  poly(1, -1 / 2, 2 / 3, -37 / 96, 1 / 360, 81 / 512, -96199 / 604800),
  poly(2, -1 / 48, -1 / 15, 437 / 1440, -46 / 105, 1118711 / 3870720),
  poly(3, -17 / 480, 37 / 840, 209 / 4480, -5569 / 90720),
  poly(4, -4397 / 161280, 11 / 504, 830251 / 7257600),
  poly(5, -4583 / 161280, 108847 / 3991680),
  poly(6, -20648693 / 638668800),
];
/** Spherical → ellipsoidal northing and easting. */
const GTU = [
  poly(1, 1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
  poly(2, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
  poly(3, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
  poly(4, 49561 / 161280, -179 / 168, 6601661 / 7257600),
  poly(5, 34729 / 80640, -3418889 / 1995840),
  poly(6, 212378941 / 319334400),
];
/** The meridian quadrant, scaled to the projection. */
const QN = (SCALE * A * (1 + N ** 2 * (1 / 4 + N ** 2 * (1 / 64 + N ** 2 / 256)))) / (1 + N);

/** b + Σ c_k sin 2kb. @param {number[]} c @param {number} b */
function series(c, b) {
  const twice = 2 * Math.cos(2 * b);
  let [sum, before] = [0, 0];
  for (let k = c.length - 1; k >= 0; k--) [sum, before] = [twice * sum - before + c[k], sum];
  return b + sum * Math.sin(2 * b);
}

/** Σ c_k sin k(r + i·√−1), by Clenshaw. @param {number[]} c @param {number} re @param {number} im */
function complexSeries(c, re, im) {
  const [sin, cos, sinh, cosh] = [Math.sin(re), Math.cos(re), Math.sinh(im), Math.cosh(im)];
  const [r, i] = [2 * cos * cosh, -2 * sin * sinh];
  let [hr, hi, hr1, hi1] = [0, 0, 0, 0];
  for (let k = c.length - 1; k >= 0; k--) {
    [hr, hi, hr1, hi1] = [r * hr - i * hi - hr1 + c[k], i * hr + r * hi - hi1, hr, hi];
  }
  return [sin * cosh * hr - cos * sinh * hi, sin * cosh * hi + cos * sinh * hr];
}

/** @typedef {{ number: number, south: boolean }} Zone */

/** `EPSG:32631`. @param {Zone} zone */
export const zoneCode = (zone) => `EPSG:${(zone.south ? 32700 : 32600) + zone.number}`;

/** The zone of a point, without the exceptions of Norway and Svalbard. @param {number} lon @param {number} lat @returns {Zone} */
export function zoneOf(lon, lat) {
  const number = Math.min(Math.max(Math.floor((lon + 180) / 6) + 1, 1), 60);
  return { number, south: lat < 0 };
}

/** The zone of `EPSG:32631`, or null where it is none. @param {unknown} code @returns {Zone | null} */
export function parseZone(code) {
  const match = typeof code === "string" ? /^EPSG:32([67])(\d\d)$/.exec(code) : null;
  const number = Number(match?.[2]);
  return match && number >= 1 && number <= 60 ? { number, south: match[1] === "7" } : null;
}

/** Central meridian in radians. @param {Zone} zone */
const meridian = (zone) => ((zone.number - 0.5) * Math.PI) / 30 - Math.PI;

/** Degrees → easting and northing in metres, to a millionth. @param {Zone} zone @param {number} lon @param {number} lat */
export function project(zone, lon, lat) {
  const lambda = (lon * Math.PI) / 180 - meridian(zone);
  const gauss = series(CBG, (lat * Math.PI) / 180);
  const [sinN, cosN, sinE, cosE] = [Math.sin(gauss), Math.cos(gauss), Math.sin(lambda), Math.cos(lambda)];
  const n = Math.atan2(sinN, cosE * cosN);
  const e = Math.asinh(Math.tan(Math.atan2(sinE * cosN, Math.hypot(sinN, cosN * cosE))));
  const [dn, de] = complexSeries(GTU, 2 * n, 2 * e);
  const round = (/** @type {number} */ metres) => Math.round(metres * 1e6) / 1e6;
  return { x: round(QN * (e + de) + 500000), y: round(QN * (n + dn) + (zone.south ? 1e7 : 0)) };
}

/** Easting and northing in metres → degrees. @param {Zone} zone @param {number} x @param {number} y */
export function unproject(zone, x, y) {
  const [n, e] = [(y - (zone.south ? 1e7 : 0)) / QN, (x - 500000) / QN];
  const [dn, de] = complexSeries(UTG, 2 * n, 2 * e);
  const [north, east] = [n + dn, Math.atan(Math.sinh(e + de))];
  const [sinN, cosN, sinE, cosE] = [Math.sin(north), Math.cos(north), Math.sin(east), Math.cos(east)];
  const lambda = Math.atan2(sinE, cosE * cosN);
  const gauss = Math.atan2(sinN * cosE, Math.hypot(sinE, cosE * cosN));
  return { lon: ((lambda + meridian(zone)) * 180) / Math.PI, lat: (series(CGB, gauss) * 180) / Math.PI };
}
