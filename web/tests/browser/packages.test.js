// @ts-check
/** Where the packages come from: the folder beside the page, or a CDN, whose files must be the ones that were checked. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, live, newPage } from "../support/browser.js";
import { SMALL, catalogueFiles, collectionJson, itemJson, itemPath, storeAsset } from "../support/catalogue.js";
import { archive, archiveLink } from "../support/pictures.js";
import { site } from "../support/site.js";
import { convert, values, writeTile } from "../support/stores.js";
import { MODULES } from "../../packages.js";

const WEB = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "tessera-packages-"));
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof site>>} */
let server;

before(async () => {
  const tile = writeTile(folder, "grid_0.05_89.95");
  convert(tile, path.join(folder, "a.zarr"));
  const files = catalogueFiles();
  files.set("/2023/collection.json", collectionJson(2023, [archiveLink()]));
  files.set("/pictures/2024.pmtiles", archive());
  files.set(itemPath(2024, SMALL), itemJson(2024, SMALL, { embeddings: storeAsset("../../stores/a.zarr", 2) }));
  server = await site(files, { packages: false, mounts: [["/stores/", folder]] });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

/**
 * A page whose CDN gives the files of node_modules, some of them spoilt.
 * @param {RegExp} [spoilt] @param {RegExp[]} [allow]
 */
async function open(spoilt, allow = []) {
  const opened = await newPage(browser, { allow: [/vendor\/packages\.json/, ...allow] });
  /** @type {string[]} */
  const asked = [];
  await opened.page.route("https://cdn.jsdelivr.net/**", (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const file = pathname.replace(/^\/npm\//, "").replace(/^((?:@[^/]+\/)?[^/@]+)@[^/]+/, "$1");
    let body = readFileSync(path.join(MODULES, file));
    if (spoilt?.test(file)) body = Buffer.concat([body, Buffer.from("\n")]);
    const contentType = { ".css": "text/css", ".json": "application/json" }[path.extname(file)] ?? "text/javascript";
    return route.fulfill({ body, contentType, headers: { "Access-Control-Allow-Origin": "*" } });
  });
  return { ...opened, asked };
}

test("without a folder of packages they come from the CDN, with their hashes", async () => {
  const { page, asked, hosts, finish } = await open(undefined, [/grid_0\.05_89\.95_2023\.json/]);
  await page.goto(`${server.origin}/#map=3/0/0&year=2024&tile=grid_0.05_89.95`);
  await live(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.packages), "cdn");
  assert.ok(asked.includes("/npm/leaflet@1.9.4/dist/leaflet.js") && asked.includes("/npm/world-atlas@2.0.2/land-110m.json"));
  assert.ok(!asked.some((each) => /zarrita|numcodecs|pmtiles/.test(each)), "what reads Zarr and PMTiles is not asked for before it is needed");
  await page.locator("#open-store").click();
  await page.locator("#picture[data-drawn]").waitFor();
  await page.locator("#picture").focus();
  await page.keyboard.press("Enter");
  await page.locator("#pixel-values").waitFor({ state: "attached" });
  const got = JSON.parse((await page.locator("#pixel-values").textContent()) ?? "");
  assert.deepEqual(got.map(Math.fround), values(1115 >> 1, 58 >> 1));
  assert.ok(asked.includes("/npm/zarrita@0.7.5/dist/src/index.js") && asked.includes("/npm/numcodecs@0.3.2/dist/zstd.js"));
  await page.locator("#year").fill("1");
  await page.waitForSelector('html[data-picture="2023"]', { state: "attached" });
  assert.ok(asked.includes("/npm/pmtiles@4.5.0/dist/esm/index.js") && asked.some((each) => /^\/npm\/fflate@[\d.]+\/esm\/browser\.js$/.test(each)));
  assert.deepEqual([...hosts].sort(), [new URL(server.origin).host, "cdn.jsdelivr.net"].sort());
  await finish();
});

const refused = [/integrity/i, /Failed to load|net::ERR/];

test("a script that was tampered with is refused, and the page says which", async () => {
  for (const [spoilt, name] of /** @type {[RegExp, string][]} */ ([[/leaflet\.js$/, "leaflet.js"], [/transform\.js$/, "transform.js"]])) {
    const { page, complaints, finish } = await open(spoilt, refused);
    await page.goto(server.origin);
    await page.getByText("The map cannot be shown:").waitFor();
    assert.match((await page.locator("#notices").textContent()) ?? "", new RegExp(name.replace(".", "\\.")));
    assert.equal(await page.evaluate(() => "L" in globalThis), false, "nothing of it ran");
    assert.ok(complaints.some((each) => /integrity/i.test(each)));
    await finish();
  }
});

test("a stylesheet, an outline or a reader that was tampered with is refused, the rest works", async () => {
  const { page, finish } = await open(/leaflet\.css$|land-110m\.json$|zarrita\/dist\/src\/open\.js$|fflate\/esm\/browser\.js$/, [...refused, /Refused|Failed to find a valid digest/]);
  await page.goto(`${server.origin}/#map=3/0/0&year=2024&tile=grid_0.05_89.95`);
  await live(page);
  await page.getByText("leaflet.css could not be fetched, or is not the file that it should be").waitFor();
  await page.getByText("The outline of the land could not be fetched, or is not the file").waitFor();
  await page.locator("#open-store").click();
  await page.getByText("What reads Zarr could not be fetched, or is not the file that it should be.").waitFor();
  assert.equal(await page.locator("#tile-panel h2").textContent(), "grid_0.05_89.95");
  await page.locator("#year").fill("1");
  await page.getByText("The picture of 2023 is not shown: What reads PMTiles could not be fetched, or is not the file that it should be.").waitFor();
  await finish();
});

test("npm run vendor makes the folder, and a folder of other versions is not taken", async () => {
  const made = mkdtempSync(path.join(tmpdir(), "tessera-vendor-"));
  execFileSync("npm", ["run", "-s", "vendor", "--", made], { cwd: WEB });
  const files = readdirSync(path.join(made, "vendor"), { recursive: true }).map(String);
  for (const file of ["packages.json", "leaflet/dist/leaflet.js", "leaflet/LICENSE", "pmtiles/LICENSE", "pmtiles/dist/esm/index.js", "fflate/LICENSE", "zarrita/dist/src/index.js"]) assert.ok(files.includes(file), file);
  cpSync(path.join(made, "vendor"), path.join(server.folder, "vendor"), { recursive: true });
  const vendored = await newPage(browser);
  await vendored.page.goto(server.origin);
  await live(vendored.page);
  assert.equal(await vendored.page.evaluate(() => document.documentElement.dataset.packages), "vendor");
  assert.deepEqual([...vendored.hosts], [new URL(server.origin).host]);
  await vendored.finish();

  const manifest = path.join(server.folder, "vendor/packages.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"leaflet": "1.9.4"', '"leaflet": "1.9.3"'));
  const stale = await open();
  await stale.page.goto(server.origin);
  await live(stale.page);
  assert.equal(await stale.page.evaluate(() => document.documentElement.dataset.packages), "cdn");
  await stale.page.getByText("The folder vendor/ holds other versions").waitFor();
  await stale.finish();
  rmSync(path.join(server.folder, "vendor"), { recursive: true });
  rmSync(made, { recursive: true });
});

test("no connection to the CDN is said on the page", async () => {
  const { page, finish } = await newPage(browser, { allow: [/packages\.json/, /net::ERR/] });
  await page.route("https://cdn.jsdelivr.net/**", (route) => route.abort());
  await page.goto(server.origin);
  await page.getByText("The map cannot be shown:").waitFor();
  await finish();
});

test("what was generated is what is committed", () => {
  execFileSync("node", ["packages.js", "--check"], { cwd: WEB });
});
