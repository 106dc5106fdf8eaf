// Issues what was permitted. The credential leaves only after the commit that has `issuance.succeeded`; where that fails, it is
// withheld, and revoked by the outbox (P1, P2). Another system is asked by issue-upstream.ts; what is signed here at once was issued
// with its decision (issue-now.ts) and never comes here; the rest is signed by a key that somebody else holds for us, and spends its
// grant after that.

import type { Secret } from '../../shared/secret.ts';
import { BrokerError } from '../errors.ts';
import { receiptOfNew } from '../log/prove.ts';
import type { Grant } from '../model.ts';
import { within } from './deadline.ts';
import { issueUpstream } from './issue-upstream.ts';
import type { IssueDeps, Issued, Issuing, Recorded, ToIssue } from './issuing.ts';
import { answerKeyOf, grantGone, hideCredential, recordStarted, recordSucceeded, redeem } from './steps.ts';

/**
 * Issues once for a permit.
 * @throws BrokerError ISSUANCE_IN_PROGRESS where the grant was spent or no longer stands: asking again finds out which
 */
export async function issue(
  deps: IssueDeps,
  { outcome, granted }: ToIssue,
  requestSecret: Secret | undefined,
): Promise<Issued> {
  const provider = deps.providers.get(granted.credential.kind);
  // The policy loader knows what is built; this is the last line of defence, not the place where users learn of it.
  if (provider === undefined)
    throw new BrokerError('PROVIDER_UNAVAILABLE', `This broker cannot issue "${granted.credential.kind}".`);
  const issuing = { granted, provider, requestSecret };
  const recorded = outcome === 'granted' ? await issueLocally(deps, issuing) : await issueUpstream(deps, issuing);
  return describeIssued(deps, granted.grant, recorded);
}

async function issueLocally(deps: IssueDeps, issuing: Issuing): Promise<Recorded> {
  const { granted, provider } = issuing;
  const { parameters } = granted.credential;
  const credential = await within(deps.providerTimeout, (signal) => provider.issue(granted.grant, parameters, signal));
  hideCredential(deps.logger, credential);
  const recorded = await deps.store.commit(async (tx) => {
    if (!(await redeem(deps, tx, issuing))) return undefined;
    await recordStarted(deps, tx, issuing);
    return recordSucceeded(deps, tx, { ...issuing, credential, answerKey: answerKeyOf(deps, issuing) });
  });
  if (recorded === undefined) throw grantGone();
  return recorded;
}

/** What the job is told of an issuance that is durable. */
export async function describeIssued(
  deps: Pick<IssueDeps, 'store' | 'recent'>,
  grant: Grant,
  { credential, entry, endsAt }: Recorded,
): Promise<Issued> {
  return {
    credential,
    scope: `${grant.project}/${grant.entitlement}`,
    requestId: grant.requestId,
    issuanceId: grant.issuanceId,
    leaseId: grant.leaseId,
    assurance: grant.assurance,
    endsAt,
    receipt: await receiptOfNew(deps, entry),
  };
}
