// The composition root: the only file that knows concrete stores and providers. `startBroker` reads as the order of a start;
// whatever is not as it must be refuses it before a port is open.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { relative } from 'node:path';
import { formatVerifierKey, parseVerifierKey } from '../shared/signed-note.ts';
import { createApp } from './app.ts';
import { type BackgroundJob, every } from './background.ts';
import { type Clock, type Entropy, type Millis, systemClock, systemEntropy } from './clock.ts';
import { type Config, readEncryptionKey } from './config.ts';
import { StartRefused } from './errors.ts';
import type { ExchangeDeps } from './exchange.ts';
import { createAuthenticate, ownerRefusal } from './identity/authenticate.ts';
import { forgetTokens } from './identity/first-use.ts';
import { createTrustedIssuers } from './identity/trusted-issuers.ts';
import { reconcile, reconcileAtStart } from './issuance/reconcile.ts';
import { revokeDue } from './issuance/revoke.ts';
import { createAnswerSealer } from './issuance/sealed-answer.ts';
import { recordWithheldLeft } from './issuance/withhold.ts';
import { publicKeySet } from './keys/key-set.ts';
import { keyEncryptionKey, openSigningKeys, type SigningKeys } from './keys/signing-keys.ts';
import { checkAnchor, keepAnchor } from './log/anchor.ts';
import { type Append, createAppend } from './log/append.ts';
import { createCheckpointer, readTip } from './log/checkpointer.ts';
import { isoTime } from './log/entry.ts';
import { refuseOtherOrigin } from './log/newest-checkpoint.ts';
import { createInForce } from './policy/in-force-source.ts';
import type { PolicyContext } from './policy/load-policy.ts';
import { type Reloaded, reloadPolicies } from './policy/reload-source.ts';
import { credentialKinds } from './providers/credential-kinds.ts';
import { BUILT_KINDS, createProviders } from './providers/index.ts';
import type { CredentialProvider } from './providers/provider.ts';
import { lockStore, openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import { formatFinding } from './strict-yaml.ts';
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
  /** how the store is opened: `openSqliteStore` unless given */
  readonly openStore?: typeof openSqliteStore;
  /** pause between two runs of the background work */
  readonly backgroundEvery?: Millis;
}

export interface RunningBroker {
  readonly port: number;
  readonly store: Store;
  readonly verifierKey: string;
  reload(): Promise<Reloaded>;
  /** the background work, now */
  runBackground(): Promise<void>;
  close(): Promise<void>;
}

const PROVIDER_TIMEOUT_MS = 20_000;
const BACKGROUND_EVERY_MS = 2_000;
/** Ten seconds for a request to arrive; Node looks for late ones only every half minute unless told otherwise. */
const HTTP_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};

export const logOrigin = (url: string): string => `${new URL(url).host}/log`;

/** @throws StartRefused with a sentence that says what to do */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const unlock = lockStore(options.config.store.path);
  try {
    return await startLocked(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(options: BrokerOptions, unlock: () => void): Promise<RunningBroker> {
  const { config, logger, clock = systemClock, entropy = systemEntropy, openStore = openSqliteStore } = options;
  const encryptionKey = await readEncryptionKey(config.keys.encryptionKeyFile);
  logger.hide(encryptionKey.toString('base64'), { always: true });
  const store = await openStore({ path: config.store.path, clock });
  try {
    await refuseWrongMark(store, options.demo === true);
    const keys = openSigningKeys(
      await store.read((tx) => tx.signingKeys.all()),
      keyEncryptionKey(encryptionKey, entropy),
    );
    const append = createAppend(entropy);
    const verifierKey = await openLog(store, { config, keys, append });
    const context = policyContext(config, options.extraProviders ?? []);
    const reload = oneAtATime(() => reloadPolicies({ store, append, context }, config.policies.directory));
    await loadFirstPolicies(store, reload, logger);
    const policies = createInForce(context);
    // A policy that loaded under another configuration or version may not load now: better known before a port is open.
    await store.read(policies);
    const providers = createProviders({ issuer: config.issuer, keys, extra: options.extraProviders ?? [] });
    const trustedIssuers = createTrustedIssuers({ issuers: config.issuers, clock });
    const deps: ExchangeDeps = {
      authenticate: createAuthenticate({ audience: config.url, trustedIssuers, clock }),
      ownerRefusal: (subject) => ownerRefusal(config.issuers, subject),
      answers: createAnswerSealer(encryptionKey, entropy),
      providerTimeout: options.providerTimeout ?? PROVIDER_TIMEOUT_MS,
      withheld: new Map(),
      ...{ store, append, policies, providers, clock, entropy, logger },
    };
    const closed = await reconcileAtStart(deps);
    if (closed > 0) logger.warn('issuances that a crash left open were closed as unknown', { count: closed });
    return await serve(options, { deps, keys, verifierKey, reload, unlock });
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Started {
  readonly deps: ExchangeDeps;
  readonly keys: SigningKeys;
  readonly verifierKey: string;
  readonly reload: () => Promise<Reloaded>;
  readonly unlock: () => void;
}

async function serve(
  options: BrokerOptions,
  { deps, keys, verifierKey, reload, unlock }: Started,
): Promise<RunningBroker> {
  const { config, backgroundEvery = BACKGROUND_EVERY_MS } = options;
  const { store, logger } = deps;
  let accepting = true;
  const app = createApp({
    ...deps,
    url: config.url,
    issuer: config.issuer,
    keySet: publicKeySet(keys.published),
    verifierKeys: [verifierKey],
    accepting: () => accepting,
    demo: options.demo === true,
    configFile: relative(process.cwd(), config.file),
  });
  const server = createServer(HTTP_LIMITS, app);
  const port = await listen(server, config.listen);
  const jobs = backgroundJobs(config, deps, verifierKey);
  const background = jobs.map((job) => every(backgroundEvery, job, logger));
  return {
    port,
    store,
    verifierKey,
    reload,
    async runBackground() {
      for (const job of jobs) await job.run();
    },
    async close() {
      accepting = false;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await Promise.all(background.map((job) => job.stop()));
      await recordWithheldLeft(deps).catch((error: unknown) =>
        logger.error('withheld credentials are not on record at stop', { error }),
      );
      // The store is let go of whatever the anchor's volume says.
      await keepAnchor(config.log.anchorFile, store, verifierKey).catch((error: unknown) =>
        logger.error('the anchor could not be written at stop', { error }),
      );
      await store.close();
      unlock();
      logger.info('stopped');
    },
  };
}

/** What comes back every other second. Each job by itself, so that one that waits for another system holds up no other. */
function backgroundJobs(config: Config, deps: ExchangeDeps, verifierKey: string): readonly BackgroundJob[] {
  return [
    { name: 'reconciling', run: () => reconcile(deps) },
    { name: 'recording what is withheld', run: () => recordWithheldLeft(deps) },
    { name: 'revoking', run: () => revokeDue(deps) },
    { name: 'forgetting subject tokens', run: () => deps.store.commit(forgetTokens) },
    { name: 'writing the anchor', run: () => keepAnchor(config.log.anchorFile, deps.store, verifierKey) },
  ];
}

/** Checks the log against its anchor and its newest checkpoint, sets the signer, and begins an empty log with its keys. */
async function openLog(
  store: Store,
  { config, keys, append }: { config: Config; keys: SigningKeys; append: Append },
): Promise<string> {
  const origin = logOrigin(config.url);
  const verifierKey = formatVerifierKey(origin, keys.log.publicKey);
  const tip = await store.read(async (tx) => {
    await refuseOtherOrigin(tx.log, origin);
    await checkAnchor(config.log.anchorFile, tx.log, verifierKey);
    return readTip(tx.log, parseVerifierKey(verifierKey));
  });
  store.guard(createCheckpointer({ origin, privateKey: keys.log.privateKey, tip }));
  await store.commit(async (tx) => {
    if ((await tx.log.head()).size > 0) return;
    for (const row of await tx.signingKeys.all()) {
      const { id: key_id, purpose, algorithm, public_key } = row;
      const fields = { key_id, purpose, algorithm, public_key, created_at: isoTime(row.created_at) };
      await append(tx, { type: 'key.created', fields });
    }
  });
  return verifierKey;
}

async function loadFirstPolicies(store: Store, reload: () => Promise<Reloaded>, logger: Logger): Promise<void> {
  const loaded = await reload();
  if (loaded.outcome === 'in-force') {
    for (const warning of loaded.warnings) logger.warn(`policy: ${formatFinding(warning)}`);
    return;
  }
  const findings = loaded.findings.map(formatFinding).join('\n');
  if ((await store.read((tx) => tx.policies.inForce())) === undefined)
    throw new StartRefused(`the policies do not load, and there is no earlier one to go on with:\n${findings}`);
  logger.error(`the policies do not load; the last good ones stay in force:\n${findings}`);
}

function policyContext(config: Config, extra: readonly CredentialProvider[]): PolicyContext {
  const issuers = config.issuers.map(({ name, owners }) => ({ name, owners }));
  return {
    organizationFile: config.policies.organizationFile,
    issuers,
    upstreams: config.upstreams,
    kinds: credentialKinds(BUILT_KINDS, extra),
  };
}

/** A demo's store holds keys that anybody may have seen: a real broker must not go on with it, nor a demo with a real one. */
async function refuseWrongMark(store: Store, demo: boolean): Promise<void> {
  const marked = (await store.read((tx) => tx.meta.get('demo'))) === 'true';
  if (marked && !demo)
    throw new StartRefused(
      'this store is marked as a demo’s: a real broker needs one of its own, made by `buildpass keys create`',
    );
  if (!marked && demo) throw new StartRefused('this store is a real broker’s: the demo does not touch it');
}

async function listen(server: Server, { host, port }: Config['listen']): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new StartRefused(`cannot listen on ${host}:${port}: ${cause.message}`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Calls wait for each other: of two loads the later one must not be overtaken by the earlier. */
function oneAtATime<T>(act: () => Promise<T>): () => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return () => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };
}
