// `POST /oauth/introspect` (RFC 7662) and `POST /oauth/revoke` (RFC 7009), for access tokens of the `jwt` kind; a command line ends its
// own login by the second too.
import { type Request, Router } from 'express';
import { BrokerError } from '../errors.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { endOwnToken, introspect, type OwnTokenDeps } from '../issuance/own-tokens.ts';
import { endByToken, isCommandLineToken } from '../sign-in/command-lines.ts';
import type { People } from '../sign-in/people.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { readBody } from './read-body.ts';
import { type Refuse, refusing } from './refuse.ts';
import { parseForm } from './token-request.ts';

/** The audience of a relying party; undefined for a wrong secret and for nobody. */
export type AudienceOfParty = (name: string, secret: string) => string | undefined;

export interface OauthRouteDeps extends ExchangeDeps, OwnTokenDeps {
  readonly store: ExchangeDeps['store'];
  readonly audienceOfParty: AudienceOfParty;
  readonly people: People;
  readonly refuse: Refuse;
}

export function oauthRoutes(deps: OauthRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/oauth/introspect')
    .post(async (request, response) => {
      const audience = audienceOf(deps, request);
      const claims = await introspect(deps, await tokenOf(request), audience);
      response.json(claims === undefined ? { active: false } : { ...claims, active: true, token_type: 'Bearer' });
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/oauth/revoke')
    .post(async (request, response) => {
      const token = await tokenOf(request);
      await (isCommandLineToken(token) ? endByToken(deps, token) : endOwnToken(deps, token));
      response.status(200).end();
    })
    .all(methodNotAllowed('POST'));
  router.use('/oauth', refusing('oauth', deps.refuse));
  return router;
}

async function tokenOf(request: Request): Promise<string> {
  const token = parseForm(request.headers['content-type'], await readBody(request)).get('token');
  if (token === undefined) throw new BrokerError('PARAMETER_INVALID', 'The parameter "token" is missing.');
  return token;
}

/**
 * HTTP Basic with the name and the secret of the configuration, percent-encoded as RFC 6749 §2.3.1 has it.
 * @throws BrokerError CLIENT_UNKNOWN
 */
function audienceOf({ audienceOfParty }: OauthRouteDeps, { headers }: Request): string {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '') ?? [];
  const [name = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const given = secret.join(':');
  // Many a client sends both as they are, and a secret in base64 may hold a `+`.
  const audience = audienceOfParty(decoded(name), decoded(given)) ?? audienceOfParty(name, given);
  if (audience !== undefined) return audience;
  throw new BrokerError(
    'CLIENT_UNKNOWN',
    'Send the name and the secret of a relying party of the configuration as `Authorization: Basic …`.',
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
