// The body of an HTTP answer, unless it is larger than anything we expect: a hostile server must not fill our memory.

/**
 * Counts what arrives, not what `content-length` says: it may be absent, wrong, or that of a compressed body.
 * @throws Error where the body is larger than `maxBytes`
 */
export async function readCapped(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, and with it the transfer.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
