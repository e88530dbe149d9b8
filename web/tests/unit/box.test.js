// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxBetween, boxText, boxWidth, cellColumns, cellCount, cellRows, commandBoxes, parseBox } from "../../../tessera-stac/map/box.js";
import { InputError } from "../../../tessera-stac/map/cells.js";
import { openZarr, regionCommand, shellWord } from "../../../tessera-stac/map/commands.js";
import { Coverage } from "../../../tessera-stac/map/coverage.js";
import { tileBytes } from "../../../tessera-stac/map/grid.js";
import { formatHash, parseHash } from "../../../tessera-stac/map/hash.js";
import { PICTURE } from "../../../tessera-stac/map/state.js";
import { tally } from "../../../tessera-stac/map/tally.js";
import { bytes, yearList } from "../../../tessera-stac/map/format.js";
import { coverageBytes, has } from "../support/catalogue.js";

test("boxes have the cells that share an area with them", () => {
  assert.equal(cellCount(parseBox("100,50,110,55")), 5000);
  assert.deepEqual(cellColumns(parseBox("179.9,-17,-179.9,-16.8")), { start: 3599, end: 3601 });
  assert.deepEqual(cellRows(parseBox("179.9,-17,-179.9,-16.8")), { start: 1068, end: 1070 });
  assert.equal(cellCount(parseBox("0.1,52,0.3,52.1")), 2);
  assert.equal(cellCount(parseBox("0.15,52.05,0.15,52.05")), 1);
  assert.equal(cellCount(parseBox("-180,-90,180,90")), 3600 * 1800);
});

test("tiles and bytes of a box are those of its cells", () => {
  const coverage = new Coverage(coverageBytes(2024));
  for (const text of ["-3,50,3,52", "178.5,-20,-177.25,-18", "10.04,0.06,10.26,1"]) {
    const box = parseBox(text);
    let [tiles, size] = [0, 0];
    const [rows, columns] = [cellRows(box), cellColumns(box)];
    for (let row = rows.start; row < rows.end; row++) {
      for (let c = columns.start; c < columns.end; c++) {
        if (!has(2024, c % 3600, row)) continue;
        tiles++;
        size += tileBytes({ column: c % 3600, row });
      }
    }
    assert.deepEqual(tally(box, coverage), { tiles, bytes: size }, text);
  }
});

test("what is no box is said to be none", () => {
  const said = (/** @type {string} */ text, /** @type {RegExp} */ words) => {
    assert.throws(() => parseBox(text), (error) => error instanceof InputError && words.test(error.message), text);
  };
  said("1,2,3", /expected W,S,E,N/);
  said("1,2,3,x", /expected W,S,E,N/);
  said("1,,3,4", /expected W,S,E,N/);
  said("181,2,3,4", /west edge 181 is outside of the world/);
  said("0,-91,3,4", /south edge/);
  said("0,5,3,4", /south 5 above north 4/);
});

test("corners of a map that goes on around the Earth make a box", () => {
  const between = (/** @type {number[]} */ a, /** @type {number[]} */ b, digits = 2) =>
    boxText(boxBetween({ lng: a[0], lat: a[1] }, { lng: b[0], lat: b[1] }, digits));
  assert.equal(between([3, 50], [1.00499, 52.00001]), "1,50,3,52");
  assert.equal(between([362, 50], [364, 52]), "2,50,4,52");
  assert.equal(between([179, -1], [181, 1]), "179,-1,-179,1");
  assert.equal(between([-181, -1], [-179, 1]), "179,-1,-179,1");
  assert.equal(between([-200, -95], [200, 95]), "-180,-90,180,90");
  assert.equal(between([179.999, 0], [181, 1]), "-180,0,-179,1");
  assert.equal(between([-0.001, -0.001], [1, 1]), "0,0,1,1");
});

test("commands can be pasted", () => {
  const command = regionCommand({ box: parseBox("-1,50,2,52"), years: [2022, 2024], name: "box" });
  assert.equal(
    command,
    "tessera region SOURCE --bbox=-1,50,2,52 --year 2022 -o box_2022.zarr\n" +
      "tessera region SOURCE --bbox=-1,50,2,52 --year 2024 -o box_2024.zarr",
  );
  const wide = parseBox("100,-10,-20,10");
  assert.equal(boxWidth(wide), 240);
  assert.deepEqual(commandBoxes(wide).map(boxText), ["100,-10,180,10", "-180,-10,-20,10"]);
  assert.deepEqual(commandBoxes(parseBox("170,-10,-20,10")).map(boxText), ["170,-10,-20,10"]);
  assert.equal(regionCommand({ box: wide, years: [2024], name: "b" }).split("\n").length, 2);
  assert.equal(shellWord("it's $HOME; rm"), `'it'\\''s $HOME; rm'`);
  assert.equal(openZarr('a"b'), 'xr.open_zarr("a\\"b")');
  assert.equal(openZarr("s3://b/z", "utm31"), 'xr.open_zarr("s3://b/z", group="utm31", storage_options={"anon": True})');
});

test("the address holds what is shown", () => {
  const view = { zoom: 7, center: { lat: 52.05, lng: 0.15 }, year: 2024, cell: { column: 1801, row: 379 }, box: parseBox("170,-20,-170,-10"), picture: PICTURE };
  const hash = formatHash(view);
  assert.equal(hash, "#map=7/52.0500/0.1500&year=2024&tile=grid_0.15_52.05&box=170,-20,-170,-10");
  const { picture, ...rest } = view;
  assert.deepEqual(parseHash(hash), { view: rest, wrong: [] }, "what is as always is not said");
  for (const [shown, text] of /** @type {[typeof picture, string][]} */ ([
    [{ on: false, opacity: 100 }, "off"],
    [{ on: true, opacity: 0 }, "0"],
    [{ on: true, opacity: 65 }, "65"],
  ])) {
    assert.equal(formatHash({ ...view, picture: shown }), `${hash}&picture=${text}`);
    assert.deepEqual(parseHash(`#picture=${text}`), { view: { picture: shown }, wrong: [] });
  }
  assert.equal(parseHash("#picture=101&picture=-1&picture=on&picture=1.5").wrong.length, 4);
  assert.deepEqual(parseHash("#year=all"), { view: { year: "all" }, wrong: [] });
  assert.equal(parseHash("#map=x&year=20&tile=grid&box=1&strange=5").wrong.length, 4);
  assert.deepEqual(parseHash(""), { view: {}, wrong: [] });
});

test("numbers are short", () => {
  assert.deepEqual([0, 999, 1000, 109594, 999999, 1.5e9, 2.34e12].map(bytes), ["0 bytes", "999 bytes", "1.00 kB", "110 kB", "1.00 MB", "1.50 GB", "2.34 TB"]);
  assert.equal(yearList([2017, 2018, 2019, 2021]), "2017–2019, 2021");
});
