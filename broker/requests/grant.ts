// Grants: made by a permit, spent by issuing. A grant lives about a minute, so that a crash between the two leaves nothing.
import { newId } from '../clock.ts';
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { Granted } from '../issuance/issuing.ts';
import type { Grant, Permit } from '../model.ts';
import { disclosure } from '../policy/explain.ts';
import type { GrantRow } from '../store/grants.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import type { AskContext } from './ask-context.ts';

const GRANT_LIFETIME_MS = 60_000;

interface GrantParts {
  readonly request: RequestRow;
  readonly context: AskContext;
  readonly permit: Permit;
}

/** A new grant, which is not on record yet. */
export function newGrant(
  deps: Pick<ExchangeDeps, 'entropy'>,
  tx: Transaction,
  { request, context, permit }: GrantParts,
): GrantRow {
  return {
    id: newId('grt', deps.entropy, tx.now),
    request_id: request.id,
    issuance_id: newId('iss', deps.entropy, tx.now),
    lease_id: newId('lse', deps.entropy, tx.now),
    rule: permit.rule,
    ttl: permit.ttl === 'never' ? null : permit.ttl,
    policy_digest: permit.project.digest,
    set_digest: context.policies.digest,
    made_at: tx.now,
    expires_at: tx.now + GRANT_LIFETIME_MS,
    redeemed_at: null,
    ended_by: null,
  };
}

export async function saveGrant(tx: Transaction, { known }: AskContext, row: GrantRow): Promise<void> {
  // A request that was just made has no other.
  await (known === undefined ? tx.grants.insert(row) : tx.grants.replace(row));
}

/**
 * The grant that an earlier call left unspent, where it still stands under the policy in force and for the same rule. Only what is
 * signed here leaves one: before another system is asked, its grant is spent.
 */
export async function grantedBy(
  { providers }: Pick<ExchangeDeps, 'providers'>,
  tx: Transaction,
  parts: GrantParts,
): Promise<Granted | undefined> {
  if (providers.get(parts.permit.entitlement.credential.kind)?.acts !== 'locally') return undefined;
  const row = await tx.grants.latestOf(parts.request.id);
  const stands =
    row !== undefined &&
    row.redeemed_at === null &&
    row.ended_by === null &&
    row.expires_at > tx.now &&
    row.set_digest === parts.context.policies.digest &&
    row.rule === parts.permit.rule;
  return stands ? grantedAs(tx, row, parts) : undefined;
}

/** An invocation is none of its approvals. */
export function standsOn({ approved }: Permit): Pick<Grant, 'approvals' | 'invocation'> {
  if (approved === undefined) return { approvals: [] };
  const { id, invocation } = approved;
  return invocation === undefined ? { approvals: [id] } : { approvals: [], invocation };
}

/** The grant of a row, with what spending it needs. */
export function grantedAs(tx: Transaction, row: GrantRow, { request, context, permit }: GrantParts): Granted {
  const { project, entitlement } = permit;
  return {
    setDigest: row.set_digest,
    requester: request.requester,
    jobKey: request.job_key,
    credential: entitlement.credential,
    disclosure: disclosure(permit, context.subject) === 'full' ? 'full' : 'codes',
    grant: {
      id: row.id,
      issuanceId: row.issuance_id,
      leaseId: row.lease_id,
      requestId: request.id,
      subject: context.subject,
      project: project.name,
      entitlement: entitlement.name,
      rule: row.rule,
      policyDigest: row.policy_digest,
      ttl: row.ttl ?? 'never',
      assurance: permit.approved?.assurance ?? 'automated',
      ...standsOn(permit),
      approvedBy: permit.approved?.by ?? [],
      issuedAt: tx.now,
    },
  };
}
