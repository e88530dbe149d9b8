// @ts-check
/** The map itself: loading, years, choosing cells, searching, what is missing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cellAt, cellName } from "../../../tessera-stac/map/cells.js";
import { LONELY, TOWN, YEARS, catalogueFiles, has, itemJson, itemPath } from "../support/catalogue.js";
import { launch, live, newPage } from "../support/browser.js";
import { site } from "../support/site.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof site>>} */
let server;

before(async () => {
  const files = catalogueFiles();
  const text = '<img src=x onerror="document.title=1">';
  const bad = { href: "javascript:document.title=1", title: text, type: "text/html" };
  const npy = { href: "file:///data/my%20tiles/a.npy", title: "TESSERA embeddings, NPY", type: "application/x-npy", "file:size": 106282496 };
  const assets = { embeddings_npy: npy, strange: bad, away: { href: "https://example.org/a.tif", title: "Elsewhere" } };
  files.set(itemPath(2024, TOWN), itemJson(2024, TOWN, assets, { title: text, "proj:code": "EPSG:32631", "proj:shape": [1140, 729] }));
  files.set(itemPath(2023, TOWN), "<html>not found</html>");
  server = await site(files);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the map at a hash. @param {string} hash @param {Parameters<typeof newPage>[1]} [options] */
async function open(hash, options) {
  const opened = await newPage(browser, options);
  await opened.page.goto(`${server.origin}/${hash}`);
  await live(opened.page);
  return opened;
}
const missing = [/404 \(Not Found\)/];

/** Colours of the map under points of the page. @param {import("playwright-core").Page} page @param {[number, number][]} points */
const colours = (page, points) =>
  page.evaluate((points) => {
    const canvases = [...document.querySelectorAll(".leaflet-tile-pane canvas")];
    return points.map(([x, y]) => {
      for (const canvas of /** @type {HTMLCanvasElement[]} */ (canvases)) {
        const { left, top, right, bottom } = canvas.getBoundingClientRect();
        if (x < left || y < top || x >= right || y >= bottom) continue;
        return String(canvas.getContext("2d")?.getImageData(x - left, y - top, 1, 1).data);
      }
      return "none";
    });
  }, points);
const CELL = "58,146,138,255";

test("the first view is there, from this host alone, and nothing complains", async () => {
  const { page, hosts, finish } = await open("");
  assert.equal(await page.title(), "Tiles of a test");
  assert.equal(await page.locator("#year-shown").textContent(), "2024");
  const total = Array.from({ length: 3600 * 1800 }, (_, i) => has(2024, i % 3600, Math.floor(i / 3600)) ? 1 : 0);
  const tiles = total.reduce((/** @type {number} */ a, b) => a + b, 0);
  assert.equal(await page.locator("#shown-count").textContent(), `${tiles.toLocaleString("en-GB")} tiles`);
  await page.waitForSelector('html[data-years="3"]', { state: "attached" });
  assert.deepEqual([...hosts], [new URL(server.origin).host]);
  assert.ok(!server.log.some((each) => /zarrita|numcodecs|pmtiles|\/store\/|control\.js/.test(each.path)), "nothing before it is needed");
  const asked = server.log.map((each) => each.path).filter((each) => /collection\.json|coverage\.bits/.test(each));
  assert.deepEqual(asked.slice(0, 1), ["/2024/coverage.bits.gz"], "what the first view needs comes first");
  assert.deepEqual(asked.filter((each) => /collection/.test(each)), ["/2024/collection.json"], "of the other years no picture is looked for");
  assert.equal(await page.evaluate(() => performance.getEntriesByName("map-ready").length), 1);
  await finish();
});

test("the slider chooses a year, all years are shades", async () => {
  const { page, finish } = await open("#map=8/52.05/0.15&year=2024");
  await page.waitForSelector('html[data-years="3"]', { state: "attached" });
  /** Middles of cells around the middle of the page, by the scale of zoom 8. @type {[number, number][]} */
  const points = Array.from({ length: 40 }, (_, k) => [605 + 17 * ((k % 8) - 4), 405 + 31 * (Math.floor(k / 8) - 2)]);
  const places = await page.evaluate((points) => {
    const size = 256 * 2 ** 8;
    const middle = { x: ((0.15 + 180) / 360) * size, y: (0.5 - Math.atanh(Math.sin((52.05 * Math.PI) / 180)) / (2 * Math.PI)) * size };
    return points.map(([x, y]) => {
      const [px, py] = [middle.x + x - 600, middle.y + y - 400];
      return { lng: (px / size) * 360 - 180, lat: (Math.atan(Math.sinh(Math.PI * (1 - (2 * py) / size))) * 180) / Math.PI };
    });
  }, points);
  const cells = places.map(({ lng, lat }) => cellAt(lng, lat));
  const expectYear = async (/** @type {number} */ year) => {
    await page.waitForFunction((year) => document.querySelector("#year-shown")?.textContent === String(year), year);
    await page.waitForTimeout(150);
    const shown = await colours(page, points);
    cells.forEach(({ column, row }, k) => {
      // A point may lie on the edge of a cell: then it has the colour of edges.
      if (shown[k] !== "232,245,242,255") assert.equal(shown[k] === CELL, has(year, column, row), `${cellName(cells[k])} in ${year}`);
    });
  };
  await expectYear(2024);
  await page.locator("#year").fill("0");
  await expectYear(2022);
  await page.locator("#year").focus();
  await page.keyboard.press("ArrowRight");
  await expectYear(2023);
  assert.match(page.url(), /year=2023/);

  await page.locator("#all-years").check();
  await page.waitForTimeout(200);
  assert.equal(await page.locator("#year-shown").textContent(), "2022–2024");
  const steps = await page.locator("#legend span:not(.end)").evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor));
  assert.equal(new Set(steps).size, 3);
  const shown = await colours(page, points);
  cells.forEach(({ column, row }, k) => {
    const n = YEARS.filter((year) => has(year, column, row)).length;
    if (n === 0 || shown[k] === "232,245,242,255") return;
    assert.equal(`rgb(${shown[k].split(",").slice(0, 3).join(", ")})`, steps[n - 1], cellName(cells[k]));
  });
  await page.locator("#all-years").uncheck();
  await expectYear(2023);
  await finish();
});

test("under the pointer is the name of the cell and its years", async () => {
  const { page, finish } = await open("#map=9/52.05/0.15&year=2024");
  await page.waitForSelector('html[data-years="3"]', { state: "attached" });
  await page.mouse.move(600, 400);
  await page.waitForFunction(() => document.querySelector("#tip:not([hidden])")?.textContent);
  assert.equal(await page.locator("#tip").innerText(), "grid_0.15_52.05\n2022–2024");
  await page.mouse.move(400, 20);
  await finish();
});

test("a click shows the tile, its item, files and commands; texts stay texts", async () => {
  const { page, finish } = await open("#map=9/52.05/0.15&year=2024");
  await page.mouse.click(600, 400);
  const panel = page.locator("#tile-panel");
  assert.equal(await panel.locator("h2").textContent(), "grid_0.15_52.05");
  await panel.getByText("Commands").waitFor();
  const text = await panel.innerText();
  assert.match(text, /block e000n50/);
  assert.match(text, /1,139 × 729 of 10 m/);
  assert.match(text, /Shape\s+1140 × 729/, "what differs from the name is said");
  assert.ok(!text.includes("CRS"), "and only that");
  assert.ok(text.includes('<img src=x onerror="document.title=1">'), "a title is shown as it is");
  assert.equal(await page.locator("#panel img").count(), 0);
  assert.equal(await panel.getByRole("link", { name: "grid_0.15_52.05_2024" }).getAttribute("href"), `${server.origin}${itemPath(2024, TOWN)}`);
  const links = await panel.locator("a").evaluateAll((all) => all.map((each) => each.getAttribute("href")));
  assert.deepEqual(links.slice(1), ["https://example.org/a.tif"], "only addresses of the web are links");
  assert.match(text, /A file on the machine of the catalogue/);
  assert.match(text, /106 MB/);
  const command = "tessera region '/data/my tiles/a.npy' --bbox=0.1,52,0.2,52.1 --year 2024 -o grid_0.15_52.05_2024.zarr";
  assert.ok(text.includes(command), text);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await panel.getByRole("button", { name: "Copy the command" }).click();
  await panel.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
  assert.equal(await page.title(), "Tiles of a test");
  await finish();
});

test("without item files the formulas of the collection stand in; a broken item is said to be broken", async () => {
  const { page, finish } = await open("#map=9/52.05/0.15&year=2022&tile=grid_0.15_52.05", { allow: missing });
  const panel = page.locator("#tile-panel");
  await panel.getByText("There is no file of this item here").waitFor();
  assert.match(await panel.innerText(), /s3:\/\/bucket\/v1\/e000n50\/grid_0\.15_52\.05\.zarr/);
  assert.match(await panel.innerText(), /xr\.open_zarr\("s3:\/\/bucket\/v1\/e000n50\/grid_0\.15_52\.05\.zarr", storage_options=/);
  assert.match(await panel.innerText(), /The store is not shown. An object in S3/);
  await panel.getByRole("button", { name: "2023" }).click();
  await panel.getByText("is not JSON").waitFor();
  assert.match(page.url(), /year=2023/);
  await finish();
});

test("the search finds places and names, and says what it does not find", async () => {
  const { page, finish } = await open("", { allow: missing });
  const search = async (/** @type {string} */ text) => {
    await page.locator("#query").fill(text);
    await page.keyboard.press("Enter");
  };
  await search("64.97S 150.02W");
  await page.locator("#tile-panel h2").getByText(cellName(LONELY)).waitFor();
  await search("grid_0.15_52.05");
  await page.locator("#tile-panel h2").getByText("grid_0.15_52.05").waitFor();
  assert.equal(await page.locator("#search-error").isVisible(), false);
  for (const [text, words] of [
    ["95, 0", /outside of the world/],
    ["grid_0.10_52.05", /off the grid.*grid_0\.15_52\.05/],
    ["Atlantis", /neither coordinates/],
  ]) {
    await search(String(text));
    assert.match((await page.locator("#search-error").textContent()) ?? "", /** @type {RegExp} */ (words));
    assert.equal(await page.locator("#query").getAttribute("aria-invalid"), "true");
  }
  await search("0, -25.55");
  await page.getByText("No tile here in").waitFor();
  await finish();
});

test("a catalogue or a bitmap that is missing is said to be, the rest works", async () => {
  const files = catalogueFiles();
  files.delete("/2023/coverage.bits.gz");
  files.set("/2022/coverage.bits.gz", "short");
  const broken = await site(files);
  const { page, finish } = await newPage(browser, { allow: missing });
  await page.goto(`${broken.origin}/#map=9/52.05/0.15&year=2023`);
  await live(page);
  await page.getByText("The map of 2023 is missing: 2023/coverage.bits.gz could not be fetched: the host answered 404.").waitFor();
  await page.getByText("The map of 2022 is missing: a coverage bitmap of 5 bytes: expected 810000").waitFor();
  assert.match((await page.locator("#shown-count").textContent()) ?? "", /cannot be shown/);
  await page.locator("#year").fill("2");
  await page.mouse.click(600, 400);
  assert.equal(await page.locator("#tile-panel .chips button:enabled").textContent(), "2024");
  files.delete("/catalog.json");
  await page.goto("about:blank");
  await page.goto(broken.origin);
  await page.getByText("There is no catalogue to show. catalog.json could not be fetched: the host answered 404.").waitFor();
  await finish();
  await broken.close();
});
