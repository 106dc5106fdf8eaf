// Logins of a command line that wait for a person (RFC 8628): who asks gets a device code, which only it has, and a user code,
// which a person types into a page of ours. They are in memory alone and few at most, so that nobody can grow the store by
// beginning; a restart forgets them, and whoever waits begins again. A device code is kept by its hash.
import { readShortCode, shortCode } from '../../shared/short-code.ts';
import type { Clock, Entropy, Millis, Seconds } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { hashToken } from './proofs.ts';
import { newToken } from './sessions.ts';

export interface WaitingLogin {
  readonly userCode: string;
  readonly askedAt: Millis;
  readonly expiresAt: Millis;
  /** the address that it came from, where that says anything */
  readonly from: string | undefined;
}

export interface BegunLogin extends WaitingLogin {
  readonly deviceCode: string;
  /** how long to wait between two polls */
  readonly interval: Seconds;
}

export type Polled =
  | { readonly outcome: 'pending' | 'refused' | 'over' }
  | { readonly outcome: 'slow-down'; readonly interval: Seconds }
  /** once: the code is spent */
  | { readonly outcome: 'allowed'; readonly by: Allowed };

/** Who allowed a login: the person of this session of a browser, and how they had just shown who they are. */
export interface Allowed {
  readonly session: string;
  readonly stepUp: 'passkey' | 'provider' | undefined;
}

export interface DeviceLogins {
  /** @throws BrokerError OVERLOADED while too many wait */
  begin(from: string | undefined): BegunLogin;
  /** @throws BrokerError USER_CODE_UNKNOWN for a code that is wrong, over or decided already */
  find(userCode: string): WaitingLogin;
  /** @throws BrokerError USER_CODE_UNKNOWN as `find` */
  decide(userCode: string, decision: 'refused' | Allowed): void;
  poll(deviceCode: string): Polled;
}

interface Login extends WaitingLogin {
  interval: Seconds;
  polledAt: Millis | undefined;
  decided: 'refused' | Allowed | undefined;
}

const LONGEST_MS: Millis = 10 * 60_000;
const INTERVAL: Seconds = 3;
/** RFC 8628 §3.5 */
const SLOWER_BY: Seconds = 5;
const MOST_AT_ONCE = 1_000;
const CODE_BYTES = 8;

export function createDeviceLogins({ clock, entropy }: { clock: Clock; entropy: Entropy }): DeviceLogins {
  const logins = new Map<string, Login>();
  const waiting = (typed: string): Login => {
    const userCode = readShortCode(typed);
    const found = [...logins.values()].find((login) => login.userCode === userCode);
    if (found === undefined || found.decided !== undefined || found.expiresAt <= clock.now()) throw unknownCode();
    return found;
  };
  return {
    begin(from) {
      const now = clock.now();
      for (const [key, { expiresAt }] of logins) if (expiresAt <= now) logins.delete(key);
      const [deviceCode, userCode] = [newToken(entropy), shortCode(entropy.bytes(CODE_BYTES))];
      // Two of one code, and a person could let in the other: as good as never, and then whoever asks asks again.
      const isTaken = [...logins.values()].some((login) => login.userCode === userCode);
      if (logins.size >= MOST_AT_ONCE || isTaken) throw tooMany();
      const login = { userCode, from, askedAt: now, expiresAt: now + LONGEST_MS, interval: INTERVAL };
      logins.set(hashToken(deviceCode), { ...login, polledAt: undefined, decided: undefined });
      return { ...login, deviceCode };
    },
    find: waiting,
    decide(userCode, decision) {
      waiting(userCode).decided = decision;
    },
    poll(deviceCode) {
      const key = hashToken(deviceCode);
      const login = logins.get(key);
      if (login === undefined || login.expiresAt <= clock.now()) return { outcome: 'over' };
      if (login.decided === undefined) return polledTooSoon(login, clock.now());
      // Before anything is made of it: of two that poll at once with a code that was stolen, one gets nothing, and says so.
      logins.delete(key);
      return login.decided === 'refused' ? { outcome: 'refused' } : { outcome: 'allowed', by: login.decided };
    },
  };
}

function polledTooSoon(login: Login, now: Millis): Polled {
  const soon = login.polledAt !== undefined && now - login.polledAt < login.interval * 1000;
  login.polledAt = now;
  if (!soon) return { outcome: 'pending' };
  login.interval += SLOWER_BY;
  return { outcome: 'slow-down', interval: login.interval };
}

const unknownCode = (): BrokerError =>
  new BrokerError(
    'USER_CODE_UNKNOWN',
    'No command line waits with this code: it is another one, its ten minutes are over, or it was decided already.',
  );

const tooMany = (): BrokerError =>
  new BrokerError('OVERLOADED', 'Too many command lines wait to be logged in. Ask again in a minute.', {
    retryAfter: 60,
  });
