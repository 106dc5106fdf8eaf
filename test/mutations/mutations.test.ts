// A part of `npm run mutate-log` on every run: the same choices each time, and some that are new.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSource } from '../support/source-tree.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { runMutations } from './run-mutations.ts';
import { NOT_VOUCHED, stateOf } from './vouched-rows.ts';

const SEED = 20_261_130;
const NEW_SEED = Math.floor(Math.random() * 1e9);

let evidence: Evidence;
beforeAll(async () => {
  evidence = await gatherEvidence();
}, 120_000);
afterAll(() => evidence.remove());

describe('somebody who can write every byte of a store or its export', () => {
  it.each([
    [SEED, 112],
    [NEW_SEED, 42],
  ])(
    'is found out by what somebody kept, whatever is changed (seed %i, %i mutations)',
    async (seed, count) => {
      const tallies = await runMutations(evidence, { seed, count });
      expect(tallies.flatMap(({ missed }) => missed)).toEqual([]);
      expect(tallies.filter(({ found }) => found === 0)).toEqual([]);
      // Enough forks that some agree with themselves: what was kept is what finds them.
      const ofForks = tallies.filter(({ mutation }) => mutation === 'fork');
      expect(count < 100 || ofForks.some(({ onlyAgainst }) => onlyAgainst > 0)).toBe(true);
    },
    240_000,
  );
});

describe('what the log does not vouch for', () => {
  it('is in the document, column by column', () => {
    const [, text = ''] = readSource('docs/log-format.md').split('## What the log does not vouch for');
    const missing = NOT_VOUCHED.filter(({ table, column }) => !text.includes(`\`${table}.${column}\``));
    expect(missing).toEqual([]);
  });

  it('is left out of what a mutation is compared by, and nothing else is', () => {
    expect(stateOf(evidence.store)).not.toContain('sealed_');
    for (const column of ['leaf', 'ends_at', 'decision', 'fingerprint', 'text'])
      expect(stateOf(evidence.store)).toContain(column);
  });
});
