// @ts-check
/** What a box holds: tiles, bytes, and the command that reads it. */
import { boxText, boxWidth, cellCount, commandBoxes } from "./box.js";
import { SOURCE, regionCommand } from "./commands.js";
import { code, facts, h, head, speak } from "./dom.js";
import { bytes, count, plural } from "./format.js";
import { tally } from "./tally.js";

/** @param {import("./cells.js").Box} box @param {import("./years.js").Years} years
 * @param {import("./state.js").State} state @returns {import("./panel.js").Section} */
export function boxSection(box, years, state) {
  const body = h("div");
  const element = h(
    "section",
    { id: "box-panel", "aria-label": "The box" },
    head("Box", "the box", () => state.set({ box: null })),
    h("p", { className: "sub" }, boxText(box)),
    body,
  );
  const update = () => {
    const { year } = state.choice;
    const asked = year === "all" ? years.list : [year];
    const rows = asked.map((each) => ({ year: each, coverage: years.loaded.get(each) }));
    const found = rows.map(({ year, coverage }) => ({ year, ...(coverage ? tally(box, coverage) : { tiles: 0, bytes: 0 }) }));
    const sum = found.reduce((all, { tiles, bytes }) => ({ tiles: all.tiles + tiles, bytes: all.bytes + bytes }), { tiles: 0, bytes: 0 });
    const missing = rows.filter(({ coverage }) => !coverage).map(({ year }) => year);
    const withTiles = found.filter(({ tiles }) => tiles > 0);
    body.replaceChildren(
      facts([
        ["Tiles", h("strong", { id: "box-tiles" }, count(sum.tiles))],
        ["Bytes", h("strong", { id: "box-bytes", title: `${count(sum.bytes)} bytes` }, bytes(sum.bytes))],
        ["Cells", `${count(cellCount(box))}, ${trim(boxWidth(box))}° × ${trim(box.north - box.south)}°`],
        ["Year", year === "all" ? plural(years.list.length, "year") : String(year)],
      ]),
      h("p", { className: "hint" }, "Bytes are those of the pixels, without compression: 128 channels and a scale each."),
      ...(missing.length ? [h("p", { className: "hint" }, `Not known for ${missing.join(", ")}.`)] : []),
      ...(year === "all" && withTiles.length ? [table(withTiles)] : []),
      ...(withTiles.length ? command(box, withTiles) : [h("p", {}, "No tile here in what is chosen.")]),
    );
    speak(`${plural(sum.tiles, "tile")}, ${bytes(sum.bytes)} in the box`);
  };
  update();
  return { element, update, close: () => {} };
}

/** @param {import("./cells.js").Box} box @param {{ year: number }[]} found */
function command(box, found) {
  const text = regionCommand({ box, years: found.map(({ year }) => year), name: "box" });
  const two = commandBoxes(box).length > 1;
  return [
    h("h3", {}, "Read it"),
    code(text, "the command"),
    h("p", { className: "hint" }, `${SOURCE} is your folder of tiles or zone store.`, two && " Across the antimeridian a box is at most 180° wide: here are two."),
  ];
}

/** @param {{ year: number, tiles: number, bytes: number }[]} found */
function table(found) {
  const line = (/** @type {{ year: number, tiles: number, bytes: number }} */ { year, tiles, bytes: size }) =>
    h("tr", {}, h("th", { scope: "row" }, String(year)), h("td", {}, count(tiles)), h("td", {}, bytes(size)));
  const titles = h("tr", {}, ...["Year", "Tiles", "Bytes"].map((each) => h("th", { scope: "col" }, each)));
  return h("table", {}, h("thead", {}, titles), h("tbody", {}, ...found.map(line)));
}

/** @param {number} degrees */
const trim = (degrees) => String(Number(degrees.toFixed(4)));
