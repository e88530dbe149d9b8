// @ts-check
/** Copies the packages of the map page into a folder: `npm run vendor -- <catalogue>` makes `<catalogue>/vendor/`. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MAP, MODULES, packages } from "./packages.js";

/** Texts of licences, by the name of the package. */
const LICENCES = fileURLToPath(new URL("licences", import.meta.url));

/** @param {string} folder of the page */
export function vendor(folder) {
  const { files, versions } = packages();
  const out = path.join(folder, "vendor");
  rmSync(out, { recursive: true, force: true });
  const names = Object.keys(versions);
  const licences = names.flatMap((name) =>
    readdirSync(path.join(MODULES, name)).filter((file) => /^licen[cs]e/i.test(file)).map((file) => `${name}/${file}`),
  );
  const copy = (/** @type {string} */ from, /** @type {string} */ file) => {
    const to = path.join(out, file);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(from, to);
  };
  [...files, ...licences].forEach((file) => copy(path.join(MODULES, file), file));
  // Some packages come without the text of their licence.
  for (const name of names) {
    const own = path.join(LICENCES, `${name}.txt`);
    if (existsSync(own)) copy(own, `${name}/LICENSE`);
  }
  // Last: where it is, the folder is whole.
  copyFileSync(path.join(MAP, "packages.json"), path.join(out, "packages.json"));
  return files.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // npm runs scripts in the folder of package.json, and says where it was called.
  const folder = process.argv[2] && path.resolve(process.env.INIT_CWD ?? ".", process.argv[2]);
  if (!folder || !existsSync(folder)) {
    console.error("usage: npm run vendor -- FOLDER    the folder with the index.html of the map");
    process.exitCode = 2;
  } else {
    console.log(`${vendor(folder)} files in ${path.join(folder, "vendor")}`);
  }
}
