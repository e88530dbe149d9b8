// @ts-check
/** The page to compare with: one GeoJSON of boxes and Leaflet's canvas, as the founding document of the project draws them. */

/** @param {Uint8Array} bits of a bitmap @param {number} tiles at most */
export function boxesGeoJson(bits, tiles) {
  const features = [];
  for (let i = 0; i < bits.length * 8 && features.length < tiles; i++) {
    if (!(bits[i >> 3] & (128 >> (i & 7)))) continue;
    const [column, row] = [i % 3600, Math.floor(i / 3600)];
    const edge = (/** @type {number} */ hundredths) => hundredths / 100;
    const [w, e] = [edge(column * 10 - 18000), edge(column * 10 - 17990)];
    const [n, s] = [edge(9000 - row * 10), edge(8990 - row * 10)];
    const id = `grid_${edge(column * 10 - 17995).toFixed(2)}_${edge(8995 - row * 10).toFixed(2)}`;
    const ring = [[w, s], [e, s], [e, n], [w, n], [w, s]];
    features.push({ type: "Feature", properties: { id }, geometry: { type: "Polygon", coordinates: [ring] } });
  }
  return { text: JSON.stringify({ type: "FeatureCollection", features }), tiles: features.length };
}

export const NAIVE_HTML = `<!doctype html><meta charset="utf-8">
<link rel="icon" href="data:,"><link rel="stylesheet" href="vendor/leaflet/dist/leaflet.css">
<style>html,body,#map{height:100%;margin:0}</style><div id="map"></div>
<script src="vendor/leaflet/dist/leaflet.js"></script>
<script>
const map = L.map("map", { preferCanvas: true }).setView([25, 10], 2);
globalThis.map = map;
fetch("boxes.json").then((response) => response.json()).then((boxes) => {
  L.geoJSON(boxes, { style: { weight: 1, color: "#3a928a" }, onEachFeature: (f, layer) => layer.bindTooltip(f.properties.id) }).addTo(map);
  requestAnimationFrame(() => requestAnimationFrame(() => {
    performance.mark("map-ready");
    document.documentElement.dataset.ready = "true";
  }));
});
</script>`;
