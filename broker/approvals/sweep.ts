// What time and changed policies do to approvals, now and then: what nobody decided expires, and what is no longer what would be
// asked is void, so that nobody decides on it and the job that waits is told at once.
import type { ExchangeDeps } from '../exchange-deps.ts';
import type { Transaction } from '../store/store.ts';
import { termsInForce } from './approval-desk.ts';
import { endApproval } from './endings.ts';
import type { Waiting } from './waiting.ts';

export interface SweepDeps extends Pick<ExchangeDeps, 'store' | 'append' | 'policies' | 'entropy' | 'noticeChannels'> {
  readonly waiting: Waiting;
}

const AT_ONCE = 100;

/** The background work. What was asked under a policy set is asked anew only when another one is in force. */
export function createSweep(deps: SweepDeps): () => Promise<void> {
  // Not their digest: those that are in force may have been so before, and others between.
  let sweptUnder: number | undefined;
  return async () => {
    const work = await deps.store.read(async (tx) => {
      const sequence = (await tx.policies.inForce())?.sequence;
      return { sequence, due: (await tx.approvals.due(tx.now, 1)).length > 0, changed: sequence !== sweptUnder };
    });
    // Nearly always there is nothing, and then nothing is written.
    if (!work.due && !work.changed) return;
    const ended = await deps.store.commit(async (tx) => [
      ...(await expireDue(deps, tx)),
      ...(work.changed ? await voidStale(deps, tx) : []),
    ]);
    sweptUnder = work.sequence;
    deps.waiting.announce(ended);
  };
}

async function expireDue(deps: SweepDeps, tx: Transaction): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const row of await tx.approvals.due(tx.now, AT_ONCE))
    ended.push(...(await endApproval(deps, tx, { row, state: 'expired' })));
  return ended;
}

async function voidStale(deps: SweepDeps, tx: Transaction): Promise<readonly string[]> {
  const policies = await deps.policies(tx);
  const ended: string[] = [];
  const because = 'the policy of this entitlement was changed since it was asked for';
  for (const row of await tx.approvals.allOpen())
    if (termsInForce(policies, row) === undefined)
      ended.push(...(await endApproval(deps, tx, { row, state: 'void', because })));
  return ended;
}
