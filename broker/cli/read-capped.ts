// The text of an HTTP answer, unless it is larger than anything we expect: a hostile server must not fill our memory.

const MAX_BYTES = 256 * 1024;

/** @throws Error where the body is larger than 256 KiB */
export async function readCapped(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
