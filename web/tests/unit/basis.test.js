// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { finish, parseBasis } from "../../../tessera-stac/map/store/basis.js";

const components = [[1, 0], [0, 1], [0.6, 0.8], [0.8, -0.6]];
const linear = { linear: { low: 0, high: 1 } };
const basis = { mean: [0.5, 1], components, explained_variance: [4, 3, 2, 1], explained_variance_ratio: [0.4, 0.3, 0.2, 0.1] };
const first = { tessera_basis: 1, dataset: "v1", scale_limit: 1, basis, stretch: [linear, linear, linear] };
const second = { ...first, tessera_basis: 2, channels: 2, shown: [4, 1, 3], gamma: 2, saturation: 0.5 };

test("the first version shows its components in their order", () => {
  const parsed = parseBasis(first, 2);
  assert.deepEqual(parsed.components.map((each) => [...each]), components.slice(0, 3));
  assert.deepEqual([parsed.gamma, parsed.saturation], [1, 1]);
});

test("the second says which components are shown, and how", () => {
  const parsed = parseBasis(second, 2);
  assert.deepEqual(parsed.components.map((each) => [...each]), [components[3], components[0], components[2]]);
  assert.deepEqual([parsed.gamma, parsed.saturation], [2, 0.5]);
});

test("what shows nothing is refused", () => {
  for (const [change, says] of /** @type {[object, RegExp][]} */ ([
    [{ tessera_basis: 3 }, /expected tessera_basis 1 or 2/],
    [{ shown: [1, 2] }, /fewer than three/],
    [{ shown: [1, 2, 5] }, /fewer than three/],
    [{ shown: [0, 1, 2] }, /fewer than three/],
    [{ gamma: 0 }, /gamma or saturation/],
    [{ saturation: -1 }, /gamma or saturation/],
    [{ stretch: [linear, linear] }, /fewer than three/],
  ])) {
    assert.throws(() => parseBasis({ ...second, ...change }, 2), says);
  }
  assert.throws(() => parseBasis(second, 3), /not a list of 3 numbers/);
});

test("gamma lightens, and saturation spreads around the luma", () => {
  assert.deepEqual(finish([0.25, 0.5, 1], 1, 1), [0.25, 0.5, 1]);
  assert.deepEqual(finish([0.25, 0.0625, 1], 2, 1), [0.5, 0.25, 1]);
  assert.ok(finish([1, 0, 0], 1, 0).every((one) => Math.abs(one - 0.2126) < 1e-12));
  assert.deepEqual(finish([0, 1, 0], 1, 2), [0, 1, 0]);
});
