// @ts-check
/** What a module imports, and where Node's rules find it: enough of both for the packages that the map uses. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** @typedef {{ specifier: string, dynamic: boolean }} Import */

/** @param {string} source of a module @returns {Import[]} */
export function imports(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = [];
  // import "x"; import a from "x"; export { b } from "x"; also over several lines, and in the middle of one.
  for (const match of code.matchAll(/(?:^|;)\s*(?:import|export)\b(?:[^;'"()]*?\bfrom)?\s*["']([^"'\n]+)["']/gm)) {
    found.push({ specifier: match[1], dynamic: false });
  }
  for (const match of code.matchAll(/\bimport\(\s*["']([^"'\n]+)["']\s*\)/g)) {
    found.push({ specifier: match[1], dynamic: true });
  }
  return found;
}

/** `@a/b/c/d.js` → `@a/b`. @param {string} specifier */
export const packageOf = (specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

/**
 * The file behind a name, below node_modules: an entry of `exports`, the file itself, or `main`.
 * @param {string} modules the folder @param {string} specifier @returns {string}
 */
export function resolve(modules, specifier) {
  const name = packageOf(specifier);
  const manifest = JSON.parse(readFileSync(path.join(modules, name, "package.json"), "utf8"));
  const inside = `.${specifier.slice(name.length)}`;
  const entry = manifest.exports?.[inside];
  const target = targetOf(entry);
  const relative = target ?? (inside === "." ? (manifest.module ?? manifest.main) : inside);
  // Leaflet's own choice for modules is not what the page wants: see map/leaflet.js.
  const file = path.posix.join(name, name === "leaflet" && inside === "." ? "dist/leaflet.js" : relative);
  if (!existsSync(path.join(modules, file))) throw new Error(`${specifier}: no file ${file}`);
  return file;
}

/** What an entry of `exports` gives to a module of a page. @param {any} entry @returns {string | undefined} */
const targetOf = (entry) => (typeof entry === "object" ? targetOf(entry.import ?? entry.default) : entry);
