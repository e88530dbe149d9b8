// @ts-check
/** The objects of a Zarr store over HTTP, for zarrita; every failure in words for the reader of the page. */

/** Why a store cannot be read. */
export class StoreError extends Error {}

/** @typedef {{ signal?: AbortSignal }} Options */
/** @typedef {{ offset: number, length: number } | { suffixLength: number }} Range */

export class HttpStore {
  /** @param {string} href of the group @param {AbortSignal} signal */
  constructor(href, signal) {
    this.base = new URL(href);
    if (!this.base.pathname.endsWith("/")) this.base.pathname += "/";
    this.signal = signal;
    /** Sizes of objects, as HEAD told. @type {Map<string, Promise<number | undefined>>} */
    this.sizes = new Map();
  }

  /** An object, or undefined where there is none. @param {string} key @returns {Promise<Uint8Array | undefined>} */
  async get(key) {
    const response = await this.ask(key, {});
    return response && new Uint8Array(await response.arrayBuffer());
  }

  /** Some bytes of an object. @param {string} key @param {Range} range @returns {Promise<Uint8Array | undefined>} */
  async getRange(key, range) {
    let [offset, length] = "offset" in range ? [range.offset, range.length] : [0, range.suffixLength];
    if (!("offset" in range)) {
      // The end of an object is asked for by its size: "the last n bytes" is a header that other hosts must allow first.
      const size = await this.size(key);
      if (size === undefined) return undefined;
      offset = Math.max(0, size - length);
    }
    const response = await this.ask(key, { headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
    if (!response) return undefined;
    if (response.status !== 206) {
      await response.body?.cancel();
      throw new StoreError(`The host of the store does not answer requests for a part of a file (Range): it sent all of ${key}.`);
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length !== length) {
      throw new StoreError(`${key} of the store: got ${bytes.length} bytes from byte ${offset}, expected ${length}.`);
    }
    return bytes;
  }

  /** @param {string} key */
  size(key) {
    let size = this.sizes.get(key);
    if (!size) {
      size = this.ask(key, { method: "HEAD" }).then((response) => {
        const length = response?.headers.get("Content-Length");
        if (response && !length) throw new StoreError("The host of the store does not tell the size of a file (HEAD).");
        return response ? Number(length) : undefined;
      });
      this.sizes.set(key, size);
    }
    return size;
  }

  /** @param {string} key @param {RequestInit} init */
  async ask(key, init) {
    const href = new URL(key.replace(/^\//, ""), this.base).href;
    let response;
    try {
      response = await fetch(href, { ...init, signal: this.signal });
    } catch (error) {
      this.signal.throwIfAborted();
      throw new StoreError(await this.unreached(href));
    }
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    const what = init.method === "HEAD" ? "tell the size of a file (HEAD)" : "give a file";
    throw new StoreError(`The host of the store did not ${what}: it answered ${response.status} for ${key}.`);
  }

  /** Whether a host is gone, or only does not allow pages from elsewhere. @param {string} href */
  async unreached(href) {
    const { host } = new URL(href);
    try {
      await fetch(href, { mode: "no-cors", signal: this.signal });
    } catch {
      return `The host of the store, ${host}, did not answer: it is gone, or there is no connection.`;
    }
    return `The host of the store, ${host}, does not allow other pages to read it (CORS). Its path can still be copied.`;
  }
}
