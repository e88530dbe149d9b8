// @ts-check
/** A static server, as good or as bad as a test wants it. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Options
 * @property {[prefix: string, folder: string][]} [mounts] folders by prefix of the path; the first that has a file gives it
 * @property {Map<string, Buffer | string>} [files] that are in no folder, by path
 * @property {boolean} [cors] whether pages from elsewhere may read
 * @property {boolean} [range] whether parts of a file are given
 * @property {boolean} [gzip] whether texts are compressed on the way
 */

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".png": "image/png",
};

/** @param {Options} options */
export async function serve({ mounts = [], files = new Map(), cors = true, range = true, gzip = false }) {
  /** Everything that was asked for. @type {{ method: string, path: string, status: number }[]} */
  const log = [];
  /** Compressed once, as hosts do. @type {Map<string, Buffer>} */
  const zipped = new Map();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    let name = decodeURIComponent(url.pathname);
    if (name.endsWith("/")) name += "index.html";
    if (cors) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Allow-Headers", "Range");
    }
    const send = (/** @type {number} */ status, /** @type {Buffer | null} */ body = null) => {
      log.push({ method: request.method ?? "", path: name, status });
      response.statusCode = status;
      if (body) response.setHeader("Content-Length", body.length);
      response.end(request.method === "HEAD" ? null : body);
    };
    const given = files.get(name);
    const file = given === undefined ? fileOf(mounts, name) : null;
    if (given === undefined && file === null) return send(404, Buffer.from("not found"));
    const size = file ? statSync(file).size : Buffer.byteLength(/** @type {Buffer} */ (given));
    const type = TYPES[path.extname(name)] ?? "application/octet-stream";
    response.setHeader("Content-Type", type);
    if (range) response.setHeader("Accept-Ranges", "bytes");
    const part = range && /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const [start, end] = part ? [Number(part[1]), Math.min(Number(part[2]), size - 1)] : [0, size - 1];
    if (part && start > end) return send(416);
    if (part) response.setHeader("Content-Range", `bytes ${start}-${end}/${size}`);
    if (given !== undefined || (gzip && /text|json/.test(type) && file)) {
      const whole = Buffer.from(/** @type {Buffer} */ (given ?? readFileSync(/** @type {string} */ (file))));
      if (!part && gzip && /text|json/.test(type)) {
        response.setHeader("Content-Encoding", "gzip");
        const packed = zipped.get(name) ?? gzipSync(whole);
        zipped.set(name, packed);
        return send(200, packed);
      }
      return send(part ? 206 : 200, whole.subarray(start, end + 1));
    }
    log.push({ method: request.method ?? "", path: name, status: part ? 206 : 200 });
    response.writeHead(part ? 206 : 200, { "Content-Length": end - start + 1 });
    if (request.method === "HEAD" || size === 0) return response.end();
    return createReadStream(/** @type {string} */ (file), { start, end }).pipe(response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    log,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** @param {[string, string][]} mounts @param {string} name */
function fileOf(mounts, name) {
  for (const [prefix, folder] of mounts) {
    if (!name.startsWith(prefix)) continue;
    const file = path.join(folder, name.slice(prefix.length));
    const inside = !path.relative(folder, file).startsWith("..");
    if (inside && statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  }
  return null;
}
