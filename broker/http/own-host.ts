// Whether a browser means this broker: by the name it asked for, and by the page that made it ask.
// Whoever gets a browser to know this address by a name of theirs (DNS rebinding, T50) gets nothing to read.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { BrokerError } from '../errors.ts';

/** Pages answer only on the host of `url`. */
export function onlyOnHost(url: string): RequestHandler {
  const { host } = new URL(url);
  return (request, _response, next) => {
    if (request.get('host')?.toLowerCase() !== host) throw elsewhere(url);
    next();
  };
}

/** The demo answers nothing else at all, nor to pages of another origin: whatever runs in a browser here could ask it. */
export function isFromHere(url: string): (request: IncomingMessage) => boolean {
  const { host, origin } = new URL(url);
  return ({ headers }) =>
    headers.host?.toLowerCase() === host && (headers.origin === undefined || headers.origin === origin);
}

export const elsewhere = (url: string): BrokerError => new BrokerError('NOT_FOUND', `Pages are at ${url} only.`);
