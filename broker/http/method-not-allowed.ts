// 405 with the methods that would do (RFC 9110 §15.5.6).
import type { RequestHandler } from 'express';
import { BrokerError } from '../errors.ts';

export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed.join(', '));
    throw new BrokerError('METHOD_NOT_ALLOWED', `${request.method} does nothing here; use ${allowed.join(' or ')}.`);
  };
}
