// @ts-check
/** Leaflet. Its minified build is a tenth of the size of its ES module on the wire; it leaves itself in `globalThis.L`. */
import "leaflet";

/** @type {typeof import("leaflet")} */
export const L = /** @type {any} */ (globalThis).L;
