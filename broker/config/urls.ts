// The form of URLs in the configuration. Audiences, issuers and origins are compared byte by byte, so each has one spelling:
// what is written must already be in normal form, and an error says what that form is.
import { isSecureUrl } from '../../shared/secure-url.ts';

/** What is wrong with an address of which only scheme, host and port may stand there; undefined where nothing is. */
export function originProblem(text: string): string | undefined {
  const url = parse(text);
  if (typeof url === 'string') return url;
  if (url.pathname !== '/')
    return `"${text}" has a path: only scheme, host and port may stand here; write ${url.origin}`;
  return text === url.origin ? undefined : notNormal(text, url.origin);
}

/** As `originProblem`, but a path is part of the name: GitHub Enterprise Server and enterprise issuers have one. */
export function issuerUrlProblem(text: string): string | undefined {
  const url = parse(text);
  if (typeof url === 'string') return url;
  const expected = url.origin + url.pathname.replace(/\/+$/, '');
  return text === expected ? undefined : notNormal(text, expected);
}

/** As `issuerUrlProblem`, but a slash at the end may be part of the name, as it is with some providers of OpenID Connect. */
export function oidcIssuerProblem(text: string): string | undefined {
  return issuerUrlProblem(text.replace(/([^/])\/$/, '$1'));
}

function parse(text: string): URL | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) {
    return `"${text}" is not an https address: write one like https://buildpass.example.com`;
  }
  // The value is not quoted here: it may carry a password.
  if (url.username !== '' || url.password !== '') return 'a user name or password must not stand in an address';
  if (/[?#]/.test(text))
    return `"${text}" has a query or a fragment: leave out what follows "${text.split(/[?#]/)[0]}"`;
  if (isSecureUrl(text)) return url;
  return `"${text}" is not encrypted: http is for a loopback host only; write ${text.replace(/^http:/i, 'https:')}`;
}

const notNormal = (text: string, expected: string): string => `"${text}" is not in normal form: write ${expected}`;
