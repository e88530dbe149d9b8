// @ts-check
/** Pictures of years on the map: archives and map tiles, the control, the legend, and what cannot be shown. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { collectionJson } from "../support/catalogue.js";
import { launch, live, newPage } from "../support/browser.js";
import { PLAIN, TESSERA, ZOOMS, archive, archiveLink, colourOf, pictureFiles } from "../support/pictures.js";
import { mapTiles, pmtiles } from "../support/pmtiles.js";
import { serve } from "../support/server.js";
import { site } from "../support/site.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof site>>} */
let server;
const good = pictureFiles();
/** What is served: a test may change it. */
const files = new Map(good);

before(async () => {
  server = await site(files);
  browser = await launch();
});
beforeEach(() => good.forEach((file, path) => files.set(path, file)));
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

/** Waits until the picture of a year is there, or none. @param {Page} page @param {number | "none"} year */
async function pictured(page, year) {
  await page.waitForSelector(`html[data-picture="${year}"]`, { state: "attached" });
  if (year === "none") return;
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll(".picture-layer img")];
    return all.length > 0 && all.every((each) => each.classList.contains("leaflet-tile-loaded"));
  });
  await page.waitForTimeout(150);
}

/** What is seen at points of the page: of the 9 × 9 pixels around each the colour that most of them have.
 * @param {Page} page @param {[number, number][]} points @returns {Promise<number[][]>} */
async function seen(page, points) {
  const screenshot = [...(await page.screenshot())];
  return page.evaluate(
    async ({ screenshot, points }) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(screenshot)], { type: "image/png" }));
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d", { willReadFrequently: true });
      context?.drawImage(image, 0, 0);
      return points.map(([x, y]) => {
        const { data } = /** @type {ImageData} */ (context?.getImageData(x - 4, y - 4, 9, 9));
        /** @type {Map<string, number>} */
        const counts = new Map();
        for (let k = 0; k < data.length; k += 4) {
          const colour = String(data.slice(k, k + 3));
          counts.set(colour, (counts.get(colour) ?? 0) + 1);
        }
        const [most] = [...counts].sort((a, b) => b[1] - a[1])[0];
        return most.split(",").map(Number);
      });
    },
    { screenshot, points },
  );
}

/** Points of the page, and the map tiles of a zoom that lie there. @param {{ lat: number, lng: number }} center
 * @param {number} zoom of the map @param {number} z of the map tiles */
function places({ lat, lng }, zoom, z) {
  const size = 256 * 2 ** zoom;
  const middle = [((lng + 180) / 360) * size, (0.5 - Math.atanh(Math.sin((lat * Math.PI) / 180)) / (2 * Math.PI)) * size];
  /** @type {[number, number][]} */
  const points = [[480, 250], [640, 330], [600, 400], [720, 300], [520, 480]];
  return points.map((point) => {
    const [x, y] = [0, 1].map((k) => Math.floor((middle[k] + point[k] - [600, 400][k]) / (256 * 2 ** (zoom - z))));
    return { point, colour: colourOf(z, x, y).slice(0, 3) };
  });
}

/** @param {number[]} a @param {number[]} b @param {number} by */
const near = (a, b, by) => a.every((value, k) => Math.abs(value - b[k]) <= by);

test("an archive is shown, with its legend, from ranges of one file", async () => {
  const { page, hosts, finish } = await open("#map=8/51.9/0.1&year=2024");
  await pictured(page, 2024);
  const expected = places({ lat: 51.9, lng: 0.1 }, 8, 8);
  const shown = await seen(page, expected.map(({ point }) => point));
  expected.forEach(({ colour, point }, k) => assert.ok(near(shown[k], colour, 2), `${point}: ${shown[k]}, expected ${colour}`));
  assert.ok(new Set(shown.map(String)).size > 1, "several map tiles are seen");

  const legend = await page.locator("#picture-legend").innerText();
  for (const words of ["component 1 · 41.3 % of variance", "component 2 · 17.2 % of variance", "component 4 · 9.0 % of variance"]) {
    assert.ok(legend.includes(words), legend);
  }
  assert.ok(legend.includes("together 67.5 % · dataset v1 · basis"), legend);
  assert.equal(await page.locator("#picture-legend a").getAttribute("href"), `${server.origin}/pictures/2024.basis.json`);
  assert.deepEqual(await page.locator(".swatch").evaluateAll((all) => all.map((each) => each.ariaLabel)), ["red", "green", "blue"]);
  assert.match(await page.locator(".leaflet-control-attribution").innerText(), /TESSERA/);
  const asked = server.log.filter((each) => each.path === "/pictures/2024.pmtiles");
  assert.ok(asked.length > 2 && asked.every((each) => each.status === 206), JSON.stringify(asked));
  assert.deepEqual([...hosts], [new URL(server.origin).host]);
  assert.ok(!page.url().includes("picture"), "what is as always is not in the address");
  await finish();
});

test("cells are seen over the picture as outlines, and are chosen as ever", async () => {
  const { page, finish } = await open("#map=9/52.05/0.15&year=2024", { allow: [/404 \(Not Found\)/] });
  await pictured(page, 2024);
  const outlines = await page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(".leaflet-outlines-pane canvas"));
    const { data } = /** @type {ImageData} */ (canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.width));
    const alphas = Array.from({ length: data.length / 4 }, (_, k) => data[4 * k + 3]);
    return { clear: alphas.filter((each) => each === 0).length, drawn: alphas.filter((each) => each > 0).length };
  });
  assert.ok(outlines.drawn > 256 && outlines.clear > 10 * outlines.drawn, JSON.stringify(outlines));
  await page.mouse.click(600, 400);
  assert.equal(await page.locator("#tile-panel h2").textContent(), "grid_0.15_52.05");
  await finish();
});

test("its opacity and whether it is shown stand in the address", async () => {
  const { page, finish } = await open("#map=8/51.9/0.1&year=2024&picture=off");
  await page.locator("#picture-on").waitFor();
  await pictured(page, "none");
  assert.equal(await page.locator("#picture-on").isChecked(), false);
  const points = places({ lat: 51.9, lng: 0.1 }, 8, 8);
  const under = await seen(page, points.map(({ point }) => point));
  await page.locator("#picture-on").check();
  await pictured(page, 2024);
  assert.ok(!page.url().includes("picture"));
  await page.locator("#picture-opacity").fill("40");
  assert.match(page.url(), /&picture=40$/);
  assert.equal(await page.locator("#picture-control output").textContent(), "40 %");
  await page.waitForTimeout(150);
  const mixed = await seen(page, points.map(({ point }) => point));
  points.forEach(({ colour, point }, k) => {
    const expected = colour.map((value, n) => 0.4 * value + 0.6 * under[k][n]);
    assert.ok(near(mixed[k], expected, 4), `${point}: ${mixed[k]}, expected ${expected}`);
  });
  await page.reload();
  await live(page);
  await pictured(page, 2024);
  assert.equal(await page.locator("#picture-opacity").inputValue(), "40");
  await page.locator("#picture-on").uncheck();
  await pictured(page, "none");
  assert.match(page.url(), /&picture=off$/);
  assert.deepEqual(await seen(page, points.map(({ point }) => point)), under);
  await finish();
});

test("the picture follows the year", async () => {
  const { page, finish } = await open("#map=8/51.8/0.35&year=2024", { allow: [/404 \(Not Found\)/] });
  await pictured(page, 2024);
  await page.locator("#year").fill("1");
  await pictured(page, 2023);
  const [shown] = await seen(page, [[600, 400]]);
  assert.ok(near(shown, PLAIN.slice(0, 3), 2), String(shown));
  assert.match(await page.locator("#picture-legend").innerText(), /component 3 · 9\.0 %/);
  assert.equal(await page.locator("#picture-legend a").count(), 0, "no basis is said");

  await page.locator("#year").fill("0");
  await pictured(page, "none");
  await page.locator("#picture-control").waitFor({ state: "hidden" });
  assert.equal(await page.locator(".picture-layer").count(), 0);
  await page.locator("#year").fill("2");
  await pictured(page, 2024);
  await page.locator("#all-years").check();
  await pictured(page, "none");
  await page.locator("#picture-control").waitFor({ state: "hidden" });
  await page.locator("#all-years").uncheck();
  await pictured(page, 2024);
  await finish();
});

test("beyond its zooms it is enlarged, before them it says from where on it is shown", async () => {
  const { page, finish } = await open("#map=12/51.9/0.1&year=2024");
  await pictured(page, 2024);
  const expected = places({ lat: 51.9, lng: 0.1 }, 12, Math.max(...ZOOMS));
  const shown = await seen(page, expected.map(({ point }) => point));
  expected.forEach(({ colour, point }, k) => assert.ok(near(shown[k], colour, 2), `${point}: ${shown[k]}, expected ${colour}`));
  assert.equal(await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.querySelector(".picture-layer img"))).imageRendering), "pixelated");
  await page.evaluate(() => (location.hash = "#map=16/51.9/0.1&year=2024"));
  await page.waitForFunction(() => location.hash.startsWith("#map=16/"));
  await pictured(page, 2024);
  await page.evaluate(() => (location.hash = "#map=3/51.9/0.1&year=2024"));
  await page.getByText("The picture is shown from zoom 5 on.").waitFor();
  await page.getByRole("button", { name: "Show all of it" }).click();
  await page.locator("#picture-far").waitFor({ state: "hidden" });
  await pictured(page, 2024);
  await finish();
});

test("texts of a picture stay texts", async () => {
  const text = '<img src=x onerror="document.title=1">';
  files.set("/pictures/2024.pmtiles", archive({ attribution: `${text}T & <b>S</b> <`, tessera: { ...TESSERA, dataset: text, basis: "javascript:document.title=1" } }));
  const { page, finish } = await open("#map=8/51.9/0.1&year=2024");
  await pictured(page, 2024);
  assert.ok((await page.locator("#picture-legend").innerText()).includes(`dataset ${text}`));
  assert.equal(await page.locator("#years a").count(), 0, "only addresses of the web are links");
  assert.match(await page.locator(".leaflet-control-attribution").innerText(), /T & S </);
  assert.equal(await page.locator("#years img, .leaflet-control-attribution img").count(), 0);
  assert.equal(await page.title(), "Tiles of a test");
  files.set("/pictures/2024.pmtiles", archive({ tessera: undefined }));
  await page.reload();
  await live(page);
  await pictured(page, 2024);
  assert.match(await page.locator("#picture-legend").innerText(), /What its colours show is not said/);
  await finish();
});

test("what cannot be shown is said to be so, and the map works", async () => {
  const bytes = archive();
  assert.ok(bytes.length > 20000, "more than a reader asks for at first");
  const away = new Map([["/a.pmtiles", bytes]]);
  const servers = [await serve({ files: away, range: false }), await serve({ files: away, cors: false })];
  /** @type {[string, string, RegExp][]} */
  const links = [
    ["gone", "../pictures/gone.pmtiles", /gone\.pmtiles could not be fetched: the host answered 404/],
    ["S3", "s3://bucket/2024.pmtiles", /An object in S3: a browser cannot open it/],
    ["a file", "file:///data/2024.pmtiles", /A file on the machine of the catalogue/],
    ["without Range", `${servers[0].origin}/a.pmtiles`, /The host of a\.pmtiles does not answer requests for a part of a file \(Range\)/],
    ["without CORS", `${servers[1].origin}/a.pmtiles`, /a\.pmtiles could not be fetched: the host did not answer, or does not allow it \(CORS\)/],
    ["nobody", "http://127.0.0.1:9/a.pmtiles", /a\.pmtiles could not be fetched: the host did not answer/],
  ];
  const box = /** @type {[number, number, number, number]} */ ([0, 51, 1, 52]);
  const tiles = mapTiles(box, [6], () => PLAIN);
  /** @type {[string, Buffer, RegExp][]} */
  const contents = [
    ["empty", Buffer.alloc(0), /2024\.pmtiles/],
    ["another file", Buffer.from("<html>not found</html>".repeat(20)), /2024\.pmtiles is no PMTiles archive/],
    ["its beginning", bytes.subarray(0, 60), /2024\.pmtiles is no PMTiles archive, or only the beginning of one/],
    ["vectors", pmtiles(tiles, box, {}, { type: 1 }), /2024\.pmtiles has map tiles that are no pictures/],
    ["a later version", pmtiles(tiles, box, {}, { version: 4 }), /a version of PMTiles that is not known/],
  ];
  const cases = [
    ...links.map(([what, href, words]) => ({ what, words, change: () => files.set("/2024/collection.json", collectionJson(2024, [archiveLink(href)])) })),
    ...contents.map(([what, file, words]) => ({ what, words, change: () => files.set("/pictures/2024.pmtiles", file) })),
    {
      what: "map tiles without their description",
      words: /tilejson\.json could not be fetched: the host answered 404/,
      change: () => files.set("/2024/collection.json", collectionJson(2024, [{ rel: "xyz", href: "../x/{z}/{x}/{y}.png" }, { rel: "tilejson", href: "../x/tilejson.json" }])),
    },
  ];
  for (const { what, words, change } of cases) {
    good.forEach((file, path) => files.set(path, file));
    change();
    const { page, finish } = await open("#map=9/52.05/0.15&year=2024", { allow: [/404|416/, /CORS policy/, /net::ERR/] });
    await page.locator("#notices .notice").waitFor();
    const said = (await page.locator("#notices").textContent()) ?? "";
    assert.ok(said.startsWith("The picture of 2024 is not shown: ") && words.test(said), `${what}: ${said}`);
    assert.equal(await page.locator("#picture-control").isVisible(), false, what);
    await page.mouse.click(600, 400);
    assert.equal(await page.locator("#tile-panel h2").textContent(), "grid_0.15_52.05", what);
    await finish();
  }
  await Promise.all(servers.map((each) => each.close()));
});

test("a map tile that is cut off is said to be, once, and the others are shown", async () => {
  const bytes = archive();
  files.set("/pictures/2024.pmtiles", bytes.subarray(0, bytes.length - 2000));
  const { page, finish } = await open("#map=9/51.9/0.1&year=2024", { allow: [/416|206|net::ERR/] });
  await page.waitForSelector('html[data-picture="2024"]', { state: "attached" });
  await page.getByText("The picture of 2024 is not shown as it should be: 2024.pmtiles").waitFor();
  assert.ok((await page.locator(".picture-layer img.leaflet-tile-loaded").count()) > 0);
  await page.waitForTimeout(300);
  assert.equal(await page.locator("#notices .notice").count(), 1);
  await finish();
});

test("the keyboard turns it on and off and fades it", async () => {
  const { page, finish } = await open("#map=8/51.9/0.1&year=2024");
  await pictured(page, 2024);
  await page.locator("#all-years").focus();
  const outline = () => page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "picture-on");
  assert.notEqual(await outline(), "none");
  await page.keyboard.press("Space");
  await pictured(page, "none");
  await page.keyboard.press("Space");
  await pictured(page, 2024);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "picture-opacity");
  assert.notEqual(await outline(), "none");
  for (let k = 0; k < 3; k++) await page.keyboard.press("ArrowLeft");
  assert.equal(await page.locator("#picture-opacity").getAttribute("aria-valuetext"), "85 %");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#picture-legend").getAttribute("open"), null);
  await finish();
});

test("on a small screen the legend waits to be asked for", async () => {
  const { page, finish } = await open("#map=8/51.9/0.1&year=2024", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await pictured(page, 2024);
  assert.equal(await page.locator(".swatches").isVisible(), false);
  await page.locator("#picture-legend summary").tap();
  await page.locator(".swatches").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  const [years, top] = await Promise.all([page.locator("#years").boundingBox(), page.locator("#top").boundingBox()]);
  assert.ok(years && top && years.y > top.y + top.height && years.y + years.height <= 740 && years.x + years.width <= 360, JSON.stringify(years));
  await finish();
});
