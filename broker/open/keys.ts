// The signing keys of a configuration, opened for a running broker or for a command that works on a store at rest: those in
// memory, where new ones come from, and what makes them take each other's place.
import type { Entropy } from '../clock.ts';
import { type Config, readEncryptionKey } from '../config.ts';
import { StartRefused } from '../errors.ts';
import { createAwsKms } from '../keys/aws-kms.ts';
import type { KeyHolder } from '../keys/key-holder.ts';
import { createKeyRing, type KeyRing } from '../keys/key-ring.ts';
import { publicKeySet } from '../keys/key-set.ts';
import { keyHeldElsewhere, type MadeKey, makeKey } from '../keys/make-keys.ts';
import type { SealingKey } from '../keys/seal.ts';
import { createSignElsewhere, type SignElsewhere } from '../keys/sign-elsewhere.ts';
import { type CredentialAlgorithm, keyEncryptionKey, openSigningKeys, thumbprint } from '../keys/signing-keys.ts';
import type { Append } from '../log/append.ts';
import { untouchedKeys } from '../log/vouched-keys.ts';
import { type IssuerSite, ownSite, staticSite } from '../rotation/issuer-site.ts';
import { createRotation, type Rotation } from '../rotation/rotation.ts';
import type { KeyAlgorithm, KeySource, LogSite } from '../rotation/rotation-deps.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createUpstreamFetch } from '../upstream/fetch.ts';
import { verifierKeyOf } from '../verifier/verifier-key.ts';
import { logOrigin } from './log.ts';

/** What is in the store alone: enough to sign the log. */
export interface KeysInStore {
  readonly ring: KeyRing;
  readonly sealing: SealingKey;
  readonly encryptionKey: Buffer;
}

export interface OpenKeys extends KeysInStore {
  readonly source: KeySource;
  readonly signElsewhere: SignElsewhere;
}

interface Around {
  readonly entropy: Entropy;
  readonly logger: Logger;
}

/** @throws StartRefused where the keys are missing, were changed, or are not those of the log, or of their holder under their names */
export async function openKeys(
  store: Pick<Store, 'read'>,
  config: Config,
  { entropy, logger }: Around,
): Promise<OpenKeys> {
  const inStore = await openKeysInStore(store, config, { entropy, logger });
  const holder = createAwsKms();
  await compareWithHolder({ ring: inStore.ring, holder, logger });
  const signElsewhere = createSignElsewhere({ holder, logger });
  return { ...inStore, source: keySource(config, inStore.sealing, holder), signElsewhere };
}

/** Asks nobody elsewhere. @throws StartRefused where the keys are missing, were changed, or are not those of the log */
export async function openKeysInStore(
  store: Pick<Store, 'read'>,
  config: Config,
  { entropy, logger }: Around,
): Promise<KeysInStore> {
  const encryptionKey = await readEncryptionKey(config.keys.encryptionKeyFile);
  logger.hide(encryptionKey.toString('base64'), { always: true });
  const sealing = keyEncryptionKey(encryptionKey, entropy);
  const ring = createKeyRing(openSigningKeys(await store.read(untouchedKeys), sealing));
  return { ring, sealing, encryptionKey };
}

const LOOK_MS = 10_000;

/**
 * Before anything is signed. A holder that does not answer stops nothing: what it signs later is verified, each time.
 * @throws StartRefused where it has another key under the name on record
 */
async function compareWithHolder({ ring, holder, logger }: { ring: KeyRing; holder: KeyHolder; logger: Logger }) {
  for (const key of ring.published) {
    if (key.held === 'here') continue;
    const { id, reference, algorithm } = key;
    const found = holder.publicKey(reference, algorithm as CredentialAlgorithm, AbortSignal.timeout(LOOK_MS));
    const known = await found.then(thumbprint).catch((error: unknown) => {
      logger.warn('a signing key held elsewhere cannot be looked at; what it signs is verified all the same', {
        ...{ key_id: id, reference, error },
      });
      return undefined;
    });
    if (known !== undefined && known !== id)
      throw new StartRefused(`${reference} is not the key ${id} that is on record under this name: it is ${known}`);
  }
}

/** New keys: of our own making, or those that the configuration names at their holder. */
export function keySource({ keys }: Config, sealing: SealingKey, holder: KeyHolder = createAwsKms()): KeySource {
  const wanted = (algorithm: KeyAlgorithm): string | undefined =>
    algorithm === 'EdDSA' ? undefined : keys.inAwsKms[algorithm];
  return {
    wanted,
    async make(algorithm): Promise<MadeKey> {
      if (algorithm === 'EdDSA') return makeKey({ purpose: 'log', algorithm }, sealing, keys.rsaKeySize);
      const reference = wanted(algorithm);
      if (reference === undefined) return makeKey({ purpose: 'credential', algorithm }, sealing, keys.rsaKeySize);
      const publicKey = await holder.publicKey(reference, algorithm, AbortSignal.timeout(LOOK_MS));
      return keyHeldElsewhere({ algorithm, publicKey, reference }, sealing);
    },
  };
}

interface Rotating extends Around {
  readonly store: Store;
  readonly append: Append;
  readonly config: Config;
  readonly keys: OpenKeys;
  /** nobody reads the keys at the issuer while the broker is at rest */
  readonly atRest?: boolean;
}

export function openRotation({ config, keys, atRest = false, ...around }: Rotating): Rotation {
  const site = atRest ? nobodyLooks(config) : siteOf(config, keys.ring);
  const log = logSite(config, atRest ? [] : keys.ring);
  return createRotation({ ...around, ...keys, times: config.keys, site, log });
}

/** Where `/log/key` has its keys. */
function logSite({ url }: Config, ring: KeyRing | readonly []): LogSite {
  return {
    address: `${url}/log/key`,
    verifierKey: (publicKey) => verifierKeyOf(logOrigin(url), publicKey),
    there: () => new Set(('log' in ring ? ring.log.published : []).map(({ id }) => id)),
  };
}

function siteOf({ url, issuer, proxies }: Config, ring: KeyRing): IssuerSite {
  if (issuer === url) return ownSite(issuer, () => publicKeySet(ring.published));
  return staticSite(issuer, createUpstreamFetch({ privateNetwork: false, proxies }));
}

const nobodyLooks = ({ issuer }: Config): IssuerSite => ({ issuer, isStatic: false, look: async () => new Set() });
