// What an access token of Entra says of itself, where it is a JWT: for whom, of which tenant and app, until when. Its signature is not
// ours to check (it came from Entra over TLS, and only its resource has the means); what it says is compared with what was asked.
import { decodeJwt } from 'jose';
import { z } from 'zod';

export interface AzureAppParameters {
  readonly tenant: string;
  readonly 'client-id': string;
  readonly scope: string;
}

const anything = z.unknown().optional();
const token = z.object({
  ...{ aud: anything, tid: anything },
  /** the app, in tokens of version 1.0 and of version 2.0 */
  ...{ appid: anything, azp: anything },
  // A time that is none must not count as no time (P3).
  exp: z.number().optional().catch(Number.NaN),
  uti: anything,
});

export type AzureToken = z.infer<typeof token>;

/** Undefined where it is opaque: some resources have forms of their own, encrypted ones too. */
export function claimsOf(accessToken: string): AzureToken | undefined {
  try {
    return token.parse(decodeJwt(accessToken));
  } catch {
    return undefined;
  }
}

/** What differs from what was asked for, as the end of a sentence. What is not said cannot be compared. */
export function differenceOf(claims: AzureToken | undefined, asked: AzureAppParameters): string | undefined {
  if (claims === undefined) return undefined;
  const { aud, tid, appid, azp } = claims;
  const client = asked['client-id'];
  const wrong = [
    tid !== undefined && tid !== asked.tenant && 'of another tenant',
    [appid, azp].some((one) => one !== undefined && one !== client) && 'of another app',
    aud !== undefined && !isFor(aud, asked.scope) && 'for another resource',
  ].filter((one) => one !== false);
  return wrong.length === 0 ? undefined : `the token that Entra gave is ${wrong.join(' and ')}`;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The resource as the scope names it or, in version 2.0 and for some in 1.0, its own client id, which the scope does not say. */
const isFor = (aud: unknown, scope: string): boolean =>
  typeof aud === 'string' && (GUID.test(aud) || bare(aud) === bare(scope.replace(/\.default$/, '')));

const bare = (uri: string): string => uri.replace(/\/+$/, '');

/** By which Entra's sign-in logs have the token: its own id, or that of the request. */
export const idOf = (claims: AzureToken | undefined, requestId: unknown): string | undefined =>
  [claims?.uti, requestId].find((one): one is string => typeof one === 'string' && /^[\w-]{1,64}$/.test(one));
