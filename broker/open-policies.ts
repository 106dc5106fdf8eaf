// The policies of a start: loaded before a port is open, then again whenever somebody asks, one load at a time.
import type { Config } from './config.ts';
import { StartRefused } from './errors.ts';
import type { Append } from './log/append.ts';
import { createInForce, type InForce } from './policy/in-force-source.ts';
import type { PolicyContext } from './policy/load-policy.ts';
import { type Reloaded, reloadPolicies, warningLines } from './policy/reload-source.ts';
import { credentialKinds } from './providers/credential-kinds.ts';
import { BUILT_KINDS } from './providers/index.ts';
import type { CredentialProvider } from './providers/provider.ts';
import type { SignInProvider } from './sign-in/provider.ts';
import type { Store } from './store/store.ts';
import { formatFinding } from './strict-yaml.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Standing } from './telemetry/standing.ts';

export interface OpenPoliciesOptions {
  readonly config: Config;
  /** providers beside the built ones */
  readonly extra: readonly CredentialProvider[];
  readonly signInProviders: readonly SignInProvider[];
  readonly store: Store;
  readonly append: Append;
  readonly standing: Standing;
  readonly logger: Logger;
}

export interface OpenPolicies {
  readonly policies: InForce;
  reload(): Promise<Reloaded>;
}

/** @throws StartRefused where no policy loads, now or earlier, or the one in force does not load any more */
export async function openPolicies(options: OpenPoliciesOptions): Promise<OpenPolicies> {
  const { config, store, append, standing, logger } = options;
  const context = policyContext(options);
  const reload = oneAtATime(async () => {
    const reloaded = await reloadPolicies({ store, append, context }, config.policies.directory);
    standing.policiesLoaded(reloaded.outcome === 'refused' ? reloaded.findings.map(formatFinding) : undefined);
    return reloaded;
  });
  await loadFirstPolicies(store, reload, logger);
  const policies = createInForce(context);
  // A policy that loaded under another configuration or version may not load now: better known before a port is open.
  await store.read(policies);
  return { policies, reload };
}

async function loadFirstPolicies(store: Store, reload: () => Promise<Reloaded>, logger: Logger): Promise<void> {
  const loaded = await reload();
  if (loaded.outcome === 'in-force') {
    for (const line of warningLines(loaded)) logger.warn(line);
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
    upstreams: config.upstreams,
    kinds: credentialKinds(BUILT_KINDS, extra),
    people: { signIn: signInProviders.map(({ name }) => name), roles: config.roles },
  };
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
