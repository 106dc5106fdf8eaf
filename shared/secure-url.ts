// Which addresses are safe to send a secret to, or to take keys from. One rule for action and broker.

/** https, or http that never leaves this machine; no user name or password in it. */
export const isSecureUrl = (text: string): boolean => secureUrl(text) !== undefined;

/** The same, parsed; undefined where it is not. */
export function secureUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)) ? url : undefined;
}

const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
