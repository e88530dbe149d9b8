// @ts-check
/** What is done with the map: boxes, the address, the keyboard, small screens. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cellColumns, cellRows, parseBox } from "../../../tessera-stac/map/box.js";
import { cellName } from "../../../tessera-stac/map/cells.js";
import { tileBytes } from "../../../tessera-stac/map/grid.js";
import { LONELY, YEARS, catalogueFiles, has } from "../support/catalogue.js";
import { launch, live, newPage } from "../support/browser.js";
import { site } from "../support/site.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof site>>} */
let server;

before(async () => {
  server = await site(catalogueFiles());
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** The catalogue has no items: each that is asked for is missing. */
const missing = [/404 \(Not Found\)/];

/** Opens the map at a hash. @param {string} hash @param {Parameters<typeof newPage>[1]} [options] */
async function open(hash, options) {
  const opened = await newPage(browser, { allow: missing, ...options });
  await opened.page.goto(`${server.origin}/${hash}`);
  await live(opened.page);
  return opened;
}

/** @param {string} text @param {number[]} years */
function counted(text, years) {
  const box = parseBox(text);
  let [tiles, bytes] = [0, 0];
  const [rows, columns] = [cellRows(box), cellColumns(box)];
  for (const year of years) {
    for (let row = rows.start; row < rows.end; row++) {
      for (let c = columns.start; c < columns.end; c++) {
        if (!has(year, c % 3600, row)) continue;
        tiles++;
        bytes += tileBytes({ column: c % 3600, row });
      }
    }
  }
  return { tiles: tiles.toLocaleString("en-GB"), bytes: `${bytes.toLocaleString("en-GB")} bytes` };
}

/** @param {import("playwright-core").Page} page */
async function boxShown(page) {
  await page.locator("#box-tiles").waitFor();
  return { tiles: await page.locator("#box-tiles").textContent(), bytes: await page.locator("#box-bytes").getAttribute("title") };
}

test("a box that is drawn is counted, and has its command", async () => {
  const { page, finish } = await open("#map=5/50/5&year=2023");
  await page.locator("#draw").click();
  await page.mouse.move(500, 300);
  await page.mouse.down();
  await page.mouse.move(600, 350, { steps: 3 });
  await page.mouse.move(700, 470, { steps: 3 });
  await page.mouse.up();
  await page.locator("#box-panel").waitFor();
  const text = (await page.locator("#box-panel .sub").textContent()) ?? "";
  assert.deepEqual(await boxShown(page), counted(text, [2023]));
  assert.ok((await page.locator("#box-panel").innerText()).includes(`tessera region SOURCE --bbox=${text} --year 2023 -o box_2023.zarr`));
  assert.equal(await page.locator("#tile-panel").count(), 0, "the click that ends a box chooses no cell");
  assert.equal(await page.locator("#draw").getAttribute("aria-pressed"), "false");
  await page.waitForSelector('html[data-years="3"]', { state: "attached" });
  await page.locator("#all-years").check();
  assert.deepEqual(await boxShown(page), counted(text, YEARS));
  assert.equal(await page.locator("#box-panel tbody tr").count(), 3);
  await page.getByRole("button", { name: "Close the box" }).click();
  assert.equal(await page.locator("#panel").isVisible(), false);
  await finish();
});

test("a box goes across the antimeridian, drawn with a finger or typed", async () => {
  const { page, finish } = await open("#map=5/-18/179&year=2024", { hasTouch: true });
  await page.locator("#draw").tap();
  const session = await page.context().newCDPSession(page);
  const touch = (/** @type {"touchStart" | "touchMove" | "touchEnd"} */ type, /** @type {number[][]} */ ...points) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
  await touch("touchStart", [560, 350]);
  await touch("touchMove", [620, 400]);
  await touch("touchMove", [720, 450]);
  await touch("touchEnd");
  await page.locator("#box-panel").waitFor();
  const drawn = parseBox((await page.locator("#box-panel .sub").textContent()) ?? "");
  assert.ok(drawn.west > 175 && drawn.east < -170, JSON.stringify(drawn));
  assert.deepEqual(await boxShown(page), counted(Object.values(drawn).join(","), [2024]));

  await page.locator("#type-box").click();
  await page.locator("#box-text").fill("170,-20,-170,-10");
  await page.keyboard.press("Enter");
  await page.getByText("170,-20,-170,-10", { exact: true }).waitFor();
  assert.deepEqual(await boxShown(page), counted("170,-20,-170,-10", [2024]));
  await page.locator("#box-text").fill("0,5,1,2");
  await page.keyboard.press("Enter");
  assert.match((await page.locator("#box-error").textContent()) ?? "", /south 5 above north 2/);
  await finish();
});

test("the address holds what is shown, and shows what it holds", async () => {
  const hash = "#map=6/52.050/0.150&year=all&tile=grid_0.15_52.05&box=0,50,2,52";
  const { page, finish } = await open(hash);
  assert.equal(new URL(page.url()).hash, hash);
  assert.equal(await page.locator("#all-years").isChecked(), true);
  assert.equal(await page.locator("#tile-panel h2").textContent(), "grid_0.15_52.05");
  await page.getByText("0,50,2,52", { exact: true }).waitFor();
  await page.evaluate(() => (location.hash = "#map=4/10.000/20.000&year=2022"));
  await page.waitForFunction(() => document.querySelector("#year-shown")?.textContent === "2022");
  assert.equal(await page.locator("#panel").isVisible(), false);
  await page.reload();
  await live(page);
  assert.equal(new URL(page.url()).hash, "#map=4/10.000/20.000&year=2022");
  await page.goto("about:blank");
  await page.goto(`${server.origin}/#map=99/1/1&year=1999&tile=grid_1_1&box=1,2`);
  await live(page);
  assert.equal(await page.locator("#notices .notice").count(), 4);
  assert.equal(await page.locator("#year-shown").textContent(), "2024");
  await finish();
});

test("the keyboard does it all", async () => {
  const { page, finish } = await open("#map=9/52.05/0.15&year=2024");
  await page.locator("#map").focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "map");
  assert.equal(await page.locator("#cross").isVisible(), true, "the middle of the map is marked");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#tile-panel h2").textContent(), "grid_0.15_52.05");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#tile-panel").count(), 0);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => !location.hash.includes("/0.15"));
  assert.match((await page.locator("#spoken").textContent()) ?? "", /Latitude 52\.05/);
  // Everything that can be used is reached by Tab, and is seen to be.
  const reached = new Set();
  for (let k = 0; k < 20; k++) {
    await page.keyboard.press("Tab");
    const { id, outline } = await page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.activeElement);
      return { id: element.id || element.className, outline: getComputedStyle(element).outlineStyle };
    });
    reached.add(id);
    if (id) assert.notEqual(outline, "none", id);
  }
  for (const id of ["query", "draw", "type-box", "year", "all-years", "leaflet-control-zoom-in"]) assert.ok(reached.has(id), id);
  await finish();
});

test("copies of the world behave, and a lonely cell is found from afar", async () => {
  const { page, finish } = await open("#map=1/0/179&year=2024");
  // 512 pixels around the world: the cell is at the same place twice on this page of 1200.
  const at = await page.evaluate(() => {
    const y = (0.5 - Math.atanh(Math.sin((-64.95 * Math.PI) / 180)) / (2 * Math.PI) - 0.5) * 512;
    return [(-150.05 + 360 - 179) / 360, (-150.05 - 179) / 360].map((turn) => ({ x: 600 + turn * 512, y: 400 + y }));
  });
  for (const { x, y } of at) {
    await page.mouse.click(x, y);
    assert.equal(await page.locator("#tile-panel h2").textContent(), cellName(LONELY));
    await page.getByRole("button", { name: "Close the tile" }).click();
  }
  await finish();
});

test("on a small screen the panel is a sheet from the bottom", async () => {
  const { page, finish } = await open("#map=9/52.05/0.15&year=2024&tile=grid_0.15_52.05", {
    viewport: { width: 390, height: 800 },
    hasTouch: true,
    isMobile: true,
    colorScheme: "dark",
  });
  const box = await page.locator("#panel").boundingBox();
  assert.ok(box && box.x === 0 && box.width === 390 && Math.round(box.y + box.height) === 800 && box.y > 300, JSON.stringify(box));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(21, 29, 36)", "dark");
  await page.waitForTimeout(500);
  const mark = (await page.locator(".mark-cell").evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON()))).find(({ left }) => left > 0 && left < 390);
  const top = await page.locator("#top").boundingBox();
  assert.ok(top && mark.top > top.y + top.height && mark.bottom < box.y, "the tile is seen above the sheet");
  await page.getByRole("button", { name: "Close the tile" }).tap();
  assert.equal(await page.locator("#panel").isVisible(), false);
  await page.touchscreen.tap(mark.left + mark.width / 2, mark.top + mark.height / 2);
  assert.equal(await page.locator("#tile-panel h2").textContent(), "grid_0.15_52.05");
  await finish();
});
