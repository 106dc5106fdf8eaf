// A store in memory with grants, issuances and leases in it, and what the code works with that issues them and ends them: a real log,
// the provider of the stories, and a clock that a test moves.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type Entropy, systemEntropy } from '../../broker/clock.ts';
import type { IssueDeps, Issuing } from '../../broker/issuance/issuing.ts';
import { createAnswerSealer } from '../../broker/issuance/sealed-answer.ts';
import { createAppend } from '../../broker/log/append.ts';
import { createCheckpointer } from '../../broker/log/checkpointer.ts';
import type { Grant } from '../../broker/model.ts';
import type { CredentialProvider } from '../../broker/providers/provider.ts';
import type { IssuanceRow } from '../../broker/store/issuances.ts';
import type { LeaseRow } from '../../broker/store/leases.ts';
import type { RequestRow } from '../../broker/store/requests.ts';
import type { Store, Transaction } from '../../broker/store/store.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';
import { Secret } from '../../shared/secret.ts';
import { buildGrant } from './build-grant.ts';
import { buildPolicies } from './build-policy.ts';
import { buildSubject } from './build-subject.ts';
import { FaultyStore } from './faulty-store.ts';
import { signedBy } from './log-signer.ts';
import { createTestProvider, type TestProvider } from './test-provider.ts';

/** 2026-11-23, nine o'clock in UTC: when every one of these tests begins. */
export const NOW = Date.UTC(2026, 10, 23, 9);
export const MINUTE = 60_000;

const DIGEST = createHash('sha256').update('policy').digest('hex');

export type Entry = Readonly<Record<string, unknown>> & { readonly type: string };

export interface LeaseParts {
  readonly lease?: Partial<LeaseRow>;
  readonly request?: Partial<RequestRow>;
  readonly issuance?: Partial<IssuanceRow>;
}

export interface IssuanceWorld {
  readonly store: Store;
  /** makes commits fail on demand */
  readonly faults: FaultyStore;
  readonly deps: IssueDeps;
  /** the set of policies that is in force: `shop` with `preview` in it */
  readonly inForce: { digest: string };
  readonly time: { now: number };
  readonly provider: TestProvider;
  /** what the broker's own log says */
  readonly lines: readonly string[];
  /** A lease of `shop/preview`, live for ten more minutes, of another system that can revoke it, with all that it hangs on. */
  lease(parts?: LeaseParts): Promise<LeaseRow>;
  leases(many: number, parts?: LeaseParts): Promise<readonly LeaseRow[]>;
  /** An issuance that is on record as started, or only decided. */
  issuing(options?: IssuingOptions): Promise<Issuing>;
  find(id: string): Promise<LeaseRow | undefined>;
  /** ids of the leases whose credentials are to be revoked */
  toBeRevoked(): Promise<readonly string[]>;
  entries(type?: string): Promise<readonly Entry[]>;
}

export interface IssuingOptions {
  readonly provider?: CredentialProvider;
  readonly grant?: Partial<Grant>;
  readonly disclosure?: 'full' | 'codes';
  readonly requester?: string;
  /** the grant is there, and nothing has begun */
  readonly onlyGranted?: true;
}

export async function openIssuanceWorld(entropy: Entropy = systemEntropy): Promise<IssuanceWorld> {
  const [time, lines, faults] = [{ now: NOW }, [] as string[], new FaultyStore()];
  const clock = { now: () => time.now };
  const store = await faults.open({ path: ':memory:', clock });
  onTestFinished(() => store.close());
  const { privateKey } = generateKeyPairSync('ed25519');
  const guard = createCheckpointer({ origin: 'issuance/log', ...signedBy(privateKey), tip: { size: 0, edge: '' } });
  store.guard(guard);
  const provider = createTestProvider();
  const policies = buildPolicies();
  const inForce = { digest: policies.digest };
  const deps: IssueDeps = {
    ...{ store, clock, entropy, append: createAppend(entropy), recent: guard.recent },
    answers: createAnswerSealer(Buffer.alloc(32, 7), entropy),
    policies: async () => ({ ...policies, ...inForce }),
    providers: new Map([[provider.kind, provider]]),
    logger: createLogger({ level: 'info', demo: false, destination: { write: (line) => void lines.push(line) } }),
    ...{ withheld: new Map(), providerTimeout: 10_000 },
  };
  await store.commit((tx) => insertPeople(tx));
  let made = 0;
  const leases = async (many: number, parts: LeaseParts = {}): Promise<readonly LeaseRow[]> => {
    const rows = Array.from({ length: many }, () => rowsOf(numbered(++made), parts));
    await store.commit(async (tx) => {
      for (const row of rows) await insertLease(tx, row);
    });
    return rows.map(({ lease }) => lease);
  };
  return {
    ...{ store, faults, deps, inForce, time, provider, lines, leases },
    lease: async (parts) => (await leases(1, parts))[0] as LeaseRow,
    issuing: (options = {}) =>
      insertIssuing(store, { id: numbered(++made), provider, setDigest: policies.digest, options }),
    find: (id) => store.read((tx) => tx.leases.find(id)),
    async toBeRevoked() {
      const limits = { kind: 'revoke', now: Number.MAX_SAFE_INTEGER, claimedUntil: 0, limit: 1_000 } as const;
      return (await store.commit((tx) => tx.outbox.claim(limits))).map(({ payload }) => payload).toSorted();
    },
    async entries(type) {
      const rows = await store.read((tx) => tx.log.entries({ start: 0, end: 100_000 }));
      return rows.map(({ leaf }) => JSON.parse(leaf) as Entry).filter((one) => type === undefined || one.type === type);
    },
  };
}

/** Somebody for whom a job may ask, the actor of every job here, and somebody else. */
async function insertPeople(tx: Transaction): Promise<void> {
  const { issuer, actorId } = buildSubject();
  const person = { kind: 'person', at: NOW } as const;
  await tx.principals.create({ ...person, id: 'prn_requester', provider: 'demo', providerId: '1' });
  await tx.principals.create({ ...person, id: 'prn_actor', provider: issuer, providerId: actorId });
  await tx.principals.create({ ...person, id: 'prn_other', provider: issuer, providerId: '1' });
}

const numbered = (one: number): string => String(one).padStart(5, '0');

interface LeaseRows {
  readonly request: RequestRow;
  readonly issuance: IssuanceRow;
  readonly lease: LeaseRow;
}

function rowsOf(id: string, { lease = {}, request = {}, issuance = {} }: LeaseParts): LeaseRows {
  const [requestId, issuanceId, leaseId] = [`req_${id}`, `iss_${id}`, `lse_${id}`];
  const ends = NOW + 10 * MINUTE;
  return {
    request: { ...requestRow(requestId), state: 'issued', ...request },
    issuance: {
      ...{ id: issuanceId, request_id: requestId, grant_id: `grt_${id}`, lease_id: leaseId, kind: '_test' },
      ...{ state: 'succeeded', started_at: NOW, ended_at: NOW },
      ...issuance,
    },
    lease: {
      ...{ id: leaseId, issuance_id: issuanceId, request_id: requestId, job_key: 'job', kind: '_test', state: 'live' },
      ...{ revocation: 'immediate', issued_at: NOW, ends_at: ends, upstream_expires_at: ends },
      ...{ sealed_handle: null, key_id: null, check_run_id: null, revoked_at: null },
      ...lease,
    },
  };
}

function requestRow(id: string, subject = buildSubject()): RequestRow {
  return {
    ...{ id, origin: 'job', requester: null, issuer: subject.issuer, repository_id: subject.repositoryId },
    ...{ job_key: 'job', project: 'shop', entitlement: 'preview', parameters: '[]', state: 'granted' },
    ...{ policy_digest: 'policy', decision: '{}', subject: JSON.stringify(subject), repeats: 0 },
    ...{ created_at: NOW, updated_at: NOW },
  };
}

async function insertLease(tx: Transaction, { request, issuance, lease }: LeaseRows): Promise<void> {
  await tx.requests.insert(request);
  await insertGrant(tx, { id: issuance.grant_id, request, issuance, lease, setDigest: 'set', redeemedAt: NOW });
  await tx.issuances.insert(issuance);
  await tx.leases.insert(lease);
}

interface GrantParts {
  readonly id: string;
  readonly request: Pick<RequestRow, 'id'>;
  readonly issuance: Pick<IssuanceRow, 'id'>;
  readonly lease: Pick<LeaseRow, 'id'>;
  readonly setDigest: string;
  readonly ttl?: number | null;
  readonly redeemedAt: number | null;
}

const insertGrant = (tx: Transaction, { id, request, issuance, lease, setDigest, ttl = 600, redeemedAt }: GrantParts) =>
  tx.grants.insert({
    ...{ id, request_id: request.id, issuance_id: issuance.id, lease_id: lease.id, rule: 0, ttl },
    ...{ policy_digest: 'policy', set_digest: setDigest, made_at: NOW, expires_at: NOW + MINUTE },
    redeemed_at: redeemedAt,
    ended_by: null,
  });

interface IssuingParts {
  readonly id: string;
  readonly provider: CredentialProvider;
  readonly setDigest: string;
  readonly options: IssuingOptions;
}

async function insertIssuing(store: Store, { id, setDigest, options, ...parts }: IssuingParts): Promise<Issuing> {
  const { provider = parts.provider, disclosure = 'full', requester = null, onlyGranted = false } = options;
  const ids = { id: `grt_${id}`, requestId: `req_${id}`, issuanceId: `iss_${id}`, leaseId: `lse_${id}` };
  const grant = buildGrant({
    ...{ entitlement: 'preview', ttl: 600, policyDigest: DIGEST, issuedAt: NOW, subject: buildSubject(), ...ids },
    ...options.grant,
  });
  const request = { ...requestRow(grant.requestId, grant.subject), project: grant.project, requester };
  await store.commit(async (tx) => {
    await tx.requests.insert({ ...request, state: onlyGranted ? 'granted' : 'issuing' });
    const [issuance, lease] = [{ id: grant.issuanceId }, { id: grant.leaseId }];
    const ttl = grant.ttl === 'never' ? null : grant.ttl;
    await insertGrant(tx, {
      id: grant.id,
      request,
      issuance,
      lease,
      setDigest,
      ttl,
      redeemedAt: onlyGranted ? null : NOW,
    });
    if (onlyGranted) return;
    await tx.issuances.insert({
      ...{ id: grant.issuanceId, request_id: grant.requestId, grant_id: grant.id, lease_id: grant.leaseId },
      ...{ kind: provider.kind, state: 'started', started_at: NOW, ended_at: null },
    });
  });
  const credential = { kind: provider.kind, parameters: {} };
  const granted = { grant, setDigest, requester, jobKey: 'job', credential, disclosure };
  return { granted, provider, requestSecret: new Secret(`the-request-secret-of-${id}`) };
}
