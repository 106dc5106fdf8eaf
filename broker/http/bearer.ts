// The bearer of `Authorization` (RFC 6750 §2.1).
import type { Request } from 'express';
import { BrokerError } from '../errors.ts';

/** @throws BrokerError AUTHORIZATION_MISSING where there is none, or it is unreadable */
export function bearerOf(request: Request): string {
  const [, bearer] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(request.get('authorization') ?? '') ?? [];
  if (bearer === undefined)
    throw new BrokerError(
      'AUTHORIZATION_MISSING',
      'Send a subject token or request_secret as `Authorization: Bearer …`.',
    );
  return bearer;
}
