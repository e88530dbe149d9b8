// @ts-check
/** Which pyramid of pictures a collection tells, by links of the STAC extension web-map-links. */

/**
 * @typedef {object} PyramidLink
 * @property {"pmtiles" | "xyz"} kind
 * @property {string} href absolute; of `xyz` a template with {z}, {x} and {y}
 * @property {string | null} tilejson what describes the template
 * @property {string | null} basis the file with the basis of the picture
 */

/** The pyramid of a collection: an archive, or else map tiles. @param {any} collection @param {string} base what its links
 * are relative to @returns {PyramidLink | null} */
export function pyramidLink(collection, base) {
  const links = Array.isArray(collection.links) ? collection.links : [];
  const href = (/** @type {string} */ rel) => {
    const link = links.find((/** @type {any} */ each) => each?.rel === rel && typeof each.href === "string");
    return link ? absolute(link.href, base) : null;
  };
  const basis = absolute(collection.assets?.pyramid_basis?.href, base);
  const archive = href("pmtiles");
  if (archive) return { kind: "pmtiles", href: archive, tilejson: null, basis };
  const template = href("xyz");
  const whole = template && ["{z}", "{x}", "{y}"].every((each) => template.includes(each));
  return whole ? { kind: "xyz", href: template, tilejson: href("tilejson"), basis } : null;
}

/** An address made absolute, with its braces as they are. @param {unknown} href @param {string} base */
export function absolute(href, base) {
  if (typeof href !== "string" || href === "") return null;
  try {
    return new URL(href, base).href.replace(/%7[Bb]/g, "{").replace(/%7[Dd]/g, "}");
  } catch {
    return null;
  }
}
