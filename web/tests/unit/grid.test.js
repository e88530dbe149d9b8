// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseCellName } from "../../../tessera-stac/map/cells.js";
import { knownTileBytes, tileBytes, tileGrid } from "../../../tessera-stac/map/grid.js";
import { project, unproject, zoneCode, zoneOf } from "../../../tessera-stac/map/utm.js";

// Made and compared by tessera-stac/tests/it/map_grid.rs.
/** @type {{ name: string, crs: string, west: number, north: number, rows: number, cols: number }[]} */
const golden = JSON.parse(readFileSync(new URL("../golden/grids.json", import.meta.url), "utf8"));

test("grids are those of tessera-core", () => {
  assert.ok(golden.length > 1000);
  for (const { name, ...wanted } of golden) {
    const { zone, ...grid } = tileGrid(parseCellName(name));
    assert.deepEqual({ crs: zoneCode(zone), ...grid }, wanted, name);
  }
});

test("the bytes that are remembered are those of the tile", () => {
  for (const { name } of golden) {
    const cell = parseCellName(name);
    assert.equal(knownTileBytes(cell.column, cell.row), tileBytes(cell), name);
  }
});

test("metres go back to degrees", () => {
  for (let n = 0; n < 2000; n++) {
    const [lon, lat] = [((n * 137.5) % 360) - 180, ((n * 71.3) % 178) - 89];
    const zone = zoneOf(lon, lat);
    const { x, y } = project(zone, lon, lat);
    const back = unproject(zone, x, y);
    assert.ok(Math.abs(back.lat - lat) < 1e-9 && Math.abs(back.lon - lon) * Math.cos((lat * Math.PI) / 180) < 1e-9, `${lon}, ${lat}`);
  }
  assert.deepEqual(project({ number: 31, south: false }, 3, 0), { x: 500000, y: 0 });
  assert.equal(zoneCode(zoneOf(5, 60)), "EPSG:32631");
});
