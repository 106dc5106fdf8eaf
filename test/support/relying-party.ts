// A service of one's own that takes `jwt` credentials: it knows the issuer's address, its own audience and who may do what, and learns the
// rest by discovery, as docs/providers/jwt.md tells it to.
import { verifyByDiscovery } from './issuer-site.ts';
import { type MoodyServer, type Reply, startMoodyServer } from './moody-server.ts';

interface RelyingPartyOptions {
  readonly issuer: string;
  readonly audience: string;
  /** path → the subjects that may POST to it */
  readonly may: Readonly<Record<string, readonly string[]>>;
}

export function startRelyingParty({ issuer, audience, may }: RelyingPartyOptions): Promise<MoodyServer> {
  return startMoodyServer(async ({ path, headers }): Promise<Reply> => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
    const verified = await verifyByDiscovery(token, issuer, { audience, typ: 'at+jwt' }).catch((error: Error) => error);
    if (verified instanceof Error)
      return { status: 401, body: { error: 'invalid_token', error_description: verified.message } };
    const { sub = '', jti, repository_id: repository } = verified.payload;
    if (may[path]?.includes(sub) !== true) return { status: 403, body: { error: 'insufficient_scope', sub } };
    return { status: 200, body: { done: path, by: sub, issuance: jti, repository } };
  });
}
