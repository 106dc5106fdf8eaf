// What every HTTP request carries through the broker: an id that answers and log lines share.
import type { Request, RequestHandler } from 'express';
import { type Clock, type Entropy, newId } from '../clock.ts';

export interface RequestContext {
  readonly requestId: string;
}

const contexts = new WeakMap<Request, RequestContext>();

export function requestContext({ clock, entropy }: { clock: Clock; entropy: Entropy }): RequestHandler {
  return (request, _response, next) => {
    contexts.set(request, { requestId: newId('err', { entropy, now: clock.now() }) });
    next();
  };
}

export function contextOf(request: Request): RequestContext {
  return contexts.get(request) ?? { requestId: 'unknown' };
}

export const BODY_LIMIT = 64 * 1024;
