// @ts-check
/** Which components the colours of a picture show. */
import { h, isWeb, link } from "../dom.js";
import { percent } from "../format.js";

const SWATCHES = ["red", "green", "blue"];

/** @param {import("./meta.js").Meta} meta @returns {HTMLElement[]} */
export function legend({ colours, dataset, basis }) {
  const lines = colours.map(({ component, ratio }, k) =>
    h(
      "li",
      {},
      h("span", { className: `swatch ${SWATCHES[k]}`, role: "img", "aria-label": SWATCHES[k] }),
      `component ${component}${ratio === null ? "" : ` · ${percent(ratio)} of variance`}`,
    ),
  );
  const all = colours.reduce((/** @type {number | null} */ sum, { ratio }) => (sum === null || ratio === null ? null : sum + ratio), 0);
  const rest = [
    lines.length > 0 && all !== null && `together ${percent(all)}`,
    dataset && `dataset ${dataset}`,
    basis && isWeb(basis) && link(basis, "basis"),
  ].filter((each) => each !== false && each !== null && each !== "");
  const parts = rest.flatMap((each, k) => (k > 0 ? [" · ", each] : [each]));
  return [
    lines.length > 0 ? h("ul", { className: "swatches" }, ...lines) : h("p", { className: "hint" }, "What its colours show is not said."),
    ...(parts.length > 0 ? [h("p", { className: "hint" }, ...parts)] : []),
  ];
}
