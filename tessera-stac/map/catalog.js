// @ts-check
/** The files of the catalogue, by the formulas of tile and year; all addresses are relative to the page. */
import { blockOf, cellName } from "./cells.js";
import { readCoverage } from "./coverage.js";
import { fill } from "./template.js";

/** @typedef {import("./cells.js").Cell} Cell */

/** Why a file of the catalogue could not be had; `status` is that of HTTP, 0 where there was no answer. */
export class FetchError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The folder of the page. */
const base = new URL(".", document.baseURI);

/** An address below the folder of the page. @param {string} path */
export const address = (path) => new URL(path, base).href;

/** @param {number} year @param {Cell} cell */
export const itemAddress = (year, cell) => address(`${year}/${blockOf(cell)}/${cellName(cell)}_${year}.json`);

/** @param {number} year */
export const collectionAddress = (year) => address(`${year}/collection.json`);

/** The title and the years, in order. @returns {Promise<{ title: string, years: number[] }>} */
export async function loadCatalog() {
  const catalog = await fetchJson(address("catalog.json"));
  if (!Array.isArray(catalog.links)) throw new FetchError("catalog.json has no links: it is not a STAC catalogue.", 200);
  const years = new Set();
  for (const link of catalog.links) {
    const match = link?.rel === "child" && /(?:^|\/)(\d{4})\/collection\.json$/.exec(String(link.href));
    if (match) years.add(Number(match[1]));
  }
  if (years.size === 0) throw new FetchError("catalog.json has no year: there is nothing to show.", 200);
  return { title: typeof catalog.title === "string" ? catalog.title : "TESSERA", years: [...years].sort() };
}

/** @param {number} year */
export async function loadCoverage(year) {
  const response = await fetchFile(address(`${year}/coverage.bits.gz`));
  return readCoverage(response);
}

/** The collections that were asked for. @type {Map<number, Promise<any>>} */
const collections = new Map();

/**
 * The item of a tile; where its file is missing, one made of the formulas of the collection.
 * @param {number} year @param {Cell} cell
 * @returns {Promise<{ item: any, made: boolean, base: string }>} `base` is what the links of the item are relative to
 */
export async function loadItem(year, cell) {
  const base = itemAddress(year, cell);
  try {
    return { item: await fetchJson(base), made: false, base };
  } catch (error) {
    if (!(error instanceof FetchError) || (error.status !== 404 && error.status !== 403)) throw error;
  }
  return { item: itemOfTemplates(await loadCollection(year), cell), made: true, base };
}

/** The collection of a year, asked for once. @param {number} year */
export function loadCollection(year) {
  let collection = collections.get(year);
  if (!collection) {
    collection = fetchJson(collectionAddress(year));
    collections.set(year, collection);
    collection.catch(() => collections.delete(year));
  }
  return collection;
}

/** @param {any} collection @param {Cell} cell */
function itemOfTemplates(collection, cell) {
  /** @type {Record<string, any>} */
  const assets = {};
  for (const [key, template] of Object.entries(collection.assetTemplates ?? {})) {
    if (typeof template?.uriTemplate !== "string") continue;
    const { uriTemplate, variables: _, ...rest } = template;
    assets[key] = { ...collection.item_assets?.[key], ...rest, href: fill(uriTemplate, cell) };
  }
  return { properties: {}, links: [], assets };
}

/** @param {string} href */
export async function fetchFile(href) {
  const name = decodeURI(href.replace(base.href, ""));
  let response;
  try {
    response = await fetch(href);
  } catch {
    throw new FetchError(`${name} could not be fetched: the host did not answer, or does not allow it (CORS).`, 0);
  }
  if (response.ok) return response;
  throw new FetchError(`${name} could not be fetched: the host answered ${response.status}.`, response.status);
}

/** @param {string} href @returns {Promise<any>} an object */
export async function fetchJson(href) {
  const response = await fetchFile(href);
  const text = await response.text();
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new FetchError(`${decodeURI(href.replace(base.href, ""))} is not JSON.`, response.status);
}

/** What went wrong, in words. @param {unknown} error */
export const words = (error) => (error instanceof Error ? error.message : String(error));
