// @ts-check
/** Files that are gzipped, unless their host has decoded them already. */

/**
 * The bytes of a response, decoded where they start as gzip does. Never holds more than `limit` bytes.
 * @param {Response} response @param {number} limit what the file must have when decoded @returns {Promise<Uint8Array>}
 */
export async function gunzip(response, limit) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const out = new Uint8Array(limit);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out.subarray(0, at);
    if (at + value.length > limit) {
      await reader.cancel();
      throw new Error(`more than ${limit} bytes when decoded`);
    }
    out.set(value, at);
    at += value.length;
  }
}
