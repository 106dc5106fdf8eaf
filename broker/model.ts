// The words of the product as types: who asks (Subject), what is on offer (Project, Entitlement), what is decided
// (Decision), and what is issued (Grant, Credential, Lease). Read second, after exchange.ts.
import type { ReasonCode } from '../shared/error-codes.ts';
import type { Secret } from '../shared/secret.ts';
import type { ApprovalTerms } from './approval-terms.ts';
import type { Millis, Seconds } from './clock.ts';
import type { Facts, FactsNeeded, Found } from './facts.ts';
import type { RiskFigure } from './risk.ts';

export type { ApprovalTerms, BreakGlassTerms } from './approval-terms.ts';

/** The verified identity of a job. Ids are strings, as GitHub sends them; names are for people only. */
export interface Subject {
  /** short name of the issuer in the configuration; with `repositoryId` it is the identity of the repository */
  readonly issuer: string;
  readonly repository: string;
  readonly repositoryId: string;
  readonly repositoryOwner: string;
  readonly repositoryOwnerId: string;
  readonly repositoryVisibility: 'public' | 'private' | 'internal';
  /** full ref; empty for a deployment of a bare commit */
  readonly ref: string;
  readonly refType: 'branch' | 'tag' | '';
  readonly refProtected: boolean | undefined;
  readonly sha: string;
  readonly headRef: string;
  readonly baseRef: string;
  readonly eventName: string;
  readonly environment: string | undefined;
  readonly workflowRef: string;
  readonly workflowSha: string | undefined;
  readonly jobWorkflowRef: string;
  readonly jobWorkflowSha: string | undefined;
  readonly actor: string;
  readonly actorId: string;
  readonly runId: string;
  readonly runAttempt: string;
  /** absent on GitHub Enterprise Server */
  readonly checkRunId: string | undefined;
  readonly runnerEnvironment: 'github-hosted' | 'self-hosted' | undefined;
  /** every claim of the token that is a string, by its own name: for the `claims` condition */
  readonly claims: Readonly<Record<string, string>>;
  readonly tokenId: string;
  readonly tokenExpiresAt: Millis;
}

/** One condition, or one check, that did not hold. `rule` is the index in `allow`, from 0. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  readonly rule?: number;
  readonly condition?: string;
  readonly expected?: string;
  readonly got?: string;
}

export interface Repository {
  readonly issuer: string;
  readonly name: string;
  readonly id: string;
}

/** A project of the policy in force. `digest` is the SHA-256 (hex) of its file's bytes. */
export interface Project {
  readonly name: string;
  readonly title: string;
  readonly owner: string;
  readonly digest: string;
  readonly file: string;
  /** id of the file's bytes as git has it */
  readonly blob: string;
  readonly repositories: readonly Repository[];
  readonly entitlements: ReadonlyMap<string, Entitlement>;
}

export interface Entitlement {
  readonly project: string;
  readonly name: string;
  readonly title: string;
  readonly risk: 'low' | 'high';
  /** default and longest; `never` for a value that does not die */
  readonly ttl: Seconds | 'never';
  readonly credential: { readonly kind: string; readonly parameters: unknown };
  readonly maxPerJob: number;
  /** how long a job may renew what it had first; undefined where nothing is renewed */
  readonly session: Seconds | undefined;
  /** `public-details: true`: full reasons even to a job of a public repository (P7) */
  readonly publicDetails: boolean;
  readonly observe: boolean;
  readonly rules: readonly Rule[];
  /** those of them with a condition that asks for a fact */
  readonly factRules: readonly Rule[];
  readonly description: string | undefined;
  /** the shortest lifetime that may be asked for: a minute, or what the other side can keep */
  readonly shortestTtl: Seconds;
  /** the end of its last day; refused from then on */
  readonly expiresAt: Millis | undefined;
  /** what this build or this configuration lacks for it: each refuses, whatever the rules say */
  readonly lacks: readonly { readonly code: ReasonCode; readonly what: string }[];
  /** dated exceptions from guardrails that it needs; refused once one has ended */
  readonly waivers: readonly { readonly of: string; readonly until: Millis; readonly owner: string }[];
  /** who must agree before anything is issued; undefined where nobody has to */
  readonly approval: ApprovalTerms | undefined;
  /** what else the policy says of it, for people: approval, review, deployment, session */
  readonly terms: readonly string[];
  /** what a job gets, in the words of its kind */
  readonly gives: string;
  /** what a return or a revocation would mean */
  readonly revocation: Revocation;
  readonly figure: RiskFigure;
}

/** A rule of `allow`, compiled: each check says whether it holds for a subject and, if not, what differed. */
export interface Rule {
  readonly index: number;
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** the policy's own key: `branch`, `event`, `called-workflow` … */
  readonly key: string;
  /** the wanted value as people would say it: `main or release/*` */
  readonly expected: string;
  readonly holds: (subject: Subject, now: Millis, facts?: Facts) => boolean;
  /** the subject's own value; undefined where it has none */
  readonly got: (subject: Subject, now: Millis, facts?: Facts) => string | undefined;
  /** the reason's code where it does not hold */
  readonly code: ReasonCode;
  /** what would make it hold, as an instruction to the author of the workflow */
  readonly remedy: string;
  /** left out where the token says everything */
  readonly fact?: FactAsked;
}

/** What a condition asks for that no token says. */
export interface FactAsked {
  /** of the organization's file; empty where it asks for the environment */
  readonly teams: readonly string[];
  /** undefined where it was not asked for */
  readonly find: (subject: Subject, facts: Facts | undefined) => Found<boolean> | undefined;
}

/** @throws BrokerError FACT_UNREACHABLE where the other side is in trouble, and a moment later may not be */
export type AskFacts = (subject: Subject, needed: FactsNeeded) => Promise<Facts>;

/** What one job asks, and what the store knows that bears on it. */
export interface Ask {
  readonly project: string;
  readonly entitlement: string;
  /** asked lifetime; undefined means the entitlement's own */
  readonly ttl: Seconds | undefined;
  readonly now: Millis;
  readonly standing: Standing;
  /** left out where nobody was asked */
  readonly facts?: Facts;
}

export interface Standing {
  readonly suspension: { readonly reason: string } | undefined;
  /** credentials of this entitlement that this job already has, pending asks included */
  readonly issuedToJob: number;
  /** the break-glass incident of this entitlement that is over, and that nobody has reviewed yet */
  readonly unreviewed?: { readonly endedAt: Millis } | undefined;
  /** when this job had its first one, where a session counts from there */
  readonly firstIssuedAt?: Millis | undefined;
}

/** `stranger`: the project does not exist or does not list the repository; nobody may tell which. */
export type Decision =
  | { readonly outcome: 'stranger' }
  | {
      readonly outcome: 'deny';
      readonly project: Project;
      readonly entitlement: Entitlement | undefined;
      readonly reasons: readonly Reason[];
    }
  | NeedsApproval
  | Permit;

interface Matched {
  readonly project: Project;
  readonly entitlement: Entitlement;
  /** index in `allow` of the rule that matched */
  readonly rule: number;
  readonly ttl: Seconds | 'never';
}

export interface Permit extends Matched {
  readonly outcome: 'permit';
  /** the approval that it stands on; left out where the policy asks nobody */
  readonly approved?: Approved;
}

export interface Approved {
  /** of the approval */
  readonly id: string;
  /** principals; nobody where it was invoked */
  readonly by: readonly string[];
  /** of the break-glass invocation that stands in the place of approvals */
  readonly invocation: string | undefined;
  readonly assurance: Assurance;
  /** the first request of this job on it, which this one renews, and until when */
  readonly renewal?: { readonly renews: string; readonly until: Millis };
}

/** The rules permit it, once people agree. */
export interface NeedsApproval extends Matched {
  readonly outcome: 'approval';
  readonly terms: ApprovalTerms;
}

export type Assurance = 'automated' | 'self-approved' | 'approved' | 'break-glass';

/** The right to issue once. */
export interface Grant {
  readonly id: string;
  readonly issuanceId: string;
  readonly requestId: string;
  readonly leaseId: string;
  readonly subject: Subject;
  readonly project: string;
  readonly entitlement: string;
  readonly rule: number;
  readonly policyDigest: string;
  readonly ttl: Seconds | 'never';
  readonly assurance: Assurance;
  /** ids of the approvals that it stands on */
  readonly approvals: readonly string[];
  /** of the break-glass invocation that it stands on */
  readonly invocation?: string | undefined;
  /** principals who approved */
  readonly approvedBy: readonly string[];
  readonly issuedAt: Millis;
}

/** A person with a live session. Names are for people to read; `principal` says who it is. */
export interface SignedIn {
  readonly sessionId: string;
  readonly principal: string;
  readonly name: string;
  readonly identities: readonly { readonly provider: string; readonly providerId: string; readonly name: string }[];
  /** names of the organization's file, by what the providers of this session said */
  readonly teams: ReadonlySet<string>;
  readonly roles: ReadonlySet<Role>;
  readonly steppedUpAt: Millis | undefined;
  readonly stepUpMethod: 'passkey' | 'provider' | undefined;
}

export type Role = 'security' | 'operator';

/** What a provider hands back. Secrets leave the broker in `sendToken` only, and are kept nowhere in the clear. */
export interface Credential {
  readonly accessToken: Secret;
  readonly tokenType: 'Bearer' | 'N_A';
  readonly issuedTokenType: string;
  /** the named values of the answer's `credential` */
  readonly values: Readonly<Record<string, Secret>>;
  /** the answer's `details`: what goes with the values and is no secret */
  readonly details?: Readonly<Record<string, string>>;
  readonly upstreamExpiresAt: Millis | null;
  /** of the broker's own key that signed it */
  readonly keyId?: string;
  /** what `revoke` needs later; kept sealed on the lease */
  readonly revocationHandle?: Secret;
  /** where this one differs from its kind: a value that never dies among leases that can be revoked */
  readonly revocation?: Revocation;
  /** which system made it, and under which id that system's own records have it. No secret: both stand in the log. */
  readonly provenance?: { readonly system: string; readonly id?: string };
  /** of a value that could be guessed from its hash: where it is kept stands in the log instead of a fingerprint */
  readonly keptAt?: { readonly path: string; readonly version: string };
  /** what the other side gave beyond what was asked, as the end of a sentence: then nobody gets it (P3) */
  readonly excess?: string;
}

export type Revocation = 'immediate' | 'at-expiry' | 'none';

export interface Lease {
  readonly id: string;
  readonly issuanceId: string;
  readonly kind: string;
  readonly endsAt: Millis | null;
  readonly upstreamExpiresAt: Millis | null;
  readonly revocationHandle: Secret | undefined;
}
