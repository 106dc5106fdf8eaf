// What is looked up for a scrape: the store, the queue, the process.
import type { Clock } from '../clock.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { EventLoop } from './event-loop.ts';
import type { MetricsRegistry, SetValue } from './metrics.ts';
import type { Standing } from './standing.ts';

export interface GaugeSources {
  readonly store: Store;
  readonly clock: Clock;
  readonly standing: Standing;
  readonly policies: (tx: Transaction) => Promise<Offered>;
  readonly waiting: { count(): number };
  readonly turns: { readonly running: number; readonly waiting: number };
  readonly ready: () => Promise<{ readonly ready: boolean }>;
  readonly eventLoop: EventLoop;
  readonly version: string;
}

interface Offered {
  readonly projects: ReadonlyMap<string, { readonly entitlements: ReadonlyMap<string, unknown> }>;
}

export function collectGauges(registry: MetricsRegistry, sources: GaugeSources): void {
  const { store, turns, waiting, standing, policies, ready } = sources;
  registry.collect((set) => store.read((tx) => setStored(tx, set)));
  registry.collect((set) => store.read(async (tx) => setEntitlements(await policies(tx), set)));
  registry.collect(async (set) => set('buildpass_ready', (await ready()).ready ? 1 : 0));
  registry.collect((set) => {
    set('buildpass_turns_running', turns.running);
    set('buildpass_turns_waiting', turns.waiting);
    set('buildpass_jobs_waiting', waiting.count());
    set('buildpass_policy_refused', standing.policyRefused ? 1 : 0);
    if (standing.anchorAge !== undefined) set('buildpass_anchor_age_seconds', standing.anchorAge / 1000);
    for (const [issuer, age] of standing.keyAges()) set('buildpass_issuer_keys_age_seconds', age / 1000, issuer);
    setProcess(set, sources);
  });
}

async function setStored(tx: Transaction, set: SetValue): Promise<void> {
  const { live, overdue } = await tx.leases.count(tx.now);
  set('buildpass_leases', live, 'live');
  set('buildpass_leases', overdue, 'overdue');
  for (const kind of ['revoke', 'notify'] as const) await setWaiting(tx, kind, set);
  set('buildpass_revocations_failing', await tx.outbox.failingRevocations());
  set('buildpass_pauses', (await tx.suspensions.all()).length);
  set('buildpass_log_entries', (await tx.log.head()).size);
  const policy = await tx.policies.inForce();
  if (policy === undefined) return;
  set('buildpass_policy_info', 1, policy.digest);
  set('buildpass_policy_age_seconds', Math.max(0, tx.now - policy.since) / 1000);
}

async function setWaiting(tx: Transaction, kind: 'revoke' | 'notify', set: SetValue): Promise<void> {
  const { items, oldestDueAt } = await tx.outbox.waiting(kind);
  set('buildpass_outbox_items', items, kind);
  const since = oldestDueAt === undefined ? 0 : Math.max(0, tx.now - oldestDueAt);
  set('buildpass_outbox_oldest_seconds', since / 1000, kind);
}

function setEntitlements({ projects }: Offered, set: SetValue): void {
  const counts = [...projects.values()].map(({ entitlements }) => entitlements.size);
  set(
    'buildpass_policy_entitlements',
    counts.reduce((sum, count) => sum + count, 0),
  );
}

function setProcess(set: SetValue, { clock, eventLoop, version }: GaugeSources): void {
  for (const [quantile, delay] of Object.entries(eventLoop.takeDelays()))
    set('buildpass_event_loop_delay_seconds', delay / 1000, quantile);
  const { user, system } = process.cpuUsage();
  set('process_cpu_seconds_total', (user + system) / 1e6);
  set('process_resident_memory_bytes', process.memoryUsage.rss());
  set('process_start_time_seconds', Math.round(clock.now() / 1000 - process.uptime()));
  set('buildpass_build_info', 1, version, process.versions.node);
}
