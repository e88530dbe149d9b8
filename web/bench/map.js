// @ts-check
/**
 * The map in headless Chromium, software rendering, beside a naive page: `node bench/map.js [CATALOGUE] [--tiles N]`.
 *
 * CATALOGUE is a folder or an address with a catalogue of nine years; without one, nine synthetic full years are made. The
 * naive page has the boxes of N tiles (146,452), 0 leaves it out. A folder is served by this script, texts gzipped.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { MAP } from "../packages.js";
import { launch } from "../tests/support/browser.js";
import { serve } from "../tests/support/server.js";
import { vendor } from "../vendor.js";
import { boxesGeoJson, NAIVE_HTML } from "./naive.js";
import { writeCatalogue } from "./catalogue.js";

/** @typedef {import("playwright-core").Page} Page */

const RUNS = 5;
const { values, positionals } = parseArgs({ allowPositionals: true, options: { tiles: { type: "string", default: "146452" } } });

/** @param {number[]} numbers */
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Loads a page once, in a browser of its own.
 * @param {string} address @param {string} settled a selector that holds when all is there that is loaded without a click
 * @param {number} patience milliseconds
 */
async function once(address, settled, patience) {
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.setDefaultTimeout(patience);
    const session = await page.context().newCDPSession(page);
    let wire = 0;
    await session.send("Network.enable");
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (wire += encodedDataLength));
    await page.goto(address, { timeout: patience });
    await page.waitForSelector('html[data-ready="true"]', { state: "attached" });
    const ready = await page.evaluate(() => performance.getEntriesByName("map-ready")[0].startTime);
    await page.waitForSelector(settled, { state: "attached" });
    await page.waitForTimeout(500);
    await session.send("HeapProfiler.collectGarbage");
    const heap = await session.send("Runtime.getHeapUsage");
    const frame = await worstFrame(page);
    // backingStorageSize holds the buffers of bitmaps, which usedSize leaves out.
    const buffers = /** @type {any} */ (heap).backingStorageSize ?? 0;
    return { ready, heap: heap.usedSize, buffers, wire, frame };
  } finally {
    await browser.close();
  }
}

/** The longest time between two frames while the map zooms in and out. @param {Page} page */
async function worstFrame(page) {
  await page.evaluate(() => {
    const frames = /** @type {number[]} */ ([]);
    Object.assign(globalThis, { frames });
    let last = performance.now();
    const next = (/** @type {number} */ now) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await page.mouse.move(640, 300);
  for (const direction of [-1, -1, -1, -1, 1, 1, 1]) {
    await page.mouse.wheel(0, direction * 120);
    await page.waitForTimeout(900);
  }
  return page.evaluate(() => Math.max(.../** @type {any} */ (globalThis).frames.slice(2)));
}

/** @param {string} name @param {string} tiles @param {Awaited<ReturnType<typeof once>>[]} runs */
function line(name, tiles, runs) {
  const mb = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const of = (/** @type {keyof typeof runs[0]} */ key) => median(runs.map((run) => run[key]));
  const worst = Math.max(...runs.map(({ frame }) => frame));
  return [
    name,
    tiles,
    `${(of("ready") / 1000).toFixed(2)} s`,
    mb(of("heap")),
    mb(of("heap") + of("buffers")),
    `${Math.round(of("wire") / 1000)} kB`,
    `${Math.round(of("frame"))} ms (${Math.round(worst)})`,
  ];
}

async function main() {
  const work = mkdtempSync(path.join(tmpdir(), "tessera-bench-"));
  const [given] = positionals;
  const folder = given ?? path.join(work, "catalogue");
  if (!given) writeCatalogue(folder);
  vendor(work);
  /** @type {Map<string, string>} */
  const files = new Map([["/naive.html", NAIVE_HTML]]);
  /** @type {[string, string][]} */
  const mounts = [["/", /^https?:/.test(folder) ? work : folder], ["/map/", MAP], ["/index.html", path.join(MAP, "index.html")], ["/", work]];
  const server = await serve({ mounts, files, gzip: true });
  const address = /^https?:/.test(folder) ? folder : `${server.origin}/`;

  const runs = [];
  const years = (await (await fetch(new URL("catalog.json", address))).json()).links.filter((/** @type {any} */ { rel }) => rel === "child").length;
  for (let k = 0; k < RUNS; k++) runs.push(await once(address, `html[data-years="${years}"][data-live="true"]`, 60000));
  const rows = [
    ["page", "tiles", "ready", "JS heap", "with buffers", "wire", "worst zoom frame"],
    line("the map", `${years} years`, runs),
  ];
  const tiles = Number(values.tiles);
  if (tiles > 0 && !/^https?:/.test(folder)) {
    const latest = JSON.parse(readFileSync(path.join(folder, "catalog.json"), "utf8")).links.at(-1).href.split("/").at(-2);
    const boxes = boxesGeoJson(gunzipSync(readFileSync(path.join(folder, latest, "coverage.bits.gz"))), tiles);
    files.set("/boxes.json", boxes.text);
    rows.push(line("GeoJSON and canvas", boxes.tiles.toLocaleString("en-GB"), [await once(`${server.origin}/naive.html`, "html", 300000)]));
  }
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  await server.close();
  rmSync(work, { recursive: true });
}

await main();
