// What a broker is started with, and what whoever started it holds.
import type { Clock, Entropy, Millis } from './clock.ts';
import type { Config } from './config.ts';
import type { EndedJob } from './issuance/job-ended.ts';
import type { Reloaded } from './policy/reload-source.ts';
import type { CredentialProvider } from './providers/provider.ts';
import type { DemoPerson } from './sign-in/demo-people.ts';
import type { People } from './sign-in/people.ts';
import type { openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import type { Logger } from './telemetry/logger.ts';

export interface BrokerOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  /** the demo's store is marked, and only the demo takes it */
  readonly demo?: boolean;
  /** providers beside the built ones, with their kinds: for tests */
  readonly extraProviders?: readonly CredentialProvider[];
  readonly providerTimeout?: Millis;
  /** people who sign in by a link that works once: the demo's, and those of tests */
  readonly demoPeople?: readonly DemoPerson[];
  /** how the store is opened: `openSqliteStore` unless given */
  readonly openStore?: typeof openSqliteStore;
  /** pause between two runs of the background work */
  readonly backgroundEvery?: Millis;
  /** how long what is under way may take to finish at a stop */
  readonly drainTimeout?: Millis;
}

export interface RunningBroker {
  readonly port: number;
  /** of the operator's listener, where there is one */
  readonly adminPort: number | undefined;
  readonly store: Store;
  /** of the log's current key */
  readonly verifierKey: string;
  readonly people: People;
  /** A link that signs one of the demo's people in, once. */
  demoLink(name: string): string;
  reload(): Promise<Reloaded>;
  /** Ends what a job still holds that its platform says is over, and returns how many leases that were. */
  jobEnded(job: EndedJob): Promise<number>;
  /** the background work, now */
  runBackground(): Promise<void>;
  /** Resolves when the store broke: nothing is handed out any more, and the process should end. */
  readonly storeBroken: Promise<void>;
  close(): Promise<void>;
}
