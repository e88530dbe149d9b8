// @ts-check
/**
 * Writes map/packages.json and the hashes in index.html from node_modules: which files of which packages the map page
 * loads, under which names, with which hashes. `--check` writes nothing and fails where they are stale.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { imports, packageOf, resolve } from "./imports.js";

const here = path.dirname(fileURLToPath(import.meta.url));
export const MAP = path.join(here, "../tessera-stac/map");
export const MODULES = path.join(here, "node_modules");
const CDN = "https://cdn.jsdelivr.net/npm/";

/** What the page's own modules import from packages, and what boot.js takes from them. */
const STYLE = "leaflet/dist/leaflet.css";
const LAND = "world-atlas/land-110m.json";

/** @param {string} file */
const sha384 = (file) => `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;

/** The modules of the page that are loaded with it, the packages that these import, and those that any imports. */
function ownModules() {
  const first = new Set(["map/main.js"]);
  const all = new Set(first);
  const [bare, early] = [new Set(), new Set()];
  for (const module of all) {
    for (const { specifier, dynamic } of imports(readFileSync(path.join(MAP, "..", module), "utf8"))) {
      if (!specifier.startsWith(".")) {
        bare.add(specifier);
        if (!dynamic && first.has(module)) early.add(specifier);
      } else {
        const found = path.posix.join(path.posix.dirname(module), specifier);
        if (!dynamic && first.has(module)) first.add(found);
        all.add(found);
      }
    }
  }
  return { first: [...first].sort(), early: [...early], bare: [...bare] };
}

/** All files that are reached from some names, by their names, and the files behind the names. @param {string[]} names */
function reached(names) {
  /** @type {Map<string, string>} */
  const entries = new Map(names.map((name) => [name, resolve(MODULES, name)]));
  const files = new Set(entries.values());
  for (const file of files) {
    if (!file.endsWith(".js")) continue;
    for (const { specifier } of imports(readFileSync(path.join(MODULES, file), "utf8"))) {
      if (specifier.startsWith(".")) files.add(path.posix.join(path.posix.dirname(file), specifier));
      else {
        entries.set(specifier, resolve(MODULES, specifier));
        files.add(resolve(MODULES, specifier));
      }
    }
  }
  return { entries, files: [...files].sort() };
}

/** What packages.json holds. */
export function packages() {
  const { first, early, bare } = ownModules();
  const { entries, files } = reached([...bare, STYLE, LAND]);
  const lock = JSON.parse(readFileSync(path.join(here, "package-lock.json"), "utf8")).packages;
  /** @type {Record<string, string>} */
  const versions = {};
  for (const name of [...new Set(files.map(packageOf))].sort()) {
    const installed = JSON.parse(readFileSync(path.join(MODULES, name, "package.json"), "utf8")).version;
    versions[name] = lock[`node_modules/${name}`]?.version;
    if (installed !== versions[name]) throw new Error(`${name} ${installed} is installed, ${versions[name]} locked: run npm ci`);
  }
  const map = (/** @type {(file: string) => string} */ href) => ({
    imports: Object.fromEntries([...entries].sort().map(([name, file]) => [name, href(file)])),
    integrity: Object.fromEntries(files.map((file) => [href(file), sha384(path.join(MODULES, file))])),
  });
  const cdn = (/** @type {string} */ file) => {
    const name = packageOf(file);
    return `${CDN}${name}@${versions[name]}${file.slice(name.length)}`;
  };
  const vendor = (/** @type {string} */ file) => `./vendor/${file}`;
  const soon = reached(early).files;
  return {
    versions,
    style: STYLE,
    land: LAND,
    early: { vendor: soon.map(vendor), cdn: soon.map(cdn) },
    first,
    files,
    maps: { vendor: map(vendor), cdn: map(cdn) },
  };
}

/** The page with the hashes of the import maps in its policy. @param {string} html @param {ReturnType<typeof packages>} found */
function withHashes(html, { maps }) {
  const hash = (/** @type {object} */ map) => createHash("sha384").update(JSON.stringify(map)).digest("base64");
  const hashes = [maps.vendor, maps.cdn].map((map) => `'sha384-${hash(map)}'`).join(" ");
  return html.replace(/(script-src [^;]*'unsafe-eval')[^;]*;/, `$1 ${hashes};`);
}

function main() {
  const found = packages();
  const page = path.join(MAP, "index.html");
  const html = readFileSync(page, "utf8");
  const wanted = [
    { file: path.join(MAP, "packages.json"), text: `${JSON.stringify(found, null, 1)}\n` },
    { file: page, text: withHashes(html, found) },
  ];
  for (const { file, text } of wanted) {
    let is = "";
    try {
      is = readFileSync(file, "utf8");
    } catch {
      // Made for the first time.
    }
    if (is === text) continue;
    if (process.argv.includes("--check")) {
      console.error(`${path.relative(process.cwd(), file)} is stale: run npm run packages`);
      process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      console.log(`wrote ${path.relative(process.cwd(), file)}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
