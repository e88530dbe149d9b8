/** The one function of topojson-client that the map imports, by its file. */
export { feature as default } from "topojson-client";
