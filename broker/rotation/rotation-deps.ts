// What keys that take each other's place are changed with.
import type { Entropy } from '../clock.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MadeKey } from '../keys/make-keys.ts';
import type { SealingKey } from '../keys/seal.ts';
import type { Append } from '../log/append.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { IssuerSite } from './issuer-site.ts';
import type { KeyTimes } from './key-times.ts';

export interface RotationDeps {
  readonly store: Store;
  readonly append: Append;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly ring: KeyRing;
  readonly sealing: SealingKey;
  readonly times: KeyTimes;
  readonly site: IssuerSite;
  readonly log: LogSite;
  readonly source: KeySource;
}

export type KeyAlgorithm = SigningKeyRow['algorithm'];

/** Where new keys come from. */
export interface KeySource {
  /** the name of the key that the configuration wants to sign, where somebody else holds it; undefined for one of our own making */
  wanted(algorithm: KeyAlgorithm): string | undefined;
  make(algorithm: KeyAlgorithm): Promise<MadeKey>;
}

/** Where the keys of the log are for everybody to see: at the broker itself. */
export interface LogSite {
  readonly address: string;
  /** The verifier key of a public key in PEM. */
  verifierKey(publicKey: string): string;
  /** ids of those that are there; none while no broker runs */
  readonly there: () => ReadonlySet<string>;
}
