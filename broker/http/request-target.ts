// What a request is aimed at, in the one form that routes know.
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * The path and query of a request target: what proxies are sent (RFC 9112 §3.2.2) loses its origin, which decides nothing here.
 * @throws BrokerError REQUEST_MALFORMED for anything else
 */
export function originForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target;
  const rest = target.replace(ABSOLUTE_FORM, '');
  if (rest === target)
    throw new BrokerError('REQUEST_MALFORMED', `The request is aimed at ${quoted(target)}; a path was expected.`);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
