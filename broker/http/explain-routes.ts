// `POST /v1/explain`: what the answer to an ask would be.
import { type Request, Router } from 'express';
import type { Explanation } from '../../shared/api.ts';
import { inTurn } from '../exchange.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import { disclosure, explain } from '../policy/explain.ts';
import { decisionFor, missingFacts, readContext } from '../requests/ask-context.ts';
import { withFacts } from '../requests/with-facts.ts';
import { bearerOf } from './bearer.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { readBody } from './read-body.ts';
import { parseAsk, parseForm } from './token-request.ts';
import { codesOf } from './token-route.ts';
import { refuseWhileStopping } from './while-stopping.ts';

export interface ExplainRouteDeps extends ExchangeDeps {
  /** false from the moment a shutdown began */
  readonly accepting: () => boolean;
}

export function explainRoutes(deps: ExplainRouteDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router
    .route('/v1/explain')
    .post(async (request, response) => {
      refuseWhileStopping(deps.accepting);
      response.json(await explainAsk(deps, request));
    })
    .all(methodNotAllowed('POST'));
  return router;
}

/** The decision without asking: nothing is issued, nothing is appended; the subject token is used up all the same. */
async function explainAsk(deps: ExplainRouteDeps, request: Request): Promise<Explanation> {
  const body = await readBody(request);
  const subjectToken = bearerOf(request);
  const ask = parseAsk(parseForm(request.headers['content-type'], body));
  return inTurn(deps, subjectToken, async ({ subject, token, leave }) => {
    await token.useUp();
    const decision = await withFacts({ askFacts: deps.askFacts, subject, leave }, (facts) =>
      deps.store.read(async (tx) => {
        const context = await readContext(deps, tx, { subject, request: ask, facts });
        const needed = missingFacts(tx, context);
        return needed === undefined ? { answer: await decisionFor(tx, context) } : { needed };
      }),
    );
    if (decision.outcome === 'stranger') return { decision: 'deny', reasons: [] };
    const { decision: outcome, reasons } = explain(decision);
    return { decision: outcome, reasons: disclosure(decision, subject) === 'full' ? [...reasons] : codesOf(reasons) };
  });
}
