// The drill of `npm run drill`, short, so that it stays alive.
import { expect, it } from 'vitest';
import { drill } from '../drill/drill.ts';
import { passed, report } from '../drill/report.ts';

it('a broker that is killed five times under load hands out nothing unlogged, nothing twice, and loses no ask', {
  timeout: 180_000,
}, async () => {
  const drilled = await drill({ kills: 5, seed: 20_261_130, say: () => undefined });
  expect(passed(drilled), report(drilled)).toBe(true);
  expect(drilled.jobs.handed.size).toBeGreaterThan(0);
});
