// Addresses as a configuration writes them: of proxies to believe, and of a listener.
import { isIP } from 'node:net';

/** `10.0.3.7`, `10.0.3.0/24`, `2001:db8::/32` */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Of `host:port`; the host of IPv6 stands in brackets. */
export function listenAddress(text: string): ListenAddress {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
