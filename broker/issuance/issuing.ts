// The words of issuing: what both ways of it work with, from what is granted to what goes into the answer.
import type { Receipt } from '../../shared/receipt.ts';
import type { Secret } from '../../shared/secret.ts';
import type { Clock, Entropy, Millis } from '../clock.ts';
import type { Append, Appended } from '../log/append.ts';
import type { RecentTree } from '../log/recent-tree.ts';
import type { Assurance, Credential, Grant } from '../model.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { CredentialProvider, Providers } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AnswerSealer } from './sealed-answer.ts';

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

/** What nobody may get, and why. */
export type Withheld = Issuing & { readonly credential: Credential; readonly reason: string };

/** A permit on record: its grant is to be spent, or is spent and its issuance on record as started. */
export interface ToIssue {
  readonly outcome: 'granted' | 'started';
  readonly granted: Granted;
}
