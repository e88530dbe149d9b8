// @ts-check
/**
 * Decides where the packages come from: the folder `vendor/` beside the page where there is one, else a public CDN. Both
 * ways the hashes of packages.json hold. A classic script, so that it runs before any module is looked for.
 */
(() => {
  "use strict";

  /** @typedef {{ imports: Record<string, string>, integrity: Record<string, string> }} ImportMap */
  /**
   * What web/packages.js has written.
   * @typedef {object} Packages
   * @property {Record<string, string>} versions
   * @property {{ vendor: ImportMap, cdn: ImportMap }} maps
   * @property {string} style the specifier of the stylesheet
   * @property {string} land the specifier of the outline of the land
   * @property {{ vendor: string[], cdn: string[] }} early the files of packages that the first view needs
   * @property {string[]} first its own modules
   */

  /** @param {string} text */
  const say = (text) => {
    const notice = document.createElement("p");
    notice.className = "notice error";
    notice.textContent = text;
    document.getElementById("notices")?.append(notice);
    document.documentElement.dataset.failed = "true";
  };

  /** @param {string} path @returns {Promise<Packages | null>} null where there is none */
  const read = async (path) => {
    try {
      const response = await fetch(path);
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  };

  /** Says which file is wrong: a module that fails does not tell. @param {ImportMap} map @param {string[]} files */
  const blame = async (map, files) => {
    for (const href of files) {
      try {
        const response = await fetch(href, { integrity: map.integrity[href] });
        if (!response.ok) throw new Error(String(response.status));
      } catch {
        return say(`The map cannot be shown: ${href} could not be fetched, or is not the file that it should be.`);
      }
    }
    return say("The map cannot be shown: one of its scripts could not be fetched or run.");
  };

  /** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Partial<HTMLElementTagNameMap[T]>} properties */
  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);

  const boot = async () => {
    const [own, vendor] = await Promise.all([read("map/packages.json"), read("vendor/packages.json")]);
    if (!own) return say("The map cannot be shown: map/packages.json is missing beside this page.");
    const same = vendor !== null && JSON.stringify(vendor.versions) === JSON.stringify(own.versions);
    if (vendor && !same) say("The folder vendor/ holds other versions than this page needs: make it anew.");
    const source = same ? "vendor" : "cdn";
    const map = own.maps[source];
    const from = (/** @type {string} */ specifier) => {
      const href = map.imports[specifier];
      return { href, integrity: map.integrity[href] };
    };

    const crossOrigin = "anonymous";
    const { style: link, land } = { style: from(own.style), land: from(own.land) };
    const style = element("link", { rel: "stylesheet", crossOrigin, ...link });
    style.onerror = () => say(`${link.href} could not be fetched, or is not the file that it should be: the map looks wrong.`);
    // Before the page's own style, which may change it.
    document.head.insertBefore(style, document.head.querySelector("link[rel=stylesheet]"));
    Object.assign(document.documentElement.dataset, { packages: source, land: land.href, landIntegrity: land.integrity });

    document.head.append(element("script", { type: "importmap", textContent: JSON.stringify(map) }));
    // Fetched at once, and not one after the other as they name each other; the largest first.
    const preload = (/** @type {string} */ href, integrity = "") =>
      document.head.append(element("link", { rel: "modulepreload", crossOrigin, href, integrity }));
    own.early[source].forEach((href) => preload(href, map.integrity[href]));
    own.first.forEach((href) => preload(href));
    const main = element("script", { type: "module", src: "map/main.js" });
    main.onerror = () => blame(map, own.early[source]);
    document.head.append(main);
  };

  if (location.protocol === "file:") {
    say("A browser does not let a page from a file read other files: show it by a web server, as tessera serve is one.");
  } else {
    boot();
  }
})();
