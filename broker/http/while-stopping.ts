// A broker that was asked to stop finishes what it began and begins nothing new: a job asks its successor instead.
import { BrokerError } from '../errors.ts';

/** @throws BrokerError SHUTTING_DOWN from the moment a stop began */
export function refuseWhileStopping(accepting: () => boolean): void {
  if (!accepting())
    throw new BrokerError('SHUTTING_DOWN', 'This broker is stopping. Ask again in a moment.', { retryAfter: 5 });
}
