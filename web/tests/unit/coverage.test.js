// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { COVERAGE_BYTES, Coverage, readCoverage } from "../../../tessera-stac/map/coverage.js";
import { levelOf, paintCells, rowAt } from "../../../tessera-stac/map/paint.js";
import { cellNear, wrapped } from "../../../tessera-stac/map/pick.js";
import { LONELY, coverageBytes, has } from "../support/catalogue.js";

const bits = coverageBytes(2024);
const coverage = new Coverage(bits);
const response = (/** @type {Buffer} */ body) => new Response(new Uint8Array(body));

test("a bit is a cell", () => {
  for (let n = 0; n < 20000; n++) {
    const [column, row] = [(n * 1601) % 3600, (n * 911) % 1800];
    assert.equal(coverage.has(column, row), has(2024, column, row), `${column}, ${row}`);
  }
});

test("a bit of level k is set where any of its cells is", () => {
  for (const k of [1, 2, 3, 4]) {
    const level = coverage.level(k);
    const wanted = new Uint8Array(level.columns * level.rows);
    coverage.forEach({ start: 0, end: 1800 }, { start: 0, end: 3600 }, (column, row) => {
      wanted[(row >> k) * level.columns + (column >> k)] = 1;
    });
    const got = wanted.map((_, i) => {
      const [column, row] = [i % level.columns, Math.floor(i / level.columns)];
      return (level.bits[row * level.stride + (column >> 3)] >> (7 - (column & 7))) & 1;
    });
    assert.deepEqual(got, wanted, `level ${k}`);
  }
});

test("cells are counted across the antimeridian", () => {
  let [found, wanted] = [0, 0];
  coverage.forEach({ start: 300, end: 420 }, { start: 3500, end: 3700 }, () => found++);
  for (let row = 300; row < 420; row++) for (let c = 3500; c < 3700; c++) wanted += has(2024, c % 3600, row) ? 1 : 0;
  assert.equal(found, wanted);
  assert.ok(found > 1000);
});

test("a bitmap is decoded whether the host did so or not, and its size is checked", async () => {
  for (const body of [bits, gzipSync(bits)]) assert.ok((await readCoverage(response(body))).has(LONELY.column, LONELY.row));
  for (const wrong of [bits.subarray(1), gzipSync(bits.subarray(1)), Buffer.alloc(0), Buffer.from("<html>")]) {
    await assert.rejects(readCoverage(response(wrong)), new RegExp(`expected ${COVERAGE_BYTES}`));
  }
  await assert.rejects(readCoverage(response(gzipSync(Buffer.concat([bits, bits])))), /more than 810000/);
  await assert.rejects(readCoverage(response(gzipSync(bits).subarray(0, 500))));
});

test("no single cell vanishes at any zoom, on any copy of its square", () => {
  const single = new Uint8Array(COVERAGE_BYTES);
  const lonely = new Coverage(single);
  single[LONELY.row * 450 + (LONELY.column >> 3)] = 128 >> (LONELY.column & 7);
  const out = new Uint32Array(256 * 256);
  for (let zoom = 0; zoom <= 8; zoom++) {
    const x = Math.floor(((LONELY.column + 0.5) / 3600) * 2 ** zoom);
    let painted = 0;
    for (let y = 0; y < 2 ** zoom; y++) {
      paintCells(out, { x, y, zoom, size: 256 }, [lonely], Uint32Array.of(0, 7), 9);
      painted += out.reduce((sum, pixel) => sum + (pixel !== 0 ? 1 : 0), 0);
    }
    assert.ok(painted >= 1, `zoom ${zoom}`);
  }
});

test("each pixel is the number of bitmaps with its cell", () => {
  const years = [2022, 2023, 2024];
  const all = years.map((year) => new Coverage(coverageBytes(year)));
  const out = new Uint32Array(256 * 256);
  const [zoom, size] = [5, 256];
  const square = { x: 17, y: 11, zoom, size };
  assert.equal(levelOf(zoom, size), 0);
  paintCells(out, square, all, Uint32Array.of(100, 101, 102, 103), 9);
  for (let j = 0; j < size; j += 5) {
    for (let i = 0; i < size; i += 3) {
      const column = Math.floor(((square.x * size + i + 0.5) / (size * 2 ** zoom)) * 3600);
      const row = rowAt((square.y * size + j + 0.5) / (size * 2 ** zoom));
      const n = years.filter((year) => has(year, column, row)).length;
      assert.equal(out[j * size + i], 100 + n, `${i}, ${j}`);
    }
  }
});

test("edges are drawn around cells that have a tile, and only there", () => {
  const one = new Uint8Array(COVERAGE_BYTES);
  one[379 * 450 + (1801 >> 3)] = 128 >> (1801 & 7);
  const out = new Uint32Array(256 * 256);
  const zoom = 9;
  const y = Math.floor((0.5 - Math.atanh(Math.sin((52.05 * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** zoom);
  paintCells(out, { x: 256, y, zoom, size: 256 }, [new Coverage(one)], Uint32Array.of(0, 1), 9);
  const counts = [0, 1, 9].map((colour) => out.filter((pixel) => pixel === colour).length);
  const inside = out.indexOf(1);
  assert.equal(counts[0] + counts[1] + counts[2], out.length);
  assert.ok(counts[1] > 1000 && counts[2] > 60 && counts[2] < 260, String(counts));
  assert.equal(out[inside - 1], 9, "an edge in the west");
  assert.equal(out[out.lastIndexOf(1) + 256], 9, "an edge in the south");
});

test("a pixel of several cells means the nearest that has a tile", () => {
  const one = new Uint8Array(COVERAGE_BYTES);
  one[400 * 450 + (1812 >> 3)] = 128 >> (1812 & 7);
  const single = [new Coverage(one)];
  const place = { lng: 0.95, lat: 49.85 };
  assert.deepEqual(cellNear(place, 1, single), { column: 1812, row: 400 });
  assert.deepEqual(cellNear(place, 8, single), { column: 1809, row: 401 });
  assert.deepEqual(cellNear({ lng: 361.25, lat: 49.95 }, 8, single), { column: 1812, row: 400 });
  assert.equal(cellNear({ lng: 0, lat: 91 }, 1, single), null);
  assert.deepEqual([-180, 180, 181, 539, -181].map(wrapped), [-180, -180, -179, 179, 179]);
});
