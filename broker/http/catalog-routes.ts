// `GET /v1/catalog`: for a job what it may ask for, and what would be missing, verified, used up and counted like any other ask;
// for a person who is signed in, all that the policies in force offer.
import { type Request, Router } from 'express';
import { SCOPE_FORM } from '../../shared/api.ts';
import type { Catalog, PeopleCatalog } from '../../shared/catalog.ts';
import { BrokerError } from '../errors.ts';
import { inTurn } from '../exchange.ts';
import { quoted } from '../identity/refusal.ts';
import { catalogFor } from '../requests/catalog.ts';
import { withFacts } from '../requests/with-facts.ts';
import { bearerOf } from './bearer.ts';
import { catalogAnswer } from './catalog-answer.ts';
import type { ExplainRouteDeps } from './explain-routes.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { peopleCatalog } from './people-catalog.ts';
import { commandLineToken, type PersonDeps, personOf, personOrCommandLine } from './person.ts';
import { refuseWhileStopping } from './while-stopping.ts';

export type CatalogRouteDeps = ExplainRouteDeps & PersonDeps;

export function catalogRoutes(deps: CatalogRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/catalog')
    // A HEAD would use up a token for an answer that nobody sees.
    .head(methodNotAllowed('GET'))
    .get(async (request, response) => {
      refuseWhileStopping(deps.accepting);
      response.json((await isPerson(deps, request)) ? await catalogForPerson(deps) : await catalogOf(deps, request));
    })
    .all(methodNotAllowed('GET'));
  return router;
}

/** A job comes with its token; whoever comes with nothing is told of the token, as ever. */
async function isPerson(deps: CatalogRouteDeps, request: Request): Promise<boolean> {
  if (commandLineToken(request) !== undefined) await personOrCommandLine(deps, request, personOf);
  else if (request.headers.authorization !== undefined || (await deps.people.signedIn(request)) === undefined)
    return false;
  return true;
}

const catalogForPerson = (deps: CatalogRouteDeps): Promise<PeopleCatalog> =>
  deps.store.read(async (tx) => peopleCatalog(await deps.policies(tx)));

async function catalogOf(deps: ExplainRouteDeps, request: Request): Promise<Catalog> {
  // Before the token is used up: a mistyped address should not cost one.
  const after = afterOf(request.query['after']);
  return inTurn(deps, bearerOf(request), async ({ subject, token, leave }) => {
    await token.useUp();
    const { page, now } = await withFacts({ askFacts: deps.askFacts, subject, leave }, (facts) =>
      deps.store.read(async (tx) => {
        const page = await catalogFor(deps, tx, { subject, after, facts });
        return 'needed' in page ? page : { answer: { page, now: tx.now } };
      }),
    );
    return catalogAnswer(page, subject, now);
  });
}

function afterOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && SCOPE_FORM.test(value)) return value;
  const given = typeof value === 'string' ? quoted(value) : 'several';
  throw new BrokerError(
    'PARAMETER_INVALID',
    `The parameter "after" must be one project/entitlement, the \`next\` of the page before, not ${given}.`,
  );
}
