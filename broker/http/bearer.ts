// The bearer of `Authorization` (RFC 6750 §2.1).
import type { IncomingMessage } from 'node:http';
import { BrokerError } from '../errors.ts';

/** @throws BrokerError AUTHORIZATION_MISSING where there is none, or it is unreadable */
export function bearerOf({ headers }: IncomingMessage): string {
  const [, bearer] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer === undefined)
    throw new BrokerError(
      'AUTHORIZATION_MISSING',
      'Send a subject token or request_secret as `Authorization: Bearer …`.',
    );
  return bearer;
}
