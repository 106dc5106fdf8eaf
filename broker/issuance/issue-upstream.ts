// Issuing through another system: the one step that leaves the broker. `started` is durable before it, an outcome after it.
// A crash or a time-out in between leaves an open issuance, which reconcile closes as unknown.
import { BrokerError } from '../errors.ts';
import type { Credential } from '../model.ts';
import { UpstreamRefused } from '../providers/provider.ts';
import type { IssueDeps, Issuing } from './issue.ts';
import { endOfLease, grantGone, recordEnded, recordStarted, recordSucceeded, redeem } from './steps.ts';

const RETRY_AFTER_SECONDS = 5;

export async function issueUpstream(deps: IssueDeps, issuing: Issuing): Promise<Credential> {
  const spent = await deps.store.commit(async (tx) => {
    if (!(await redeem(deps, tx, issuing.granted))) return false;
    await recordStarted(deps, tx, issuing);
    return true;
  });
  if (!spent) throw grantGone();
  // Point of no return: from here on the other side may have acted, whatever happens to us.
  const credential = await askProvider(deps, issuing);
  deps.logger.hide(credential.accessToken);
  const excess = excessOf(issuing, credential);
  if (excess !== undefined)
    return withhold(deps, issuing, { credential, cause: new Error(excess), code: 'UPSTREAM_FAILED' });
  try {
    await deps.store.commit((tx) => recordSucceeded(deps, tx, { ...issuing, credential }));
  } catch (cause) {
    return withhold(deps, issuing, { credential, cause, code: 'STORE_UNAVAILABLE' });
  }
  return credential;
}

async function askProvider(deps: IssueDeps, issuing: Issuing): Promise<Credential> {
  const { granted, provider } = issuing;
  const signal = AbortSignal.timeout(deps.providerTimeout);
  const answer = provider.issue(granted.grant, granted.credential.parameters, signal);
  try {
    return await Promise.race([answer, rejectOn(signal)]);
  } catch (cause) {
    const state = cause instanceof UpstreamRefused ? 'failed' : 'unknown';
    const reason = state === 'failed' ? 'the other side refused' : 'the other side gave no clear answer';
    await deps.store.commit((tx) => recordEnded(deps, tx, { granted, state, reason }));
    if (state === 'unknown') revokeLateAnswer(deps, issuing, answer);
    const message =
      state === 'failed'
        ? `The system that issues this credential refused: ${(cause as Error).message}`
        : 'The system that issues this credential gave no clear answer in time. Nothing was handed out.';
    throw new BrokerError('UPSTREAM_FAILED', message, { cause, retryAfter: RETRY_AFTER_SECONDS });
  }
}

/** An answer that comes after its time-out was given up: what it carries was never handed out, and goes back. */
function revokeLateAnswer(deps: IssueDeps, issuing: Issuing, answer: Promise<Credential>): void {
  answer.then(
    (credential) => revokeUnused(deps, issuing, credential),
    () => undefined, // it failed as well: nothing to give back
  );
}

/** P3: what the other side granted is never longer-lived than asked, unless we can end it ourselves. */
function excessOf({ granted, provider }: Issuing, credential: Credential): string | undefined {
  const theirs = credential.upstreamExpiresAt;
  const { ttl } = granted.grant;
  if (ttl === 'never' || provider.revocation === 'immediate') return undefined;
  const ours = endOfLease(granted, { ...credential, upstreamExpiresAt: null });
  return theirs === null || theirs > (ours ?? 0)
    ? 'the other side granted a longer life than the policy allows'
    : undefined;
}

/** Gives the credential back and says so; it is in nobody's hands but the other side's and ours. */
async function withhold(
  deps: IssueDeps,
  issuing: Issuing,
  why: { credential: Credential; cause: unknown; code: 'UPSTREAM_FAILED' | 'STORE_UNAVAILABLE' },
): Promise<never> {
  const { granted } = issuing;
  await revokeUnused(deps, issuing, why.credential);
  await deps.store
    .commit(async (tx) => {
      await recordEnded(deps, tx, { granted, state: 'unknown', reason: 'withheld: the credential was not handed out' });
      // Where the failed commit happened after all, the lease is there and its sealed copy must not be opened any more.
      await tx.leases.end(granted.grant.leaseId, 'revoked');
      await tx.sealedAnswers.delete(granted.grant.requestId);
    })
    .catch(() => undefined); // reconcile closes it when the store is back
  throw new BrokerError(
    why.code,
    'The credential could not be put on record, so it was withheld. Ask again with a new request_secret.',
    { cause: why.cause, retryAfter: RETRY_AFTER_SECONDS },
  );
}

async function revokeUnused(deps: IssueDeps, { granted, provider }: Issuing, credential: Credential): Promise<void> {
  const { leaseId: id, issuanceId } = granted.grant;
  const lease = {
    id,
    issuanceId,
    kind: provider.kind,
    endsAt: null,
    upstreamExpiresAt: credential.upstreamExpiresAt,
    revocationHandle: credential.revocationHandle,
  };
  try {
    await provider.revoke?.(lease, AbortSignal.timeout(deps.providerTimeout));
  } catch (error) {
    deps.logger.error('a credential that was never handed out could not be revoked upstream', {
      issuance_id: issuanceId,
      kind: provider.kind,
      error,
    });
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
