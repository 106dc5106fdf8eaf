// The composition root: the only file that knows concrete stores and providers. `startBroker` reads as the order of a start;
// whatever is not as it must be refuses it before a port is open.
import { relative } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { createSweep } from './approvals/sweep.ts';
import { createWaiting } from './approvals/waiting.ts';
import { type BackgroundJob, every } from './background.ts';
import type { BrokerOptions, RunningBroker } from './broker-options.ts';
import { type Clock, type Entropy, systemClock, systemElapsed, systemEntropy } from './clock.ts';
import { proxyPasswords } from './config/proxies.ts';
import type { Config } from './config.ts';
import { type FaceDeps, openFace } from './face.ts';
import { createAuthenticate, ownerRefusal } from './identity/authenticate.ts';
import { forgetTokens } from './identity/first-use.ts';
import type { TrustedIssuers } from './identity/trusted-issuers.ts';
import { jobEnded } from './issuance/job-ended.ts';
import { reconcile, reconcileAtStart } from './issuance/reconcile.ts';
import { revokeDue } from './issuance/revoke.ts';
import { createAnswerSealer } from './issuance/sealed-answer.ts';
import { createClockWatch } from './issuance/taken-for-dead.ts';
import { recordWithheldAtStop, recordWithheldLeft } from './issuance/withhold.ts';
import { publicKeySet } from './keys/key-set.ts';
import { createRepositoryQuota } from './limits/repository-quota.ts';
import { createTurns } from './limits/turns.ts';
import { keepAnchor } from './log/anchor.ts';
import { type Append, createAppend } from './log/append.ts';
import type { Subject } from './model.ts';
import type { OpenChannel } from './notify/channel.ts';
import { deliverDue } from './notify/deliver.ts';
import { openControl } from './open/control.ts';
import { openGithub } from './open/github.ts';
import { openIssuers, webAddresses } from './open/issuers.ts';
import { type OpenKeys, openKeys, openRotation } from './open/keys.ts';
import { type OpenLog, openLog } from './open/log.ts';
import { openNotify } from './open/notify.ts';
import { type OpenPolicies, openPolicies } from './open/policies.ts';
import { openProviders } from './open/providers.ts';
import { openRelyingParties } from './open/relying-parties.ts';
import { openSignIn } from './open/sign-in.ts';
import { createNoticeNames } from './requests/name-drift.ts';
import type { Rotation } from './rotation/rotation.ts';
import { createAttempts } from './sign-in/attempts.ts';
import { createDeviceLogins } from './sign-in/device-logins.ts';
import { createPeople } from './sign-in/people.ts';
import { forgetSessions } from './sign-in/sessions.ts';
import { lockStore, openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import { refuseWrongMark } from './store-mark.ts';
import { countedLogger } from './telemetry/counted-logger.ts';
import { watchEventLoop } from './telemetry/event-loop.ts';
import type { Logger } from './telemetry/logger.ts';
import { measuredStore } from './telemetry/measured-store.ts';
import { createMetrics, type MetricsRegistry } from './telemetry/metrics.ts';
import { Standing } from './telemetry/standing.ts';
import { watchStore } from './watch-store.ts';

const PROVIDER_TIMEOUT_MS = 20_000;
const BACKGROUND_EVERY_MS = 2_000;

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
  const { config, clock = systemClock, entropy = systemEntropy, openStore = openSqliteStore } = options;
  const metrics = createMetrics();
  const logger = countedLogger(options.logger, metrics);
  for (const secret of proxyPasswords(config.proxies)) logger.hide(secret, { always: true });
  const { storeBroken, onBroken } = watchStore(config.store.path, logger);
  const opened = await openStore({ path: config.store.path, clock, onBroken });
  const store = measuredStore(opened, metrics, systemElapsed);
  try {
    await refuseWrongMark(store, options.demo === true);
    const keys = await openKeys(store, config, { entropy, logger });
    const append = createAppend(entropy);
    const log = await openLog(store, { config, keys, append });
    const standing = new Standing(
      clock,
      config.issuers.map(({ name }) => name),
    );
    const rotation = openRotation({ store, append, config, keys, entropy, logger });
    const { encryptionKey } = keys;
    const foundation = { ...log, store, append, keys, encryptionKey, standing, clock, entropy, logger, metrics };
    const core = await openCore(options, foundation);
    const closed = await reconcileAtStart(core.deps);
    if (closed > 0) logger.warn('issuances that a crash left open were closed as unknown', { count: closed });
    return await serve(options, { ...core, keys, rotation, log, unlock, standing, storeBroken });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What is there before a policy is read. */
interface Foundation extends OpenLog {
  readonly store: Store;
  readonly append: Append;
  readonly keys: OpenKeys;
  readonly encryptionKey: Buffer;
  readonly standing: Standing;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
}

/** Loads the policies, and puts together what decides and issues. */
async function openCore(
  options: BrokerOptions,
  foundation: Foundation,
): Promise<Pick<Started, 'deps' | 'trustedIssuers' | 'policies' | 'demoLink' | 'channels'>> {
  const { config, extraProviders: extra = [] } = options;
  const { store, append, recent, keys, encryptionKey, clock, entropy, logger, metrics } = foundation;
  const { signInProviders, demoLink } = await openSignIn(options, foundation);
  const channels = await openNotify(config, logger);
  const policies = await openPolicies({ config, extra, signInProviders, ...foundation });
  const trustedIssuers = openIssuers(config, foundation);
  const deps = {
    authenticate: createAuthenticate({ audience: config.url, trustedIssuers, clock }),
    askFacts: await openGithub(config, foundation),
    ownerRefusal: (subject: Subject) => ownerRefusal(config.issuers, subject),
    providers: await openProviders(config, { keys, clock, extra, logger }),
    providerTimeout: options.providerTimeout ?? PROVIDER_TIMEOUT_MS,
    answers: createAnswerSealer(encryptionKey, entropy),
    withheld: new Map(),
    turns: createTurns({ elapsed: systemElapsed, onRejected: () => metrics.count('buildpass_turns_rejected_total') }),
    quota: createRepositoryQuota({
      ...{ ...config.limits, elapsed: systemElapsed },
      onLimited: (limit) => metrics.count('buildpass_limited_total', limit),
    }),
    waiting: createWaiting(systemElapsed),
    noticeChannels: [...channels.keys()],
    webOf: webAddresses(config),
    audienceOfParty: await openRelyingParties(config, logger),
    keys: keys.ring,
    noticeNames: createNoticeNames({ logger, issuers: config.issuers }),
    people: createPeople({ ...config, ...foundation, providers: signInProviders, policies: policies.inForce }),
    attempts: createAttempts({ ...config, ...foundation }),
    deviceLogins: createDeviceLogins(foundation),
    ...{ store, append, recent, policies: policies.inForce, clock, entropy, logger, metrics },
  };
  return { deps, trustedIssuers, policies, demoLink, channels };
}

interface Started {
  readonly deps: FaceDeps;
  readonly demoLink: (name: string) => string;
  readonly standing: Standing;
  readonly keys: OpenKeys;
  readonly rotation: Rotation;
  readonly log: OpenLog;
  readonly trustedIssuers: TrustedIssuers;
  readonly policies: OpenPolicies;
  readonly channels: ReadonlyMap<string, OpenChannel>;
  readonly unlock: () => void;
  readonly storeBroken: Promise<void>;
}

async function serve(options: BrokerOptions, started: Started): Promise<RunningBroker> {
  const { config, backgroundEvery = BACKGROUND_EVERY_MS } = options;
  const { deps, keys, rotation, log, policies, unlock, standing, storeBroken, demoLink } = started;
  const { store, logger, metrics } = deps;
  let accepting = true;
  const eventLoop = watchEventLoop(systemElapsed);
  const control = await openControl(config, { ...deps, reload: policies.reload, rotation });
  const opening = openFace({
    ...{ deps, standing, eventLoop, elapsed: systemElapsed, version: manifest.version },
    ...{ listen: config.listen, url: config.url, issuer: config.issuer, drainTimeout: options.drainTimeout },
    ...{ ...log, keySet: () => publicKeySet(keys.ring.published) },
    accepting: () => accepting,
    demo: options.demo === true,
    configFile: relative(process.cwd(), config.file),
  });
  const face = await opening.catch((error: unknown) => control.close().then(() => Promise.reject(error)));
  const jobs = backgroundJobs(config, started);
  const onFailure = (job: string): void => metrics.count('buildpass_background_failures_total', job);
  const background = jobs.map((job) => every(backgroundEvery, job, { logger, onFailure }));
  return {
    ...{
      port: face.port,
      adminPort: face.adminPort,
      store,
      reload: policies.reload,
      storeBroken,
      demoLink,
      people: deps.people,
      jobEnded: (job) => jobEnded(deps, job),
    },
    get verifierKey() {
      return log.verifierKey();
    },
    async runBackground() {
      for (const job of jobs) await job.run();
    },
    async close() {
      accepting = false;
      deps.waiting.release();
      policies.stop();
      await control.close();
      // At once, since what else a stop waits for takes its time, and its end may be forced; and for what came meanwhile, again.
      await recordWithheldAtStop(deps);
      await face.drain();
      await Promise.all(background.map((job) => job.stop()));
      await recordWithheldAtStop(deps);
      // The store is let go of whatever the anchor's volume says.
      await keepAnchor(config.log.anchorFile, store, log.verifierKey()).catch((error: unknown) =>
        logger.error('the anchor could not be written at stop', { error }),
      );
      await face.close();
      eventLoop.stop();
      await store.close();
      unlock();
      logger.info('stopped');
    },
  };
}

/** What comes back every other second. Each job by itself, so that one that waits for another system holds up no other. */
function backgroundJobs(
  config: Config,
  { deps, log, trustedIssuers, policies, channels, standing, rotation }: Started,
): readonly BackgroundJob[] {
  const { anchorFile } = config.log;
  const anchor = async (): Promise<void> => {
    await keepAnchor(anchorFile, deps.store, log.verifierKey());
    if (anchorFile !== undefined) standing.anchorKept();
  };
  const watchClock = createClockWatch(deps);
  return [
    { name: 'reconciling', run: () => reconcile(deps) },
    { name: 'recording what is withheld', run: () => recordWithheldLeft(deps) },
    { name: 'ending approvals', run: createSweep(deps) },
    { name: 'revoking', run: () => watchClock().then(() => revokeDue(deps)) },
    { name: 'notifying', run: () => deliverDue({ ...deps, channels, url: config.url }) },
    { name: 'fetching the keys of issuers', run: () => trustedIssuers.refreshAhead() },
    { name: 'rotating the signing keys', run: () => rotation.advance() },
    { name: 'forgetting subject tokens', run: () => deps.store.commit(forgetTokens) },
    { name: 'forgetting sessions', run: () => deps.store.commit(forgetSessions) },
    { name: 'writing the anchor', run: anchor },
    ...policies.jobs,
  ];
}
