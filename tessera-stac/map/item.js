// @ts-check
/** The facts and assets of a STAC item. Its texts come from files: they are shown as text, whatever they hold. */
import { openZarr } from "./commands.js";
import { code, copyButton, facts, h, isWeb, link } from "./dom.js";
import { bytes } from "./format.js";
import { zoneCode } from "./utm.js";

/**
 * @typedef {object} Asset
 * @property {string} key
 * @property {string} title
 * @property {string} type the media type
 * @property {string} href absolute
 * @property {string | null} local the path, where it is a file on the host of the catalogue
 * @property {number | null} size in bytes
 */

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/** The assets, their addresses made absolute. @param {any} item @param {string} base what links are relative to
 * @returns {Asset[]} */
export function assetList(item, base) {
  return Object.entries(item.assets ?? {}).flatMap(([key, asset]) => {
    const href = absolute(text(asset?.href), base);
    if (href === null) return [];
    const size = asset["file:size"];
    return {
      key,
      title: text(asset.title) || key,
      type: text(asset.type),
      href,
      local: localPath(href),
      size: typeof size === "number" && size >= 0 ? size : null,
    };
  });
}

/** @param {string} href @param {string} base */
function absolute(href, base) {
  try {
    return href === "" ? null : new URL(href, base).href;
  } catch {
    return null;
  }
}

/** `file:///data/x` → `/data/x`. @param {string} href */
function localPath(href) {
  if (!href.startsWith("file:")) return null;
  try {
    return decodeURIComponent(new URL(href).pathname);
  } catch {
    return new URL(href).pathname;
  }
}

/** What a person copies: a path for a file, an address for the rest. @param {Asset} asset */
export const copied = (asset) => asset.local ?? asset.href;

/** What an item says; its grid only where that is not the one of the name. @param {any} item
 * @param {import("./grid.js").PixelGrid} grid */
export function itemFacts(item, grid) {
  const p = item.properties ?? {};
  const shape = Array.isArray(p["proj:shape"]) ? p["proj:shape"].map(String).join(" × ") : "";
  const code = text(p["proj:code"]);
  const software = Object.entries(p["processing:software"] ?? {}).map(([name, version]) => `${name} ${text(version)}`);
  return facts([
    ["Title", text(p.title)],
    ["Dataset version", text(p.version)],
    ["Shape", shape !== `${grid.rows} × ${grid.cols}` && shape],
    ["CRS", code !== zoneCode(grid.zone) && code],
    ["Made", text(p.created).slice(0, 10)],
    ["By", software.join(", ")],
  ]);
}

/** The assets as lines, and how Python opens the store. @param {Asset[]} assets */
export function readLines(assets) {
  if (assets.length === 0) return [h("p", { className: "hint" }, "Where the data of this tile lies is not said.")];
  const store = assets.find(({ type }) => type.startsWith("application/vnd.zarr"));
  const lines = assets.map((asset) =>
    h(
      "li",
      {},
      h("span", { className: "asset" }, link(asset.href, asset.title), asset.size !== null && h("small", {}, bytes(asset.size))),
      h("span", { className: "where" }, h("code", { title: copied(asset) }, copied(asset)), copyButton(copied(asset), `the path of ${asset.title}`)),
      isWeb(asset.href) ? null : h("small", { className: "hint" }, unreachable(asset.href)),
    ),
  );
  const opened = store && (store.key === "zone" ? zoneLine(copied(store)) : openZarr(copied(store)));
  return [h("h3", {}, "Files"), h("ul", { className: "assets" }, ...lines), ...(opened ? [code(opened, "the line of Python")] : [])];
}

/** A zone store is opened at its root, with the zone as a group. @param {string} path */
function zoneLine(path) {
  const match = /^(.*)\/(utm\d\d)\/?$/.exec(path);
  return match ? openZarr(match[1], match[2]) : openZarr(path);
}

/** Why a browser does not open it. @param {string} href */
export function unreachable(href) {
  if (href.startsWith("file:")) return "A file on the machine of the catalogue: a browser cannot open it.";
  if (/^s3:/i.test(href)) return "An object in S3: a browser cannot open it by this address.";
  return "An address that a browser cannot open.";
}
