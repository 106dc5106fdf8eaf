// Reads the body of a request: whole, as the bytes that came, and never more than the limit. How long it may take is the
// server's business (http-server.ts).
import type { IncomingMessage } from 'node:http';
import { BrokerError } from '../errors.ts';

const BODY_LIMIT = 64 * 1024;
/** A connection that closes on unread bytes would lose the answer on its way, so this much more is read and thrown away. */
const DISCARDED_AT_MOST = 1024 * 1024;

/** @throws BrokerError BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED for a Content-Encoding, PARAMETER_INVALID where it breaks off */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'];
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      else if (size > BODY_LIMIT + DISCARDED_AT_MOST) reject(tooLarge());
    });
    request.on('end', () => {
      if (size > BODY_LIMIT) reject(tooLarge());
      // Never unpacked: a few bytes could become gigabytes (T52).
      else if (encoding !== undefined && encoding !== 'identity') reject(encoded());
      else resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', (cause) =>
      reject(new BrokerError('PARAMETER_INVALID', 'The request body broke off.', { cause })),
    );
  });
}

const tooLarge = (): BrokerError =>
  new BrokerError('BODY_TOO_LARGE', 'The request body is larger than 64 KiB: send less.');
const encoded = (): BrokerError =>
  new BrokerError('CONTENT_TYPE_UNSUPPORTED', 'The body must come as it is, without a Content-Encoding.');
