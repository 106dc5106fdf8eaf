// A broker that was asked to stop finishes what it began and begins nothing new: a job asks its successor instead.
import type { RequestHandler } from 'express';
import { BrokerError } from '../errors.ts';

export function refuseWhileStopping(accepting: () => boolean): RequestHandler {
  return (_request, _response, next) => {
    if (!accepting())
      throw new BrokerError('SHUTTING_DOWN', 'This broker is stopping. Ask again in a moment.', { retryAfter: 5 });
    next();
  };
}
