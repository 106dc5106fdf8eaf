// `DELETE /v1/leases/{id}`: a job gives back what it got.
import { type Request, Router } from 'express';
import { type LeaseReturn, REQUEST_SECRET_FORM } from '../../shared/api.ts';
import { Secret } from '../../shared/secret.ts';
import { BrokerError } from '../errors.ts';
import { identify } from '../exchange.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { jobKey } from '../identity/github-claims.ts';
import { type LeaseHolder, returnLease } from '../issuance/leases.ts';
import { isoTimeOrNull } from '../issuance/steps.ts';
import { hashRequestSecret } from '../requests/ask-context.ts';
import { bearerOf } from './bearer.ts';
import { methodNotAllowed } from './method-not-allowed.ts';

export function leaseRoutes(deps: ExchangeDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.delete('/v1/leases/:id', async (request, response) => {
    const returned = await returnLease(deps, request.params.id, await holderOf(deps, request));
    if (returned === undefined) {
      response.status(204).end();
      return;
    }
    const body: LeaseReturn = {
      revocation: returned.revocation,
      upstream_expires_at: isoTimeOrNull(returned.upstreamExpiresAt),
    };
    response.json(body);
  });
  router.all('/v1/leases/:id', methodNotAllowed('DELETE'));
  return router;
}

/** A subject token is known by its two dots; it is used up. Anything else must be a request_secret. */
async function holderOf(deps: ExchangeDeps, request: Request): Promise<LeaseHolder> {
  const bearer = bearerOf(request);
  if (bearer.split('.').length === 3) return { jobKey: jobKey(await identify(deps, bearer)) };
  if (!REQUEST_SECRET_FORM.test(bearer))
    throw new BrokerError(
      'AUTHORIZATION_MISSING',
      'The bearer is neither a subject token nor a request_secret: send one of them, of the job that has the lease.',
    );
  return { requestSecretHash: hashRequestSecret(new Secret(bearer)) };
}
