// What one decision costs by the number of entitlements on offer: `evaluate` alone, over policies loaded as a broker loads them;
// how much memory they take; and the worst that a pattern can be given.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBreathe } from '../../broker/breathe.ts';
import { systemElapsed } from '../../broker/clock.ts';
import { createPolicyParser } from '../../broker/parse-policies.ts';
import { evaluate } from '../../broker/policy/evaluate.ts';
import type { PolicySet } from '../../broker/policy/load-policy.ts';
import { compilePattern } from '../../broker/policy/pattern.ts';
import { createPolicyLoader } from '../../broker/policy/policy-loader.ts';
import { buildContext } from '../support/build-policy.ts';
import { largePolicies, permittedAsks } from './large-policies.ts';
import { quantile, table } from './statistics.ts';

const SIZES = [10, 1_000, 100_000];
const BATCHES = 200;
const OF_BATCH = 500;

export async function benchDecisions(): Promise<string> {
  const rows: string[][] = [];
  for (const size of SIZES) {
    const { policies, megabytes, seconds } = await load(size);
    const micros = decide(policies, size).sort((a, b) => a - b);
    const figures = [quantile(micros, 0.5), quantile(micros, 0.99), megabytes, seconds];
    rows.push([String(size), ...figures.map((figure) => figure.toFixed(1))]);
  }
  const head = ['entitlements', 'CPU µs a decision, median', 'p99 of batches', 'MB', 'seconds to load, no requests'];
  return `${table(head, rows)}\n\nthe worst pattern (128 characters) on the worst value (1,024): ${worstMatch().toFixed(0)} µs of CPU`;
}

async function load(size: number): Promise<{ policies: PolicySet; megabytes: number; seconds: number }> {
  const breathe = createBreathe(systemElapsed);
  const loader = createPolicyLoader(buildContext({ issuers: undefined }), {
    parseAll: createPolicyParser(breathe).parseAll,
    breathe,
  });
  const [before, began] = [memory(), performance.now()];
  const loaded = await loader.load(largePolicies(size));
  const seconds = (performance.now() - began) / 1000;
  if (!loaded.ok) throw new Error(`the policies do not load: ${JSON.stringify(loaded.findings.slice(0, 3))}`);
  // With what the loader keeps of the files.
  const megabytes = (memory() - before) / 1e6;
  await loader.load([]);
  return { policies: loaded.policies, megabytes, seconds };
}

function memory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Microseconds of CPU, a batch at a time, of permits all over the policies. */
function decide(policies: PolicySet, size: number): number[] {
  const asks = permittedAsks(size, OF_BATCH);
  return Array.from({ length: BATCHES }, () => {
    const before = process.cpuUsage();
    for (const { subject, ask } of asks)
      if (evaluate(policies, subject, ask).outcome !== 'permit') throw new Error('a decision is no permit');
    return spentSince(before) / OF_BATCH;
  });
}

function worstMatch(): number {
  const [{ matches }, value] = [compilePattern(`${'*a'.repeat(63)}*`), `${'a'.repeat(1_023)}/`];
  const before = process.cpuUsage();
  for (let round = 0; round < OF_BATCH; round += 1) matches(value);
  return spentSince(before) / OF_BATCH;
}

function spentSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
