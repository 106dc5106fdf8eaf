// Shows a decoy to the system that an entitlement's credentials come from, because an operator ordered it: on record before it leaves,
// and what came of it after. It is no issuance: there is no job, no grant and no lease, and nobody is handed anything.
import { type Millis, newId } from '../clock.ts';
import type { Decoy, DecoyTaker, DecoyTarget, Shown } from '../decoy.ts';
import { BrokerError } from '../errors.ts';
import { isoTime } from '../log/entry.ts';
import type { Entitlement, Project } from '../model.ts';
import type { InForce } from '../policy/in-force-source.ts';
import { UpstreamRefused } from '../providers/provider.ts';
import type { Transaction } from '../store/store.ts';
import { within } from './deadline.ts';
import type { IssueDeps } from './issuing.ts';

export type DecoyDeps = Pick<
  IssueDeps,
  'store' | 'append' | 'providers' | 'entropy' | 'clock' | 'logger' | 'providerTimeout'
> & {
  readonly policies: InForce;
};

export type DecoyAnswer =
  /** and why not; nothing is on record then */
  { readonly outcome: 'not-shown'; readonly found: string } | (Shown & DecoyTarget & { readonly id: string });

/** @throws BrokerError NOT_FOUND where the policies in force have no such entitlement */
export async function showDecoy(
  deps: DecoyDeps,
  asked: { readonly project: string; readonly entitlement: string },
): Promise<DecoyAnswer> {
  const started = await deps.store.commit((tx) => start(deps, tx, asked));
  if ('outcome' in started) return started;
  const { decoy, target } = started;
  const shown = await show(deps, started);
  const { outcome, livesUntil } = shown;
  deps.logger[outcome === 'accepted' ? 'warn' : 'info']('a decoy was shown to a system that issues', {
    ...{ decoy_id: decoy.id, system: target.system, target: target.target, outcome },
  });
  await deps.store.commit((tx) =>
    deps.append(tx, {
      type: 'decoy.ended',
      fields: {
        ...{ decoy_id: decoy.id, ...asked, outcome },
        ...(livesUntil === undefined ? {} : { may_live_until: isoTime(livesUntil) }),
      },
    }),
  );
  return { ...shown, ...target, id: decoy.id };
}

interface Started {
  readonly decoy: Decoy;
  readonly target: DecoyTarget;
  readonly taker: DecoyTaker;
  readonly parameters: unknown;
}

const notShown = (found: string): DecoyAnswer => ({ outcome: 'not-shown', found });

async function start(
  deps: DecoyDeps,
  tx: Transaction,
  asked: { readonly project: string; readonly entitlement: string },
): Promise<Started | DecoyAnswer> {
  const { project, entitlement } = await find(deps, tx, asked);
  const { kind, parameters } = entitlement.credential;
  const provider = deps.providers.get(kind);
  if (provider === undefined) return notShown(`this broker makes no \`${kind}\``);
  const taker = provider.decoys;
  if (taker === undefined) return notShown(`no other system is asked to trust the broker for a \`${kind}\``);
  // The token of a decoy is signed by the key of the real ones: a pause is for that as well.
  if ((await tx.suspensions.hitting({ ...asked, requester: null })) !== undefined) return notShown('it is paused');
  const target = taker.targetOf(parameters);
  const decoy = { ...asked, id: newId('dcy', deps.entropy, tx.now), at: tx.now };
  await deps.append(tx, {
    type: 'decoy.started',
    fields: { decoy_id: decoy.id, ...asked, kind, policy_digest: project.digest, ...target, by: 'operator' },
  });
  return { decoy, target, taker, parameters };
}

async function find(
  { policies }: DecoyDeps,
  tx: Transaction,
  asked: { readonly project: string; readonly entitlement: string },
): Promise<{ readonly project: Project; readonly entitlement: Entitlement }> {
  const project = (await policies(tx)).projects.get(asked.project);
  const entitlement = project?.entitlements.get(asked.entitlement);
  if (project !== undefined && entitlement !== undefined) return { project, entitlement };
  throw new BrokerError(
    'NOT_FOUND',
    `The policies in force have no entitlement "${asked.project}/${asked.entitlement}": \`policy reload\` loads what is in the directory.`,
  );
}

/** The other side may still act on what it was asked shortly before. */
const AFTERWARDS_MS: Millis = 30_000;

async function show(deps: DecoyDeps, { decoy, taker, parameters }: Started): Promise<Shown> {
  try {
    return await within(deps.providerTimeout, (signal) => taker.show(decoy, parameters, signal));
  } catch (error) {
    if (error instanceof UpstreamRefused) return { outcome: 'refused', found: error.message };
    const { longestLife } = taker;
    return {
      outcome: 'unclear',
      found: `it gave no clear answer: ${(error as Error).message}`,
      next: 'ask again',
      ...(longestLife === 0 ? {} : { livesUntil: deps.clock.now() + longestLife * 1000 + AFTERWARDS_MS }),
    };
  }
}
