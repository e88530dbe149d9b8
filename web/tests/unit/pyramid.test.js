// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { PMTiles, zxyToTileId } from "pmtiles";
import { percent } from "../../../tessera-stac/map/format.js";
import { pyramidLink } from "../../../tessera-stac/map/pyramid/links.js";
import { readBounds, readMeta, readZoom } from "../../../tessera-stac/map/pyramid/meta.js";
import { mapTiles, pmtiles, png, tileId } from "../support/pmtiles.js";

const BASE = "https://example.org/c/2024/collection.json";

test("links of a collection lead to its pyramid, an archive before map tiles", () => {
  const archive = { rel: "pmtiles", href: "../../pictures/2024.pmtiles" };
  const xyz = { rel: "xyz", href: "../../pictures/2024%20b/{z}/{x}/{y}.png" };
  const tilejson = { rel: "tilejson", href: "../../pictures/2024%20b/tilejson.json" };
  const assets = { pyramid_basis: { href: "../../pictures/2024.basis.json" } };
  const basis = "https://example.org/pictures/2024.basis.json";
  assert.deepEqual(pyramidLink({ links: [xyz, tilejson, archive], assets }, BASE), {
    kind: "pmtiles",
    href: "https://example.org/pictures/2024.pmtiles",
    tilejson: null,
    basis,
  });
  assert.deepEqual(pyramidLink({ links: [xyz, tilejson] }, BASE), {
    kind: "xyz",
    href: "https://example.org/pictures/2024%20b/{z}/{x}/{y}.png",
    tilejson: "https://example.org/pictures/2024%20b/tilejson.json",
    basis: null,
  });
  assert.equal(pyramidLink({ links: [{ rel: "pmtiles", href: "s3://b/a.pmtiles" }] }, BASE)?.href, "s3://b/a.pmtiles");
  for (const nothing of [{}, { links: 5 }, { links: [null, { rel: "pmtiles" }, { rel: "pmtiles", href: 7 }] }, { links: [{ rel: "xyz", href: "a.png" }] }, { links: [{ rel: "pmtiles", href: "https://" }] }]) {
    assert.equal(pyramidLink(nothing, BASE), null, JSON.stringify(nothing));
  }
});

test("what a pyramid says of itself is taken where it makes sense", () => {
  const tessera = { year: 2024, dataset: "v1", components: [1, 2, 3], explained_variance_ratio: [0.413, 0.17, 0.09], basis: "b.json" };
  assert.deepEqual(readMeta({ tessera, attribution: '<a href="https://x">TESSERA</a> & others' }, BASE), {
    colours: [
      { component: 1, ratio: 0.413 },
      { component: 2, ratio: 0.17 },
      { component: 3, ratio: 0.09 },
    ],
    dataset: "v1",
    basis: "https://example.org/c/2024/b.json",
    attribution: "TESSERA & others",
  });
  const nothing = { colours: [], dataset: "", basis: null, attribution: "" };
  for (const bad of [null, 5, {}, { tessera: [] }, { tessera: { dataset: 1, basis: 2, components: "123" }, attribution: {} }, { tessera: { components: [1, 2] } }, { tessera: { components: [1, 2, 0] } }]) {
    assert.deepEqual(readMeta(bad, BASE), nothing, JSON.stringify(bad));
  }
  const ratios = readMeta({ tessera: { ...tessera, explained_variance_ratio: [2, null] } }, BASE).colours.map(({ ratio }) => ratio);
  assert.deepEqual(ratios, [null, null, null]);
  assert.equal(percent(0.41349), "41.3 %");
});

test("bounds and zooms that cannot be are none", () => {
  assert.deepEqual(readBounds([-1, 50, 2, 52.5]), [-1, 50, 2, 52.5]);
  for (const bad of [undefined, [], "1,2,3,4", [1, 2, 0, 3], [0, 2, 1, 1], [0, -91, 1, 0], [NaN, 0, 1, 1], [-180, -85, 180, 85]]) assert.equal(readBounds(bad), null);
  assert.deepEqual([readZoom(3, 0), readZoom(-1, 5), readZoom("3", 5), readZoom(99, 5), readZoom(undefined, 14)], [3, 5, 5, 5, 14]);
});

test("an archive of the tests is one for the official reader", async () => {
  for (const [z, x, y] of [[0, 0, 0], [1, 1, 1], [1, 1, 0], [5, 17, 30], [12, 3423, 1763], [14, 8191, 5461]]) {
    assert.equal(tileId({ z, x, y, rgba: [0, 0, 0, 0] }), zxyToTileId(z, x, y), `${z}/${x}/${y}`);
  }
  /** @type {[number, number, number, number]} */
  const bounds = [0, 51.9, 0.3, 52.2];
  const tiles = mapTiles(bounds, [6, 7, 8, 9, 10], (z, x, y) => [z, x % 256, y % 256, 255]);
  const bytes = pmtiles(tiles, bounds, { name: "a picture", tessera: { year: 2024 } });
  const source = {
    getKey: () => "a",
    getBytes: async (/** @type {number} */ offset, /** @type {number} */ length) => ({
      data: new Uint8Array(bytes.subarray(offset, offset + length)).buffer,
    }),
  };
  const archive = new PMTiles(source);
  const header = await archive.getHeader();
  assert.deepEqual([header.minZoom, header.maxZoom, header.tileType, header.minLon, header.maxLat], [6, 10, 2, 0, 52.2]);
  assert.deepEqual(await archive.getMetadata(), { name: "a picture", tessera: { year: 2024 } });
  for (const { z, x, y, rgba } of tiles) {
    const found = await archive.getZxy(z, x, y);
    assert.deepEqual(Buffer.from(/** @type {any} */ (found).data), png(rgba), `${z}/${x}/${y}`);
  }
  assert.equal(await archive.getZxy(10, 0, 0), undefined);
});
