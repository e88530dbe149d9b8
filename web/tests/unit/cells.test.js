// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, blockOf, cellAt, cellBounds, cellName, parseCellName } from "../../../tessera-stac/map/cells.js";
import { fill } from "../../../tessera-stac/map/template.js";
import { parsePlace, parseQuery } from "../../../tessera-stac/map/query.js";

test("names go there and back", () => {
  for (const name of ["grid_0.15_52.05", "grid_-0.05_50.75", "grid_-179.95_-89.95", "grid_179.95_89.95"]) {
    assert.equal(cellName(parseCellName(name)), name);
  }
  assert.deepEqual(parseCellName("grid_-179.95_89.95"), { column: 0, row: 0 });
  assert.deepEqual(parseCellName("grid_0.15_52.05_2024"), { column: 1801, row: 379 });
});

test("cells contain their west and south edges, and the ends of the world", () => {
  assert.equal(cellName(cellAt(-99.91, 80)), "grid_-99.95_80.05");
  assert.equal(cellName(cellAt(180, 90)), "grid_-179.95_89.95");
  assert.equal(cellName(cellAt(-0.05, 10)), "grid_-0.05_10.05");
  assert.deepEqual(cellBounds(cellAt(0.15, 52.05)), { west: 0.1, south: 52, east: 0.2, north: 52.1 });
});

test("blocks are named by their south-west corner", () => {
  const block = (/** @type {string} */ name) => blockOf(parseCellName(name));
  assert.equal(block("grid_-0.05_50.75"), "w005n50");
  assert.equal(block("grid_100.05_-19.95"), "e100s20");
  assert.equal(block("grid_179.95_89.95"), "e175n85");
  assert.equal(block("grid_-179.95_-89.95"), "w180s90");
});

test("what is no name is said to be none", () => {
  const said = (/** @type {string} */ text, /** @type {RegExp} */ words) => {
    assert.throws(() => parseQuery(text), (error) => error instanceof InputError && words.test(error.message), text);
  };
  said("grid_0.10_52.05", /off the grid.*grid_0\.15_52\.05/);
  said("grid_180.05_52.05", /outside of the world/);
  said("grid_1_2", /not the name of a tile/);
  said("Grid 5", /not the name of a tile/);
  said("", /Type coordinates/);
  said("Cambridge", /neither coordinates/);
  said("91, 0", /outside of the world/);
  said("0, 181", /outside of the world/);
  said("5N 6N", /two latitudes/);
  said("-5S 6E", /a sign and a letter/);
  said("1 2 3", /neither coordinates/);
});

test("coordinates are read as people write them", () => {
  const place = { lat: 52.05, lon: -0.15 };
  for (const text of ["52.05, -0.15", "52.05 -0.15", "52.05N 0.15W", "52.05° N, 0.15° W", "0.15w;52.05n", "52.05 N, -0.15"]) {
    assert.deepEqual(parsePlace(text), place, text);
  }
  assert.equal(cellName(parseQuery(" 52.05, 0.15 ")), "grid_0.15_52.05");
});

test("templates are filled with the tile", () => {
  const cell = parseCellName("grid_-0.05_50.75");
  assert.equal(fill("s3://b/{block}/grid_{lon}_{lat}.zarr?{other}", cell), "s3://b/w005n50/grid_-0.05_50.75.zarr?{other}");
});
