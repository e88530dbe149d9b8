// @ts-check
/** Elements made of data: text is always text, and only addresses of the web become links. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element: properties by their names, attributes where they have a dash.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, unknown>} [properties] @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, String(value));
    else Object.assign(element, { [name]: value });
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element of index.html with this id. @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return /** @type {T} */ (element);
}

/** Whether a browser can open an address. @param {string} href */
export const isWeb = (href) => /^https?:\/\//i.test(href);

/** A link, or only its text where the address is not of the web. @param {string} href @param {string} text */
export function link(href, text) {
  if (!isWeb(href)) return h("span", { className: "path" }, text);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

/** A button that copies a text. @param {string} text @param {string} what it is, for who does not see it */
export function copyButton(text, what) {
  const button = h("button", { type: "button", className: "copy", title: `Copy ${what}`, "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "Copied" : "Not copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return button;
}

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages that are not on HTTPS or this machine have no clipboard: the old way.
    const area = h("textarea", { value: text, className: "unseen" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Lines of code that can be copied. @param {string} text @param {string} what */
export const code = (text, what) => h("div", { className: "code" }, h("pre", { tabIndex: 0 }, text), copyButton(text, what));

/** Names and values. @param {[string, Child][]} pairs */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "");
  return h("dl", {}, ...shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** The head of a section of the panel. @param {string} title @param {string} what it is of @param {() => void} close */
export function head(title, what, close) {
  const button = h("button", { type: "button", className: "close", "aria-label": `Close ${what}` }, "×");
  button.addEventListener("click", close);
  return h("header", {}, h("h2", {}, title), button);
}

/** A note at the edge of the page, until it is closed. @param {string} text */
export function notice(text) {
  const notices = byId("notices");
  if ([...notices.children].some((each) => each.firstChild?.textContent === text)) return;
  const close = h("button", { type: "button", "aria-label": "Close this note" }, "×");
  const note = h("p", { className: "notice" }, h("span", {}, text), close);
  close.addEventListener("click", () => note.remove());
  notices.append(note);
}

/** Says something to who listens to the page. @param {string} text */
export const speak = (text) => void (byId("spoken").textContent = text);
