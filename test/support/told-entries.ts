// Entries told to the verifier's replay one after the other, without a log around them, and what it says of them.
import type { Said } from '../../broker/verifier/check-entry.ts';
import { Replay } from '../../broker/verifier/replay.ts';

export type Told = readonly [type: string, fields: Said['fields']];

export const POLICY = 'a'.repeat(64);
export const ask = { request_id: 'req_1', project: 'shop', entitlement: 'deploy' };
export const issuance = { ...ask, issuance_id: 'iss_1', kind: 'jwt' };
export const lease = { ...ask, issuance_id: 'iss_1', lease_id: 'lse_1' };
export const AT = '2026-11-24T10:00:00.000Z';
export const ends = { revocation: 'at-expiry', ends_at: AT, upstream_expires_at: AT };

export const CHANGED: Told = [
  'policy.changed',
  { project: 'shop', file: 'shop.yaml', policy_digest: POLICY, previous_digest: null, set_digest: 'set' },
];
export const decided = {
  ...ask,
  issuer: 'github',
  repository_id: '1',
  policy_digest: POLICY,
  organization_digest: null,
};
export const permit = { ...decided, decision: 'permit', rule: 0, ttl: 600, grant_id: 'grt_1', grant_expires_at: AT };
export const PERMIT: Told = ['request.decided', permit];
export const started = { ...issuance, grant_id: 'grt_1', lease_id: 'lse_1', policy_digest: POLICY, rule: 0 };
export const STARTED: Told = ['issuance.started', started];
export const SUCCEEDED: Told = ['issuance.succeeded', { ...issuance, lease_id: 'lse_1', ...ends }];
export const ISSUED = [CHANGED, PERMIT, STARTED, SUCCEEDED];

/** What is said of the entries, each with an id of its own unless one is given. */
export function problemsOf(told: readonly Told[], ids: readonly string[] = []): string[] {
  const problems: string[] = [];
  const replay = new Replay({ isOurs: () => true, report: (problem) => problems.push(problem), isFirst: true });
  for (const [index, [type, fields]] of told.entries())
    replay.tell({
      index,
      id: ids[index] ?? `ent_${index}`,
      type,
      time: index,
      fields,
      commitments: {},
      opened: new Map(),
    });
  return problems;
}
