// @ts-check
/** Stores opened in the page: real ones, made by `tessera convert`, and those that cannot be read. */
import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { cellName, parseCellName } from "../../../tessera-stac/map/cells.js";
import { float32 } from "../../../tessera-stac/map/store/pixel.js";
import { SMALL, catalogueFiles, itemJson, itemPath, storeAsset } from "../support/catalogue.js";
import { launch, live, newPage } from "../support/browser.js";
import { serve } from "../support/server.js";
import { site } from "../support/site.js";
import { BASIS, COLS, ROWS, convert, expectedColour, scale, value, values, writeTile } from "../support/stores.js";

const NAME = cellName(SMALL);
/** Tiles that exist for their stores alone. */
const [GONE, FAR, CLOSED, WHOLE, WRONG, BARE, SPOILT] = [0, 1, 2, 3, 4, 5, 6].map((k) => parseCellName(`grid_${k}.05_-64.95`));
const LAYOUTS = [
  ["v2-zstd", 2, []],
  ["v3-zstd", 3, ["--format", "3"]],
  ["v3-shards", 3, ["--format", "3", "--chunk", "64", "--shard", "512", "--codec", "blosc-zstd"]],
  ["v2-blosc", 2, ["--codec", "blosc-lz4"]],
  ["v2-gzip", 2, ["--codec", "gzip", "--chunk", "200"]],
  ["v3-none", 3, ["--format", "3", "--codec", "none"]],
];

const folder = mkdtempSync(path.join(tmpdir(), "tessera-stores-"));
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {{ origin: string, log: { method: string, path: string, status: number }[], close: () => Promise<unknown> }[]} */
let servers = [];

before(async () => {
  const tile = writeTile(folder, NAME);
  for (const [name, , options] of LAYOUTS) convert(tile, path.join(folder, `${name}.zarr`), .../** @type {string[]} */ (options));
  convert(tile, path.join(folder, "preview.zarr"), "--preview");
  writeFileSync(path.join(folder, "basis.json"), JSON.stringify(BASIS));
  cpSync(path.join(folder, "v2-zstd.zarr"), path.join(folder, "wrong.zarr"), { recursive: true });
  copyFileSync(path.join(folder, "v2-zstd.zarr/scales/.zarray"), path.join(folder, "wrong.zarr/embeddings/.zarray"));
  cpSync(path.join(folder, "v2-zstd.zarr"), path.join(folder, "spoilt.zarr"), { recursive: true });
  writeFileSync(path.join(folder, "spoilt.zarr/embeddings/0.0.0"), "not zstd");

  /** @type {[string, string][]} */
  const mounts = [["/stores/", folder]];
  const closed = await serve({ mounts, cors: false });
  const whole = await serve({ mounts, range: false });
  const far = await serve({ mounts });
  const files = catalogueFiles();
  const near = (/** @type {string} */ name) => `../../stores/${name}`;
  const item = (/** @type {number} */ year, /** @type {typeof GONE} */ cell, /** @type {Record<string, unknown>} */ assets) =>
    files.set(itemPath(year, cell), itemJson(year, cell, assets));
  const basis = { href: near("basis.json"), type: "application/json", roles: ["metadata"] };
  item(2022, SMALL, { embeddings: storeAsset(near("v3-shards.zarr"), 3), basis });
  item(2023, SMALL, { embeddings: storeAsset(near("v2-zstd.zarr"), 2), basis: { href: "file:///basis.json" } });
  item(2024, SMALL, { embeddings: storeAsset(near("preview.zarr"), 2), preview: { href: near("preview.png"), type: "image/png" } });
  LAYOUTS.forEach(([name, format], k) => {
    item(2024, parseCellName(`grid_${k}.05_-63.95`), { embeddings: storeAsset(near(`${name}.zarr`), /** @type {2} */ (format)) });
  });
  item(2024, GONE, { embeddings: storeAsset(near("gone.zarr"), 3) });
  item(2024, FAR, { embeddings: storeAsset(`${far.origin}/stores/v3-zstd.zarr/`, 3), basis: { href: `${far.origin}/stores/basis.json` } });
  item(2024, CLOSED, { embeddings: storeAsset(`${closed.origin}/stores/v3-zstd.zarr`, 3), basis });
  item(2024, WHOLE, { embeddings: storeAsset(`${whole.origin}/stores/v3-shards.zarr`, 3), basis });
  item(2024, WRONG, { embeddings: storeAsset(near("wrong.zarr"), 2) });
  item(2024, BARE, { embeddings: storeAsset("http://127.0.0.1:9/a.zarr", 2) });
  item(2024, SPOILT, { embeddings: storeAsset(near("spoilt.zarr"), 2), basis });
  // The bitmap of 2024 has all of them.
  const bits = Buffer.alloc(810000, 255);
  files.set("/2024/coverage.bits.gz", bits);
  servers = [await site(files, { mounts }), far, closed, whole];
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
});

/** Opens the page at a tile and its store. @param {number} year @param {import("../../../tessera-stac/map/cells.js").Cell} cell
 * @param {RegExp[]} [allow] */
async function open(year, cell, allow = []) {
  const opened = await newPage(browser, { allow });
  await opened.page.goto(`${servers[0].origin}/#map=3/0/0&year=${year}&tile=${cellName(cell)}`);
  await live(opened.page);
  await opened.page.locator("#open-store").click();
  return opened;
}

/** @param {import("playwright-core").Page} page @param {string} [text] */
async function drawn(page, text = "") {
  await page.waitForFunction((text) => document.querySelector("#picture")?.getAttribute("data-drawn")?.includes(text), text);
}

/** Clicks a pixel of the picture and gives what the page says of it. @param {import("playwright-core").Page} page
 * @param {number} row @param {number} col */
async function read(page, row, col) {
  const picture = page.locator("#picture");
  // Large enough for whole pixels of the screen.
  await picture.evaluate((canvas, [row, col, rows, cols]) => {
    Object.assign(canvas.style, { maxWidth: "none", maxHeight: "none", width: `${4 * cols}px`, height: `${4 * rows}px` });
    const { left, top } = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new MouseEvent("click", { clientX: left + 4 * col + 2, clientY: top + 4 * row + 2, bubbles: true }));
  }, /** @type {[number, number, number, number]} */ ([row, col, ROWS, COLS]));
  await page.getByText(`row ${row}, column ${col}`).waitFor();
  return {
    status: await page.locator("#pixel-status").textContent(),
    scale: await page.locator("#pixel-scale").textContent(),
    values: JSON.parse((await page.locator("#pixel-values").textContent()) ?? ""),
  };
}

/** @param {import("playwright-core").Page} page @param {[number, number][]} pixels */
const colours = (page, pixels) =>
  page.evaluate((pixels) => {
    const context = /** @type {HTMLCanvasElement} */ (document.querySelector("#picture")).getContext("2d");
    return pixels.map(([row, col]) => [.../** @type {CanvasRenderingContext2D} */ (context).getImageData(col, row, 1, 1).data]);
  }, pixels);

/** @type {[number, number][]} */
const PIXELS = [[0, 0], [255, 57], [256, 0], [300, 33], [599, 20], [640, 5], [767, 31], [768, 31], [1114, 57]];

test("a sharded store of Zarr V3 is drawn with its basis, and its pixels are read", async () => {
  const { page, hosts, finish } = await open(2022, SMALL);
  await drawn(page, "Principal components");
  (await colours(page, PIXELS)).forEach((got, k) => {
    const wanted = expectedColour(...PIXELS[k]);
    assert.equal(got[3], 255);
    wanted.forEach((level, n) => assert.ok(Math.abs(got[n] - level) <= 0.51, `${PIXELS[k]}: ${got} is not ${wanted}`));
  });
  for (const pixel of await colours(page, [[610, 10], [3, 0], [3, 2], [3, 3]])) assert.equal(pixel[3], 0, "no colour where there are no pixels");
  for (const [row, col] of PIXELS) {
    const got = await read(page, row, col);
    assert.deepEqual(got.values.map(Math.fround), values(row, col), `${row}, ${col}`);
    assert.equal(Math.fround(Number(got.scale)), scale(row, col));
    assert.equal(got.status, "valid");
  }
  const water = await read(page, 620, 7);
  assert.deepEqual([water.status, water.scale], ["water", "NaN"]);
  assert.deepEqual(water.values, Array.from({ length: 128 }, (_, k) => value(620, 7, k)), "as they are stored");
  assert.equal((await read(page, 3, 1)).status, "no data");
  assert.deepEqual([...hosts], [new URL(servers[0].origin).host]);
  await finish();
});

test("similarity is the cosine to the pixel that was clicked", async () => {
  const { page, finish } = await open(2022, SMALL);
  await drawn(page);
  const [row, col] = [300, 33];
  await read(page, row, col);
  await page.locator("#similar").check();
  await drawn(page, `Similarity to pixel (${row}, ${col})`);
  const shades = await page.evaluate(async () => {
    // @ts-expect-error: a module of the page, by its address
    const { shade } = await import("/map/palette.js");
    return Array.from({ length: 256 }, (_, k) => String(shade(k + 1, 256)));
  });
  const target = values(row, col);
  const length = Math.hypot(...target);
  (await colours(page, PIXELS)).forEach((got, k) => {
    const other = values(...PIXELS[k]);
    const cosine = other.reduce((sum, v, n) => sum + v * target[n], 0) / (length * Math.hypot(...other));
    const wanted = 255 * Math.min(Math.max(cosine, 0), 1);
    const steps = [Math.floor(wanted), Math.ceil(wanted)].map((step) => shades[step]);
    assert.ok(steps.includes(String(got.slice(0, 3))), `${PIXELS[k]}: ${got} for ${cosine}`);
  });
  assert.equal((await colours(page, [[610, 10]]))[0][3], 0);
  assert.deepEqual((await colours(page, [[row, col]]))[0].slice(0, 3).join(","), shades[255]);
  await page.locator("#similar").uncheck();
  await drawn(page, "Principal components");
  await finish();
});

test("the keyboard reads a pixel of the picture", async () => {
  const { page, finish } = await open(2022, SMALL);
  await drawn(page);
  await page.locator("#picture").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByText(`row ${(ROWS >> 1) - 10}, column ${(COLS >> 1) + 1}`).waitFor();
  await finish();
});

test("without a basis the preview stands in, or else what is valid", async () => {
  const preview = await open(2024, SMALL);
  await drawn(preview.page, "preview");
  assert.match((await preview.page.locator("#store-progress").textContent()) ?? "", /no PCA basis beside this store. This is its preview/);
  assert.equal((await colours(preview.page, [[300, 20]]))[0][3], 255);
  assert.deepEqual((await read(preview.page, 300, 20)).values.map(Math.fround), values(300, 20));
  await preview.finish();

  const nothing = await open(2023, SMALL);
  await drawn(nothing.page, "Grey");
  assert.match((await nothing.page.locator("#store-progress").textContent()) ?? "", /basis is a file that a browser cannot open/);
  assert.deepEqual((await colours(nothing.page, [[300, 20], [610, 20]])).map(([, , , alpha]) => alpha), [255, 0]);
  await nothing.finish();
});

LAYOUTS.forEach(([name], k) => {
  test(`a pixel of ${name} is what was written`, async () => {
    const { page, finish } = await open(2024, parseCellName(`grid_${k}.05_-63.95`));
    await drawn(page);
    for (const [row, col] of /** @type {[number, number][]} */ ([[0, 57], [1114, 0], [513, 13]])) {
      assert.deepEqual((await read(page, row, col)).values.map(Math.fround), values(row, col));
    }
    await finish();
  });
});

test("a store on a host that allows it is read from there", async () => {
  const { page, hosts, finish } = await open(2024, FAR);
  await drawn(page, "Principal components");
  assert.deepEqual((await read(page, 300, 33)).values.map(Math.fround), values(300, 33));
  assert.ok(hosts.has(new URL(servers[1].origin).host));
  await finish();
});

test("what cannot be read is said to be, and the rest works", async () => {
  const cases = /** @type {[typeof GONE, RegExp][]} */ ([
    [GONE, /The store is gone, or is no tile store: it has no array (embeddings|scales) \(404\)/],
    [CLOSED, /does not allow other pages to read it \(CORS\)/],
    [WRONG, /embeddings of the store is float32 \[1115,58\]: expected int8 with 3 axes/],
    [BARE, /did not answer: it is gone, or there is no connection/],
  ]);
  for (const [cell, words] of cases) {
    const { page, finish } = await open(2024, cell, [/404/, /CORS policy/, /net::ERR/]);
    await page.locator("#store .error").waitFor();
    assert.match((await page.locator("#store .error").textContent()) ?? "", words);
    assert.equal(await page.getByRole("button", { name: "Copy the path of TESSERA embeddings" }).count(), 1, "its path can be copied");
    assert.equal(await page.locator("#open-store").isEnabled(), true);
    await page.mouse.click(300, 300);
    await page.waitForFunction((name) => document.querySelector("#tile-panel h2")?.textContent !== name, cellName(cell));
    await finish();
  }
});

test("a host without Range, and a chunk that is spoilt, are said to be so", async () => {
  for (const [cell, words] of /** @type {[typeof GONE, RegExp][]} */ ([
    [WHOLE, /does not answer requests for a part of a file \(Range\)/],
    [SPOILT, /The store cannot be read/],
  ])) {
    const { page, finish } = await open(2024, cell, [/404/]);
    await page.locator("#store-progress.error").waitFor();
    assert.match((await page.locator("#store-progress").textContent()) ?? "", words);
    await finish();
  }
});

test("a basis that is none is said to be none, and the pixels are read all the same", async () => {
  writeFileSync(path.join(folder, "basis.json"), JSON.stringify({ ...BASIS, basis: { ...BASIS.basis, mean: [1, 2] } }));
  const { page, finish } = await open(2022, SMALL);
  await drawn(page, "Grey");
  assert.match((await page.locator("#store-progress").textContent()) ?? "", /mean is not a list of 128 numbers/);
  assert.deepEqual((await read(page, 300, 33)).values.map(Math.fround), values(300, 33));
  writeFileSync(path.join(folder, "basis.json"), JSON.stringify(BASIS));
  await finish();
});

test("the text of a float32 is the shortest", () => {
  for (const [number, text] of /** @type {[number, string][]} */ ([[0.1, "0.1"], [0.0064, "0.0064"], [1 / 3, "0.333333"], [-16777217, "-16777216"], [0, "0"]])) {
    assert.equal(Math.fround(Number(float32(Math.fround(number)))), Math.fround(number));
    if (number !== 1 / 3) assert.equal(float32(Math.fround(number)), text);
  }
  assert.equal(float32(NaN), "NaN");
});
