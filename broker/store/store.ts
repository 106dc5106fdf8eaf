// What every store promises.
//
// `commit(unit)` runs a unit of work and makes it durable before it resolves. Units that wait at the same moment share one
// transaction; one that throws rolls back alone, for which its group may be run a second time. A COMMIT that fails fails them all with
// STORE_UNAVAILABLE, and each is then "failed or happened": the caller must be able to find out by asking again.
// A unit is a function of the transaction alone, without other I/O, and safe to run again.
// `read(query)` sees one consistent, committed state.
// An error after which nobody knows what is on the disk breaks the store: from then on both fail with StoreBroken at once.
import type { Hash } from '../../shared/merkle.ts';
import type { Clock, Millis } from '../clock.ts';
import type { Approvals } from './approvals.ts';
import type { Grants } from './grants.ts';
import type { Incidents } from './incidents.ts';
import type { Issuances } from './issuances.ts';
import type { KeptRows } from './kept-rows.ts';
import type { Leases } from './leases.ts';
import type { LogTables } from './log-tables.ts';
import type { Meta } from './meta.ts';
import type { Outbox } from './outbox.ts';
import type { Passkeys } from './passkeys.ts';
import type { Policies } from './policies.ts';
import type { Principals } from './principals.ts';
import type { Renewals } from './renewals.ts';
import type { RequestSecrets } from './request-secrets.ts';
import type { Requests } from './requests.ts';
import type { Revocations } from './revocations.ts';
import type { SaidOnce } from './said-once.ts';
import type { SealedAnswers } from './sealed-answers.ts';
import type { Sessions } from './sessions.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { SubjectTokens } from './subject-tokens.ts';
import type { Suspensions } from './suspensions.ts';
import type { UnderWay } from './under-way.ts';

export interface Tables {
  readonly approvals: Approvals;
  readonly grants: Grants;
  readonly incidents: Incidents;
  readonly issuances: Issuances;
  readonly keptRows: KeptRows;
  readonly leases: Leases;
  readonly log: LogTables;
  readonly meta: Meta;
  readonly outbox: Outbox;
  readonly passkeys: Passkeys;
  readonly policies: Policies;
  readonly principals: Principals;
  readonly renewals: Renewals;
  readonly requests: Requests;
  readonly requestSecrets: RequestSecrets;
  readonly revocations: Revocations;
  readonly saidOnce: SaidOnce;
  readonly sealedAnswers: SealedAnswers;
  readonly sessions: Sessions;
  readonly signingKeys: SigningKeys;
  readonly subjectTokens: SubjectTokens;
  readonly suspensions: Suspensions;
  readonly underWay: UnderWay;
}

/** The log's tree as one transaction makes it: growing returns the next, so that the one before is still at hand. */
export interface GrowingTree {
  readonly size: number;
  /** an entry of this transaction changes the keys that sign the log */
  readonly keysChange: boolean;
  grow(leaf: Hash, keysChange?: boolean): GrowingTree;
}

export interface Transaction extends Tables {
  /** One time for the whole transaction, by the store's clock. */
  readonly now: Millis;
  /** Set by the log's guard when the transaction begins, grown by appending, and put back when a unit rolls back. */
  tree: GrowingTree | undefined;
  /** Set by a unit that writes much: it is moved to where it stays right after, not by some later commit with all that came before. */
  large: boolean;
}

/** What the log does around a transaction; a throw in `begin` or `beforeCommit` fails it whole. */
export interface TransactionGuard {
  /** right after the write lock was taken: nobody else can change the store from here on */
  begin(tx: Transaction): Promise<void>;
  /** after the last unit: the log signs its checkpoint here */
  beforeCommit(tx: Transaction): Promise<void>;
  /** `unknown`: the COMMIT failed, and may have happened */
  settled(outcome: 'committed' | 'unknown'): void;
}

export type Unit<T> = (tx: Transaction) => Promise<T>;

export interface Store {
  commit<T>(unit: Unit<T>): Promise<T>;
  read<T>(query: Unit<T>): Promise<T>;
  /** Watches every transaction. Set once, at composition. */
  guard(guard: TransactionGuard): void;
  /** An error of the disk was seen: nothing is read or written any more, and the process should end. */
  broken(): boolean;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** Told once, when the store breaks. */
  readonly onBroken?: ((cause: unknown) => void) | undefined;
}
