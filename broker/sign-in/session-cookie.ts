// The cookies of the broker. `__Host-` makes the browser refuse one that another host, another path or plain http has set; the
// demo and other brokers on loopback http do without, since there the browser would not keep it.
import type { IncomingMessage } from 'node:http';
import type { Seconds } from '../clock.ts';

export interface Cookie {
  readonly name: string;
  /** Undefined where there is none, or more than one: which of them is ours nobody could say. */
  read(request: IncomingMessage): string | undefined;
  /** The value of `Set-Cookie`. */
  set(value: string): string;
  clear(): string;
}

export interface Cookies {
  readonly session: Cookie;
  /** a sign-in under way */
  readonly attempt: Cookie;
}

const ATTEMPT_SECONDS: Seconds = 600;

export function createCookies(url: string): Cookies {
  const secure = url.startsWith('https:');
  return {
    session: cookie(secure ? '__Host-buildpass' : 'buildpass-session', secure),
    attempt: cookie(secure ? '__Host-buildpass-attempt' : 'buildpass-attempt', secure, ATTEMPT_SECONDS),
  };
}

function cookie(name: string, secure: boolean, maxAge?: Seconds): Cookie {
  // Lax: links from elsewhere, a provider's redirect among them, arrive signed in; what changes something has a guard of its own.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    name,
    read(request) {
      const values = (request.headers.cookie ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1));
      return values.length === 1 ? values[0] : undefined;
    },
    set: (value) => `${name}=${value}; ${attributes}${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  };
}
