// What must hold of any request before a route looks at it: aimed at a path, for one host, no header that could be read in two
// ways. What stands between us and the caller may have read the other one (request smuggling, T51).
import type { IncomingMessage } from 'node:http';
import { BrokerError } from '../errors.ts';
import { quoted } from '../identity/refusal.ts';

const MAX_HEADERS = 100;
/** Of these Node keeps the first and drops the others in silence. */
const ONCE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type', 'content-encoding', 'origin']);
const LENGTHS: ReadonlySet<number> = new Set([...ONCE].map((name) => name.length));

/** @throws BrokerError REQUEST_MALFORMED, HEADERS_TOO_LARGE */
export function checkForm(request: IncomingMessage): void {
  const { rawHeaders, httpVersion, headers } = request;
  if (rawHeaders.length > 2 * MAX_HEADERS)
    throw new BrokerError('HEADERS_TOO_LARGE', `The request has more than ${MAX_HEADERS} headers.`);
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw malformed(`HTTP/${httpVersion} is not spoken here.`);
  if (headers.host === undefined && httpVersion === '1.1') throw malformed('The header "Host" is missing.');
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    // Nearly every name is told apart by its length alone.
    if (LENGTHS.has(name.length)) refuseTwice(name.toLowerCase(), seen);
  }
}

function refuseTwice(name: string, seen: Set<string>): void {
  if (!ONCE.has(name)) return;
  if (seen.has(name)) throw malformed(`The header ${quoted(name)} is there twice; it may be given once.`);
  seen.add(name);
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * The path and query of a request target: what proxies are sent (RFC 9112 §3.2.2) loses its origin, which decides nothing here.
 * @throws BrokerError REQUEST_MALFORMED for anything else
 */
export function originForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target;
  const rest = target.replace(ABSOLUTE_FORM, '');
  if (rest === target) throw malformed(`The request is aimed at ${quoted(target)}; a path was expected.`);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

const malformed = (message: string): BrokerError => new BrokerError('REQUEST_MALFORMED', message);
