// A real store in memory with requests in it: rows and log entries as the broker writes them, with whatever a test wants to be
// different.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { newId, systemEntropy } from '../../../../broker/clock.ts';
import { createAppend } from '../../../../broker/log/append.ts';
import { createCheckpointer } from '../../../../broker/log/checkpointer.ts';
import { isoTime, subjectFields } from '../../../../broker/log/entry.ts';
import type { Reason, Revocation, Subject } from '../../../../broker/model.ts';
import type { LeaseRow } from '../../../../broker/store/leases.ts';
import type { RequestRow } from '../../../../broker/store/requests.ts';
import { openSqliteStore } from '../../../../broker/store/sqlite.ts';
import type { Store } from '../../../../broker/store/store.ts';
import { buildSubject } from '../../../support/build-subject.ts';
import { signedBy } from '../../../support/log-signer.ts';

/** 2026-11-22, noon in UTC: when every page of these tests is read. */
export const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const DIGEST = createHash('sha256').update('policy').digest('hex');
const FINGERPRINT = createHash('sha256').update('credential').digest('hex');

export const WRONG_BRANCH: Reason = {
  code: 'POLICY_NO_MATCH',
  rule: 0,
  condition: 'branch',
  expected: 'main',
  got: 'feature/basket',
  message:
    'The first rule wants `branch` to be main; this job has "feature/basket". Run the job on such a branch, or ask acme/platform to change the rule in shop.yaml.',
};

export interface RequestOptions {
  readonly subject?: Partial<Subject>;
  /** how long before NOW it was asked */
  readonly minutesAgo?: number;
  readonly row?: Partial<RequestRow>;
}

export interface IssuedOptions extends RequestOptions {
  readonly revocation?: Revocation;
  /** seconds; null never dies */
  readonly ttl?: number | null;
  readonly returnedAfter?: number;
  readonly lease?: Partial<LeaseRow>;
}

export interface PageStore {
  readonly store: Store;
  /** Makes the log begin as a broker's does. */
  begin(): Promise<void>;
  /** Each returns the id of the request. */
  refused(reasons: readonly Reason[], options?: RequestOptions): Promise<string>;
  issued(options?: IssuedOptions): Promise<string>;
  inState(state: RequestRow['state'], options?: RequestOptions): Promise<string>;
  /** Appends an entry at a time of its own. */
  append: (at: number, draft: Parameters<ReturnType<typeof createAppend>>[1]) => Promise<void>;
}

export async function openPageStore(): Promise<PageStore> {
  let now = NOW;
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => now } });
  const { privateKey } = generateKeyPairSync('ed25519');
  store.guard(createCheckpointer({ origin: 'pages/log', ...signedBy(privateKey), tip: { size: 0, edge: '' } }));
  const write = createAppend(systemEntropy);
  const append: PageStore['append'] = async (at, draft) => {
    now = at;
    await store.commit(async (tx) => void (await write(tx, draft)));
    now = NOW;
  };
  const insert = (row: RequestRow) => store.commit((tx) => tx.requests.insert(row));
  return {
    store,
    append,
    async begin() {
      const at = NOW - 60 * MINUTE;
      const key = { key_id: 'key-1', purpose: 'log', algorithm: 'EdDSA', public_key: 'MCow' } as const;
      await append(at, { type: 'key.created', fields: { ...key, created_at: isoTime(at) } });
      const change = { file: 'shop.yaml', policy_digest: DIGEST, previous_digest: null, set_digest: DIGEST };
      await append(at, { type: 'policy.changed', fields: { project: 'shop', ...change } });
    },
    async refused(reasons, options = {}) {
      const row = requestRow('denied', options);
      await insert({
        ...row,
        decision: JSON.stringify({ summary: 'No.', reasons, disclosure: 'full' }),
        ...options.row,
      });
      const codes = reasons.map(({ code, rule, condition }) => ({ code, rule, condition }));
      await append(row.created_at, {
        type: 'request.decided',
        fields: { ...decided(row), decision: 'deny', reasons: codes },
      });
      return row.id;
    },
    async inState(state, options = {}) {
      const row = requestRow(state, options);
      await insert({ ...row, ...options.row });
      await append(row.created_at, {
        type: 'request.decided',
        fields: { ...decided(row), decision: 'permit', rule: 0, ttl: 600 },
      });
      return row.id;
    },
    async issued(options = {}) {
      const { returnedAfter } = options;
      const row = requestRow('issued', options);
      const lease = leaseRow(row, options);
      await insert({ ...row, ...options.row });
      await store.commit(async (tx) => {
        const grant = grantRow(row, lease);
        await tx.grants.replace(grant);
        await tx.issuances.insert(issuanceRow(lease, grant.id));
        await tx.leases.insert(lease);
      });
      const { subject, ...ask } = parts(row);
      const issuance = { ...ask, issuance_id: lease.issuance_id, kind: lease.kind };
      const { run_id, run_attempt } = subject;
      const of = { lease_id: lease.id, policy_digest: DIGEST, rule: 0 };
      await append(row.created_at, {
        type: 'request.decided',
        fields: { ...decided(row), decision: 'permit', rule: 0, ttl: 600 },
      });
      const started = { ...issuance, ...of, grant_id: 'grt_1', run_id, run_attempt };
      await append(row.created_at, { type: 'issuance.started', fields: started });
      const end = lease.upstream_expires_at === null ? null : isoTime(lease.upstream_expires_at);
      const succeeded = {
        ...issuance,
        ...subject,
        ...of,
        approvals: [],
        assurance: 'automated',
        fingerprint: FINGERPRINT,
        revocation: lease.revocation,
        ends_at: end,
        upstream_expires_at: end,
      } as const;
      await append(row.created_at, { type: 'issuance.succeeded', fields: succeeded });
      if (returnedAfter !== undefined) {
        const fields = {
          ...ask,
          issuance_id: lease.issuance_id,
          lease_id: lease.id,
          revocation: lease.revocation,
          upstream_expires_at: end,
        };
        await append(row.created_at + returnedAfter * 1000, { type: 'lease.returned', fields });
      }
      return row.id;
    },
  };
}

const entropy = systemEntropy;

function requestRow(
  state: RequestRow['state'],
  { subject = {}, minutesAgo = 5, row = {} }: RequestOptions,
): RequestRow {
  const job = buildSubject(subject);
  const at = NOW - minutesAgo * MINUTE;
  return {
    id: newId('req', entropy, NOW),
    origin: 'job',
    requester: null,
    issuer: job.issuer,
    repository_id: job.repositoryId,
    job_key: newId('err', entropy, NOW),
    project: 'shop',
    entitlement: 'deploy-staging',
    parameters: JSON.stringify([null, null, null]),
    state,
    policy_digest: DIGEST,
    decision: JSON.stringify({ outcome: 'permit', rule: 0, summary: 'Yes.' }),
    subject: JSON.stringify(job),
    repeats: 0,
    created_at: at,
    updated_at: at,
    ...row,
  };
}

function leaseRow(
  row: RequestRow,
  { revocation = 'at-expiry', ttl = 600, returnedAfter, lease = {} }: IssuedOptions,
): LeaseRow {
  const end = ttl === null ? null : row.created_at + ttl * 1000;
  return {
    id: newId('lse', entropy, NOW),
    issuance_id: newId('iss', entropy, NOW),
    request_id: row.id,
    job_key: row.job_key,
    kind: revocation === 'immediate' ? 'github-token' : 'jwt',
    state: returnedAfter === undefined ? 'live' : 'returned',
    revocation,
    issued_at: row.created_at,
    ends_at: end,
    upstream_expires_at: end,
    sealed_handle: null,
    key_id: null,
    check_run_id: null,
    revoked_at: null,
    ...lease,
  };
}

const grantRow = (row: RequestRow, lease: LeaseRow) => ({
  id: newId('grt', entropy, NOW),
  request_id: row.id,
  issuance_id: lease.issuance_id,
  lease_id: lease.id,
  rule: 0,
  ttl: 600,
  policy_digest: DIGEST,
  set_digest: DIGEST,
  made_at: row.created_at,
  expires_at: row.created_at + MINUTE,
  redeemed_at: row.created_at,
  ended_by: null,
});

const issuanceRow = (lease: LeaseRow, grantId: string) =>
  ({
    id: lease.issuance_id,
    request_id: lease.request_id,
    grant_id: grantId,
    lease_id: lease.id,
    kind: lease.kind,
    state: 'succeeded',
    started_at: lease.issued_at,
    ended_at: lease.issued_at,
  }) as const;

function parts(row: RequestRow) {
  const subject = subjectFields(JSON.parse(row.subject) as Subject);
  return { request_id: row.id, project: row.project, entitlement: row.entitlement, subject };
}

function decided(row: RequestRow) {
  const { subject, ...ask } = parts(row);
  return { ...ask, ...subject, policy_digest: DIGEST, organization_digest: DIGEST };
}
