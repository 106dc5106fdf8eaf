// The steps of an issuance inside a transaction: redeem the grant, then one record for each thing that happened.

import { type Millis, newId } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { SealingKey } from '../keys/seal.ts';
import { type EntryFields, isoTime, requesterFields, subjectFields } from '../log/entry.ts';
import type { Credential, Grant, Revocation } from '../model.ts';
import type { CredentialProvider } from '../providers/provider.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Granted, IssueDeps, Issuing, Recorded } from './issuing.ts';

type StepDeps = Pick<IssueDeps, 'append' | 'policies' | 'answers' | 'entropy'>;

/**
 * Spends the grant, once, and only while the policy it was made under is in force and nothing suspends it.
 * @throws BrokerError ISSUANCE_IN_PROGRESS where the request was decided otherwise since
 */
export async function redeem(deps: StepDeps, tx: Transaction, { granted }: Issuing): Promise<boolean> {
  const { grant, setDigest } = granted;
  const inForce = await deps.policies(tx);
  if (inForce.digest !== setDigest || (await isPaused(tx, { granted }))) return false;
  if (!(await tx.grants.redeem({ id: grant.id, setDigest, now: tx.now }))) return false;
  // The request may have been refused since by another call: then it has no permit any more, and the grant stays unspent.
  if (!(await tx.requests.move(grant.requestId, { from: 'granted', to: 'issued', at: tx.now }))) throw grantGone();
  return true;
}

/** For whom it was asked, and whose run it is: as the decision has it, either of them may be paused. */
export async function isPaused(tx: Transaction, { granted }: Pick<Issuing, 'granted'>): Promise<boolean> {
  const { grant, requester } = granted;
  const { project, entitlement, subject } = grant;
  const hits = async (who: string | null): Promise<boolean> =>
    (await tx.suspensions.hitting({ project, entitlement, requester: who })) !== undefined;
  const actor = await tx.principals.find({ provider: subject.issuer, providerId: subject.actorId });
  return (await hits(requester)) || hits(actor ?? null);
}

/** The grant was spent or no longer stands: asking again finds out which. */
export function grantGone(): BrokerError {
  return new BrokerError(
    'ISSUANCE_IN_PROGRESS',
    'Something changed while this request was being answered. Ask again with the same request_secret.',
    { retryAfter: 1 },
  );
}

/** The row is open until there is an outcome; what is issued here has one in the same transaction. */
export async function recordStarted(
  deps: Pick<StepDeps, 'append'>,
  tx: Transaction,
  { granted, provider }: Pick<Issuing, 'granted' | 'provider'>,
): Promise<void> {
  const { grant } = granted;
  const open = provider.acts !== 'locally';
  await tx.issuances.insert({
    id: grant.issuanceId,
    request_id: grant.requestId,
    grant_id: grant.id,
    lease_id: grant.leaseId,
    kind: provider.kind,
    state: open ? 'started' : 'succeeded',
    started_at: tx.now,
    ended_at: open ? null : tx.now,
  });
  await deps.append(tx, {
    type: 'issuance.started',
    fields: {
      ...issuanceFields(granted),
      grant_id: grant.id,
      lease_id: grant.leaseId,
      policy_digest: grant.policyDigest,
      rule: grant.rule,
      run_id: grant.subject.runId,
      run_attempt: grant.subject.runAttempt,
    },
  });
}

/**
 * The lease ends when the credential does. Where it can be revoked that is when the policy says at the latest; where it can't, it is
 * when the other side says, since to call it ended before would be untrue (P8): issue-upstream.ts refused what lives too long.
 */
function endOfLease({ granted, provider, credential }: Ending): Millis | null {
  const { issuedAt, ttl } = granted.grant;
  const ours = ttl === 'never' ? null : (Math.floor(issuedAt / 1000) + ttl) * 1000;
  const theirs = credential.upstreamExpiresAt;
  if (revocationOf(provider, credential) !== 'immediate') return theirs;
  return ours === null || theirs === null ? (ours ?? theirs) : Math.min(ours, theirs);
}

/** What may be promised of this one credential. */
export const revocationOf = (provider: CredentialProvider, credential: Credential): Revocation =>
  credential.revocation ?? provider.revocation;

export async function recordSucceeded(
  deps: StepDeps,
  tx: Transaction,
  issued: Issuing & { credential: Credential; answerKey: SealingKey | undefined },
): Promise<Recorded> {
  const { granted, provider, credential, answerKey: key } = issued;
  const { grant } = granted;
  const endsAt = endOfLease(issued);
  await refuseWithdrawnKey(tx, credential);
  if (provider.acts !== 'locally') await closeSucceeded(tx, grant);
  await insertLease(deps, tx, { ...issued, state: 'live' });
  if (key !== undefined) await deps.answers.keep(tx, { requestId: grant.requestId, key, credential });
  const entry = await deps.append(tx, {
    type: 'issuance.succeeded',
    fields: succeededFields(issued),
    personal: requesterFields(grant.subject),
  });
  return { credential, entry, endsAt };
}

/** Of the copy that whoever asked may ask for again; undefined where nobody may, for want of a secret. */
export const answerKeyOf = (
  { answers }: Pick<StepDeps, 'answers'>,
  { granted, requestSecret }: Pick<Issuing, 'granted' | 'requestSecret'>,
): SealingKey | undefined =>
  requestSecret === undefined ? undefined : answers.keyOf({ requestId: granted.grant.requestId, requestSecret });

/**
 * It was signed before this transaction, and its key may have been found to have leaked since: then what ends the leases of that
 * key has been here already.
 */
async function refuseWithdrawnKey(tx: Transaction, { keyId }: Credential): Promise<void> {
  if (keyId === undefined) return;
  const state = await tx.signingKeys.stateOf(keyId);
  if (state !== 'current' && state !== 'previous') throw grantGone();
}

async function closeSucceeded(tx: Transaction, { issuanceId, requestId }: Grant): Promise<void> {
  // Closed by somebody else meanwhile (reconcile, after a time-out): the credential must not be handed out as well.
  if (!(await tx.issuances.close(issuanceId, 'succeeded', tx.now)))
    throw new Error(`issuance ${issuanceId} is closed already`);
  await tx.requests.setState(requestId, 'issued', tx.now);
}

export async function insertLease(
  deps: StepDeps,
  tx: Transaction,
  { granted, provider, credential, state }: Issuing & { credential: Credential; state: 'live' | 'withheld' },
): Promise<void> {
  const { leaseId, issuanceId, requestId } = granted.grant;
  const handle = credential.revocationHandle;
  await tx.leases.insert({
    id: leaseId,
    issuance_id: issuanceId,
    request_id: requestId,
    job_key: granted.jobKey,
    kind: provider.kind,
    state,
    revocation: revocationOf(provider, credential),
    issued_at: tx.now,
    ends_at: endOfLease({ granted, provider, credential }),
    upstream_expires_at: credential.upstreamExpiresAt,
    sealed_handle: handle === undefined ? null : deps.answers.sealHandle(handle, leaseId),
    key_id: credential.keyId ?? null,
    check_run_id: granted.grant.subject.checkRunId ?? null,
    revoked_at: null,
  });
}

function succeededFields({
  granted,
  provider,
  credential,
}: Issuing & { credential: Credential }): EntryFields<'issuance.succeeded'> {
  const { grant } = granted;
  return {
    ...issuanceFields(granted),
    ...subjectFields(grant.subject),
    lease_id: grant.leaseId,
    policy_digest: grant.policyDigest,
    rule: grant.rule,
    approvals: [...grant.approvals],
    invocation_id: grant.invocation,
    assurance: grant.assurance,
    ...(credential.keptAt === undefined
      ? { fingerprint: credential.accessToken.fingerprint() }
      : { kept_at: credential.keptAt }),
    provenance: credential.provenance,
    ...endFields({ granted, provider, credential }),
  };
}

/** How long a credential lives, whether anybody can end it before, and which key of ours it hangs on. */
export function endFields(ending: Ending) {
  return {
    key_id: ending.credential.keyId,
    revocation: revocationOf(ending.provider, ending.credential),
    ends_at: isoTimeOrNull(endOfLease(ending)),
    upstream_expires_at: isoTimeOrNull(ending.credential.upstreamExpiresAt),
  };
}

type Ending = Pick<Issuing, 'granted' | 'provider'> & { readonly credential: Credential };

/** The other side may still act on what it was asked shortly before. */
const AFTERWARDS_MS: Millis = 30_000;

/**
 * P8: nobody holds a credential whose outcome is unknown, so nobody can take it back: this is when it has died at the latest, if it
 * was made at all. Of what can be revoked, or lives as long as the other side likes, the TTL is ours, and its own longest life counts.
 */
export function mayLiveUntil(
  provider: Pick<CredentialProvider, 'lifetime' | 'lifetimeIsTheirs' | 'revocation'>,
  ttl: Grant['ttl'],
  madeBefore: Millis,
): string | null {
  if (ttl === 'never') return null;
  const { lifetime, lifetimeIsTheirs = false, revocation } = provider;
  const seconds = lifetimeIsTheirs || revocation === 'immediate' ? lifetime.max : ttl;
  return isoTime(madeBefore + seconds * 1000 + AFTERWARDS_MS);
}

/** A definite no of the other side, or an outcome that nobody knows: the request can be decided again, or is spent. */
export async function recordEnded(
  deps: StepDeps,
  tx: Transaction,
  end: Pick<Issuing, 'granted' | 'provider'> & { state: 'failed' | 'unknown'; reason: string },
): Promise<void> {
  const { granted, provider, state, reason } = end;
  if (!(await tx.issuances.close(granted.grant.issuanceId, state, tx.now))) return;
  await tx.requests.setState(granted.grant.requestId, state, tx.now);
  const fields = { ...issuanceFields(granted), reason };
  const may_live_until = mayLiveUntil(provider, granted.grant.ttl, tx.now);
  if (state === 'failed') await deps.append(tx, { type: 'issuance.failed', fields });
  else await deps.append(tx, { type: 'issuance.unknown', fields: { ...fields, may_live_until } });
}

/** Nothing of it gets into a log line, whoever writes one (P6). */
export function hideCredential(logger: Logger, { accessToken, values, revocationHandle }: Credential): void {
  for (const secret of [accessToken, ...Object.values(values)]) logger.hide(secret);
  if (revocationHandle !== undefined) logger.hide(revocationHandle);
}

/** Asks the outbox to revoke a lease until it succeeded. */
export async function queueRevocation(
  deps: Pick<StepDeps, 'entropy'>,
  tx: Transaction,
  leaseId: string,
): Promise<void> {
  await tx.outbox.put({
    id: newId('obx', deps.entropy, tx.now),
    kind: 'revoke',
    payload: leaseId,
    dueAt: tx.now,
  });
}

export const isoTimeOrNull = (at: Millis | null): string | null => (at === null ? null : isoTime(at));

/** What was asked for: every issuance and every lease hangs on its request. */
export async function askedFor(tx: Transaction, requestId: string) {
  const { project, entitlement } = (await tx.requests.find(requestId)) as RequestRow;
  return { request_id: requestId, project, entitlement };
}

export function issuanceFields({ grant, credential }: Granted) {
  const { requestId, project, entitlement, issuanceId } = grant;
  return { request_id: requestId, project, entitlement, issuance_id: issuanceId, kind: credential.kind };
}
