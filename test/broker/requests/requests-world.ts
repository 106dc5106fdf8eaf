// Jobs that ask over a store in memory, people who decide, and a policy that a test changes. How a credential is made is the
// test's to say: signed here at once, signed here later, or by another system.
import { type Cast, castVerdict } from '../../../broker/approvals/verdicts.ts';
import { createWaiting } from '../../../broker/approvals/waiting.ts';
import type { Seconds } from '../../../broker/clock.ts';
import type { TokenRequest } from '../../../broker/exchange-deps.ts';
import { issue } from '../../../broker/issuance/issue.ts';
import type { Issued } from '../../../broker/issuance/issuing.ts';
import { createRepositoryQuota, type RepositoryQuota } from '../../../broker/limits/repository-quota.ts';
import type { AskFacts, Credential, Grant, Subject } from '../../../broker/model.ts';
import type { PolicySet } from '../../../broker/policy/load-policy.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import type { CredentialProvider } from '../../../broker/providers/provider.ts';
import { decide } from '../../../broker/requests/decide.ts';
import type { DecideDeps, Decided } from '../../../broker/requests/decided.ts';
import type { GrantRow } from '../../../broker/store/grants.ts';
import type { RequestRow } from '../../../broker/store/requests.ts';
import type { Transaction } from '../../../broker/store/store.ts';
import { Secret } from '../../../shared/secret.ts';
import { buildPolicies, type PolicyParts, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

export { MINUTE, NOW };

const SECRET = 'the-secret-of-one-request';

/** Approval by one of a team, as most of these tests have it. */
export const APPROVAL = { approval: { by: 'acme/release-managers', within: '10m' } } as const;

/** A policy whose one rule wants another branch than that of the jobs here. */
export const ALLOWED_NOWHERE = { entitlement: { allow: [{ branch: 'release' }] } } as const;

export interface Asking {
  /** null for none */
  readonly secret?: string | null;
  readonly entitlement?: string;
  readonly ask?: Partial<TokenRequest>;
  readonly subject?: Partial<Subject>;
}

/** Signed here, or by another system; `nowhere`: nothing here has anything to do with this kind. */
type Signed = 'at-once' | 'later' | 'elsewhere' | 'nowhere';

export interface RequestsOptions {
  /** keys of the one entitlement, `shop/preview`, that differ */
  readonly entitlement?: Yaml;
  /** and the rest of the policy */
  readonly policy?: PolicyParts;
  readonly signed?: Signed;
  readonly askFacts?: AskFacts;
}

export interface RequestsWorld extends Pick<IssuanceWorld, 'store' | 'time' | 'entries' | 'faults' | 'lines'> {
  readonly deps: DecideDeps;
  readonly quota: RepositoryQuota;
  /** what `leave` and `noticeNames` were called with, in their order */
  readonly called: string[];
  ask(asking?: Asking): Promise<Decided>;
  /** The same to the end: where a grant waits, or another system, it is issued. */
  collect(asking?: Asking): Promise<Issued | Decided>;
  /** Somebody of the release managers. */
  decide(decided: Decided, verdict: Cast['verdict'], said?: { by?: string; reason?: string }): Promise<void>;
  /** Somebody invokes break-glass on it, in an incident of an hour. */
  invoke(decided: Decided): Promise<void>;
  putInForce(parts: PolicyParts, more?: Partial<PolicySet>): void;
  signedBy(signed: Signed): void;
  setState(id: string, state: RequestRow['state']): Promise<void>;
  pause(scope: 'everything' | 'principal' | 'entitlement', target: string): Promise<void>;
  request(id: string): Promise<RequestRow | undefined>;
  grantOf(requestId: string): Promise<GrantRow | undefined>;
  /** what the entry says of people and of what they wrote, which can be erased */
  personal(entry: number): Promise<Readonly<Record<string, string>>>;
  types(): Promise<readonly string[]>;
}

export async function openRequestsWorld(options: RequestsOptions = {}): Promise<RequestsWorld> {
  const world = await openIssuanceWorld();
  const { store, time, entries, faults, lines } = world;
  const { entitlement = {}, policy = {}, askFacts } = options;
  const load = (parts: PolicyParts): PolicySet => buildPolicies(parts, { kinds: credentialKinds(KINDS) });
  let inForce = load({ entitlement, ...policy });
  const providers = new Map<string, CredentialProvider>();
  const signedBy = (signed: Signed): void => {
    providers.clear();
    if (signed !== 'nowhere') for (const kind of KINDS) providers.set(kind, { ...signing(signed), kind });
  };
  signedBy(options.signed ?? 'at-once');
  const elapsed = () => time.now;
  const quota = createRepositoryQuota({ requests: { count: 1000, per: MINUTE }, refusedShare: 0.5, elapsed });
  const called: string[] = [];
  const issuing = { ...world.deps, policies: async () => inForce, providers };
  const deps: DecideDeps = {
    ...issuing,
    ...{ quota, askFacts, noticeChannels: ['chat'] },
    noticeNames: ({ name }, { repository }) => void called.push(`names ${name} ${repository}`),
  };
  const waiting = createWaiting(elapsed);
  const leave = () => void called.push('leave');
  const ask = (asking: Asking = {}) => decide(deps, { ...askOf(asking), leave, commit: store.commit.bind(store) });
  return {
    ...{ store, time, entries, faults, lines, deps, quota, called, ask, signedBy },
    async collect(asking) {
      const decided = await ask(asking);
      if (decided.outcome !== 'granted' && decided.outcome !== 'started') return decided;
      return issue(issuing, decided, askOf(asking).request.requestSecret);
    },
    async decide(decided, verdict, { by = 'prn_other', reason } = {}) {
      const requestId = idOf(decided);
      waiting.heardOf(requestId);
      const binding = (await store.read((tx) => tx.approvals.ofRequest(requestId)))?.binding ?? '';
      const cast = { approver: { ...APPROVER, principal: by }, requestId, verdict, reason, binding };
      await castVerdict({ ...deps, store, waiting }, cast);
    },
    invoke: (decided) => store.commit((tx) => invokeOn(tx, decided)),
    setState: (id, state) => store.commit((tx) => tx.requests.setState(id, state, tx.now)),
    putInForce(parts, more = {}) {
      inForce = { ...load(parts), ...more };
    },
    pause: (scope, target) =>
      store.commit((tx) =>
        tx.suspensions.insert({
          ...{ id: `pau_${scope}_${target}`, scope, target, reason: 'An incident.', since: NOW, paused_by: null },
          ...{ resume_by: null, resume_at: null, resume_reason: null },
        }),
      ),
    request: (id) => store.read((tx) => tx.requests.find(id)),
    grantOf: (requestId) => store.read((tx) => tx.grants.latestOf(requestId)),
    async personal(entry) {
      const fields = await store.read((tx) => tx.log.personalOf({ start: entry, end: entry + 1 }));
      return Object.fromEntries(fields.map(({ field, value }) => [field, value ?? '']));
    },
    types: async () => (await entries()).map(({ type }) => type),
  };
}

const KINDS = ['jwt', 'vault-secret'];

const APPROVER: Omit<Cast['approver'], 'principal'> = {
  ...{ name: 'alice', identity: 'github 1', providers: ['github'], stepUp: undefined },
  teams: new Set(['acme/release-managers']),
};

export function askOf({ secret = SECRET, entitlement = 'preview', ask = {}, subject = {} }: Asking = {}): {
  request: TokenRequest;
  subject: Subject;
} {
  const requestSecret = secret === null ? undefined : new Secret(secret);
  const unsaid = { ttl: undefined, reason: undefined, ticket: undefined };
  const request = { ...unsaid, subjectToken: '', project: 'shop', entitlement, requestSecret, ...ask };
  return { request, subject: buildSubject(subject) };
}

export const idOf = (decided: Decided): string => ('requestId' in decided ? decided.requestId : '');

async function invokeOn(tx: Transaction, decided: Decided): Promise<void> {
  const approval = await tx.approvals.ofRequest(idOf(decided));
  if (approval === undefined) throw new Error('nobody was asked');
  const { id, project, entitlement } = approval;
  const ends = tx.now + 60 * MINUTE;
  await tx.incidents.open({
    ...{ id: 'inc_1', project, entitlement, opened_at: tx.now, ends_at: ends, invocations: 0 },
    ...{ reviewed_at: null, reviewer: null },
  });
  const of = { incident_id: 'inc_1', approval_id: id, principal: 'prn_other', number: 1, at: tx.now };
  await tx.incidents.invoke({ id: 'inv_1', ...of });
  await tx.approvals.move(id, 'pending', { state: 'invoked', at: tx.now, expiresAt: ends });
  await tx.requests.move(idOf(decided), { from: 'pending', to: 'approved', at: tx.now });
}

function signing(signed: Exclude<Signed, 'nowhere'>): CredentialProvider {
  if (signed === 'elsewhere') return createTestProvider();
  const sign = (grant: Grant): Credential => ({
    ...{ accessToken: new Secret(`signed-for-${grant.requestId}`), tokenType: 'Bearer', issuedTokenType: 'x' },
    ...{ values: {}, upstreamExpiresAt: grant.issuedAt + secondsOf(grant.ttl) * 1000 },
  });
  const local = { ...createTestProvider(), acts: 'locally', revocation: 'at-expiry' } as const;
  return { ...local, issue: async (grant) => sign(grant), ...(signed === 'at-once' ? { issueNow: sign } : {}) };
}

const secondsOf = (ttl: Seconds | 'never'): Seconds => (ttl === 'never' ? 0 : ttl);
