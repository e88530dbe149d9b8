// @ts-check
/** Pyramids in a PMTiles archive: one file, of which ranges are read. */
import { PMTiles, TileType } from "pmtiles";
import { L } from "../leaflet.js";
import { readBounds, readMeta } from "./meta.js";

/** Media types of map tiles that are pictures. @type {Map<number, string>} */
const PICTURES = new Map([
  [TileType.Png, "image/png"],
  [TileType.Jpeg, "image/jpeg"],
  [TileType.Webp, "image/webp"],
  [TileType.Avif, "image/avif"],
]);

/** @param {string} href @returns {Promise<import("./open.js").Pyramid>} */
export async function openArchive(href) {
  const archive = new PMTiles(href);
  const name = decodeURI(href.slice(href.lastIndexOf("/") + 1));
  let [header, metadata] = [/** @type {import("pmtiles").Header | null} */ (null), /** @type {unknown} */ (null)];
  try {
    header = await archive.getHeader();
    metadata = await archive.getMetadata();
  } catch (error) {
    // Of a picture that says nothing of itself the colours are shown all the same.
    if (!header || !(error instanceof SyntaxError)) throw new Error(said(error, name), { cause: error });
  }
  const type = PICTURES.get(header.tileType);
  if (!type) throw new Error(`${name} has map tiles that are no pictures.`);
  const { minZoom, maxZoom, minLon, minLat, maxLon, maxLat } = header;
  return {
    meta: readMeta(metadata, href),
    minZoom,
    maxZoom,
    bounds: readBounds([minLon, minLat, maxLon, maxLat]),
    layer: (options, failed) => archiveLayer(archive, type, options, (error) => failed(said(error, name))),
  };
}

/** @param {PMTiles} archive @param {string} type @param {L.GridLayerOptions} options @param {(error: unknown) => void} failed */
function archiveLayer(archive, type, options, failed) {
  /** What ends the loading of each picture. @type {WeakMap<HTMLElement, AbortController>} */
  const loading = new WeakMap();
  const Layer = L.GridLayer.extend({
    createTile(/** @type {L.Coords} */ { x, y, z }, /** @type {L.DoneCallback} */ done) {
      const [image, aborter] = [document.createElement("img"), new AbortController()];
      image.alt = "";
      loading.set(image, aborter);
      archive.getZxy(z, x, y, aborter.signal).then(
        (found) => {
          // There is nothing here.
          if (!found || aborter.signal.aborted) return done(undefined, image);
          const address = URL.createObjectURL(new Blob([found.data], { type }));
          const settle = (/** @type {Error | undefined} */ error) => {
            URL.revokeObjectURL(address);
            if (error && !aborter.signal.aborted) failed(error);
            done(error, image);
          };
          image.onload = () => settle(undefined);
          image.onerror = () => settle(new Error("a map tile of it is no picture"));
          image.src = address;
        },
        (error) => {
          if (aborter.signal.aborted) return;
          failed(error);
          done(error, image);
        },
      );
      return image;
    },
  });
  /** @type {L.GridLayer} */
  const layer = new (/** @type {any} */ (Layer))(options);
  layer.on("tileunload", ({ tile }) => loading.get(/** @type {any} */ (tile))?.abort());
  return layer;
}

/** What went wrong, in words; the reader's own are for who writes pages. @param {unknown} error @param {string} name */
function said(error, name) {
  const text = error instanceof Error ? error.message : String(error);
  const status = /Bad response code: (\d+)/.exec(text)?.[1];
  if (status) return `${name} could not be fetched: the host answered ${status}.`;
  if (/Byte Serving/.test(text)) return `The host of ${name} does not answer requests for a part of a file (Range).`;
  if (/magic number/.test(text) || error instanceof RangeError) return `${name} is no PMTiles archive, or only the beginning of one.`;
  if (/spec version/.test(text)) return `${name} is of a version of PMTiles that is not known here.`;
  if (error instanceof TypeError && /fetch/i.test(text)) {
    return `${name} could not be fetched: the host did not answer, or does not allow it (CORS).`;
  }
  return `${name} cannot be read: ${text}.`;
}
