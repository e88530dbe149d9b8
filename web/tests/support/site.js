// @ts-check
/** The map page beside a catalogue, served. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { vendor } from "../../vendor.js";
import { MAP } from "../../packages.js";
import { serve } from "./server.js";

/**
 * Serves the page over some files; with the packages beside it unless told otherwise.
 * @param {Map<string, Buffer | string>} files
 * @param {Omit<import("./server.js").Options, "files"> & { packages?: boolean }} [options]
 */
export async function site(files, { packages = true, mounts = [], ...options } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "tessera-map-"));
  if (packages) vendor(folder);
  /** @type {[string, string][]} */
  const page = [
    ["/map/", MAP],
    ["/index.html", path.join(MAP, "index.html")],
    ["/", folder],
  ];
  const server = await serve({ files, mounts: [...mounts, ...page], ...options });
  const close = async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  };
  return { ...server, folder, close };
}
