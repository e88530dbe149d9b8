// @ts-check
/** The outlines of the chosen cell and box, on every copy of the world. */
import { cellBounds } from "./cells.js";
import { L } from "./leaflet.js";
import { onPalette, palette } from "./palette.js";

const TURNS = [-360, 0, 360];

/** @param {L.Map} map @param {import("./state.js").State} state */
export function marks(map, state) {
  const group = L.layerGroup().addTo(map);
  const draw = () => {
    group.clearLayers();
    const { cell, box } = state.choice;
    const color = palette().accent;
    const add = (/** @type {import("./cells.js").Box} */ { west, south, east, north }, /** @type {L.PathOptions} */ style) => {
      const end = west > east ? east + 360 : east;
      for (const turn of TURNS) {
        const corners = L.latLngBounds([south, west + turn], [north, end + turn]);
        L.rectangle(corners, { color, interactive: false, ...style }).addTo(group);
      }
    };
    if (box) add(box, { weight: 1.5, dashArray: "5 4", fillOpacity: 0.08, className: "mark-box" });
    if (cell) {
      const bounds = cellBounds(cell);
      add(bounds, { weight: 5, fill: false, color: "#fff", opacity: 0.9 });
      add(bounds, { weight: 2.5, fill: false, className: "mark-cell" });
      // Where a cell is a speck, a ring shows where to look.
      const [lat, lng] = [(bounds.south + bounds.north) / 2, (bounds.west + bounds.east) / 2];
      if (map.getZoom() < 7) {
        const ring = { radius: 9, weight: 2, fill: false, color, interactive: false };
        for (const turn of TURNS) L.circleMarker([lat, lng + turn], ring).addTo(group);
      }
    }
  };
  state.addEventListener("cell", draw);
  state.addEventListener("box", draw);
  map.on("zoomend", draw);
  onPalette(draw);
  draw();
}
