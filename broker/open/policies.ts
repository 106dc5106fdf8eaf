// The policies as a running broker has them: loaded at its start, again whenever it is told to or their directory is switched, and
// the one in force at hand for whoever decides.
import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { BackgroundJob } from '../background.ts';
import { createBreathe } from '../breathe.ts';
import { systemElapsed } from '../clock.ts';
import type { Config } from '../config.ts';
import { StartRefused } from '../errors.ts';
import type { Append } from '../log/append.ts';
import { createPolicyParser, sparingOne } from '../parse-policies.ts';
import { createPoliciesInForce, type InForce } from '../policy/in-force-source.ts';
import type { PolicyContext } from '../policy/load-policy.ts';
import { createPolicyLoader } from '../policy/policy-loader.ts';
import { adviceLine, type Reloaded, reloadPolicies, warningLines } from '../policy/reload-source.ts';
import { credentialKinds } from '../providers/credential-kinds.ts';
import { availableKinds } from '../providers/index.ts';
import type { CredentialProvider } from '../providers/provider.ts';
import type { SignInProvider } from '../sign-in/provider.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Standing } from '../telemetry/standing.ts';
import { formatFinding } from '../yaml/strict-yaml.ts';

export interface OpenPoliciesOptions {
  readonly config: Config;
  /** providers beside the built ones */
  readonly extra: readonly CredentialProvider[];
  readonly signInProviders: readonly SignInProvider[];
  readonly store: Store;
  readonly append: Append;
  readonly standing: Standing;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface OpenPolicies {
  readonly inForce: InForce;
  readonly reload: () => Promise<Reloaded>;
  readonly jobs: readonly BackgroundJob[];
  /** Gives up a load that is under way. */
  readonly stop: () => void;
}

/** @throws StartRefused where no policy loads and none is in force, or the one in force does not load any more */
export async function openPolicies(options: OpenPoliciesOptions): Promise<OpenPolicies> {
  const { config, store, append, logger } = options;
  const context = policyContext(options);
  const breathe = createBreathe(systemElapsed);
  let serving = false;
  const parser = createPolicyParser(breathe, () => (serving ? sparingOne() : availableParallelism()));
  const loader = createPolicyLoader(context, { parseAll: parser.parseAll, breathe });
  const { inForce, keep, follow } = createPoliciesInForce(loader);
  const { directory, keptIn } = config.policies;
  let loadedFrom: string | undefined;
  const reload = oneAtATime(async () => {
    loadedFrom = await realOrNone(directory);
    const commitFile = keptIn?.commitFile;
    const deps = { store, append, context, loader, keep, breathe, commitFile, parseAll: parser.parseAll };
    return measured(options, () => reloadPolicies(deps, directory));
  });
  const reloadWhereSwitched = async (): Promise<void> => {
    if ((await realOrNone(directory)) !== loadedFrom) sayReloaded(logger, await reload());
  };
  try {
    await loadFirstPolicies(store, reload, logger);
    // One that loaded under another configuration or version may not load now: better known before a port is open.
    await follow(store);
    serving = true;
  } catch (error) {
    parser.stop();
    throw error;
  }
  return {
    ...{ inForce, reload, stop: parser.stop },
    jobs: [
      { name: 'looking whether the policy directory was switched', run: reloadWhereSwitched },
      { name: 'following the policies in force', run: () => follow(store) },
    ],
  };
}

async function measured({ standing, metrics }: OpenPoliciesOptions, load: () => Promise<Reloaded>): Promise<Reloaded> {
  const began = systemElapsed();
  try {
    const reloaded = await load();
    standing.policiesLoaded(reloaded.outcome === 'refused' ? reloaded.findings.map(formatFinding) : undefined);
    const unchanged = reloaded.outcome === 'in-force' && !reloaded.changed;
    metrics.count('buildpass_policy_loads_total', unchanged ? 'unchanged' : reloaded.outcome);
    return reloaded;
  } catch (error) {
    metrics.count('buildpass_policy_loads_total', 'failed');
    throw error;
  } finally {
    metrics.observe('buildpass_policy_load_seconds', (systemElapsed() - began) / 1000);
  }
}

/** Undefined where there is nothing: the load says so. */
const realOrNone = (directory: string): Promise<string | undefined> => realpath(directory).catch(() => undefined);

async function loadFirstPolicies(store: Store, reload: () => Promise<Reloaded>, logger: Logger): Promise<void> {
  const loaded = await reload();
  if (loaded.outcome === 'in-force') {
    sayFindings(logger, loaded);
    return;
  }
  const findings = loaded.findings.map(formatFinding).join('\n');
  if ((await store.read((tx) => tx.policies.inForce())) === undefined)
    throw new StartRefused(`the policies do not load, and there is no earlier one to go on with:\n${findings}`);
  logger.warn(`the policies do not load; the last good ones stay in force:\n${findings}`);
}

function policyContext({ config, extra, signInProviders }: OpenPoliciesOptions): PolicyContext {
  const issuers = config.issuers.map(({ name, owners }) => ({ name, owners }));
  return {
    organizationFile: config.policies.organizationFile,
    issuers,
    upstreams: new Map(config.upstreams.map(({ name, kind }) => [name, kind])),
    kinds: credentialKinds(availableKinds(config), extra),
    facts: config.github !== undefined,
    keptIn: config.policies.keptIn !== undefined,
    appIssuers: config.github?.issuers,
    people: { signIn: signInProviders.map(({ name }) => name), roles: config.roles },
  };
}

/** Says it in the broker's own log, and hands it on. */
export function sayReloaded(logger: Logger, reloaded: Reloaded): Reloaded {
  if (reloaded.outcome === 'refused') {
    const findings = reloaded.findings.map(formatFinding).join('\n');
    logger.warn(`the new policies do not load; the last good ones stay in force:\n${findings}`);
    return reloaded;
  }
  sayFindings(logger, reloaded);
  logger.info(reloaded.changed ? 'policies changed' : 'policies unchanged', { policy_set: reloaded.digest });
  return reloaded;
}

function sayFindings(logger: Logger, loaded: Extract<Reloaded, { outcome: 'in-force' }>): void {
  for (const line of warningLines(loaded)) logger.warn(line);
  const advice = adviceLine(loaded);
  if (advice !== undefined) logger.info(advice);
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
