// Issues what was permitted. The credential leaves only after the commit that has `issuance.succeeded`; where that fails, it is
// withheld, and revoked by the outbox (P1, P2). Another system is asked by issue-upstream.ts; what is signed here at once was issued
// with its decision (issue-now.ts) and never comes here; the rest is signed by a key that somebody else holds for us, and spends its
// grant after that.

import type { Receipt } from '../../shared/receipt.ts';
import type { Secret } from '../../shared/secret.ts';
import type { Clock, Entropy, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Append, Appended } from '../log/append.ts';
import { receiptOfNew } from '../log/prove.ts';
import type { RecentTree } from '../log/recent-tree.ts';
import type { Assurance, Credential, Grant } from '../model.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { CredentialProvider, Providers } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { within } from './deadline.ts';
import { issueUpstream } from './issue-upstream.ts';
import type { AnswerSealer } from './sealed-answer.ts';
import { answerKeyOf, grantGone, hideCredential, recordStarted, recordSucceeded, redeem } from './steps.ts';
import type { Withheld } from './withhold.ts';

export interface IssueDeps {
  readonly store: Store;
  readonly append: Append;
  /** the newest part of the log's tree: receipts of what was just issued come from it */
  readonly recent: RecentTree;
  readonly policies: InForce;
  readonly providers: Providers;
  readonly answers: AnswerSealer;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  /** credentials that nobody may get, by lease, until the store has that on record (withhold.ts) */
  readonly withheld: Map<string, Withheld>;
  /** how long a provider may take before its outcome counts as unknown */
  readonly providerTimeout: Millis;
}

/** A grant with what spending it needs. */
export interface Granted {
  readonly grant: Grant;
  readonly setDigest: string;
  readonly requester: string | null;
  readonly jobKey: string;
  readonly credential: { readonly kind: string; readonly parameters: unknown };
  /** how much of what the other side says the job may see (P7) */
  readonly disclosure: 'full' | 'codes';
}

/** What goes into the answer. Only http/send-token.ts reveals the secrets in it. */
export interface Issued {
  readonly credential: Pick<Credential, 'accessToken' | 'tokenType' | 'issuedTokenType' | 'values' | 'details'>;
  readonly scope: string;
  readonly requestId: string;
  readonly issuanceId: string;
  readonly leaseId: string;
  readonly assurance: Assurance;
  readonly endsAt: Millis | null;
  readonly receipt: Receipt;
}

/** A credential whose issuance is durable, and what the log says of it. */
export interface Recorded {
  readonly credential: Credential;
  readonly entry: Appended;
  readonly endsAt: Millis | null;
}

/** What both ways of issuing work with. */
export interface Issuing {
  readonly granted: Granted;
  readonly provider: CredentialProvider;
  readonly requestSecret: Secret | undefined;
}

/** A permit on record: its grant is to be spent, or is spent and its issuance on record as started. */
export interface ToIssue {
  readonly outcome: 'granted' | 'started';
  readonly granted: Granted;
}

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
