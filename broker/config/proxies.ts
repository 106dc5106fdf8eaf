// The proxies that the environment names for what the broker asks of others: the usual variables, in either spelling.
import { StartRefused } from '../errors.ts';
import type { Proxies } from '../upstream/fetch.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ADDRESSES = ['https_proxy', 'HTTPS_PROXY'] as const;
const EXCEPTIONS = ['no_proxy', 'NO_PROXY'] as const;

/**
 * Only what counts: the broker asks nobody over http but itself, and that directly.
 * @throws StartRefused for an address that is none: connections would silently go another way, or nowhere
 */
export function readProxies(environment: Environment): Proxies {
  for (const name of ADDRESSES) {
    const value = environment[name] ?? '';
    // Not quoted: it may carry a password.
    if (value !== '' && !isProxyAddress(value))
      throw new StartRefused(
        `${name} is not the address of a proxy: write one like http://proxy.internal:3128, or unset it`,
      );
  }
  const named = [...ADDRESSES, ...EXCEPTIONS].filter((name) => (environment[name] ?? '') !== '');
  return Object.fromEntries(named.map((name) => [name, environment[name]]));
}

function isProxyAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  // As it is sent: decoded. What cannot be decoded would only fail when somebody is asked.
  return /^(?:[^%]|%[0-9a-f]{2})*$/i.test(url.username + url.password);
}

/** Passwords in the addresses of proxies, as they are and as they are written there. */
export function proxyPasswords(proxies: Proxies): string[] {
  const written = ADDRESSES.flatMap((name) => URL.parse(proxies[name] ?? '')?.password ?? []).filter(
    (password) => password !== '',
  );
  return [...new Set(written.flatMap((password) => [password, decodeURIComponent(password)]))];
}
