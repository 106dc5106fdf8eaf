// Runs a step and keeps its whole story as a file to read, after a look that no secret stands where it must not.
import { expect } from 'vitest';
import type { ActionResult } from '../../broker/demo/runner.ts';
import type { BrokerDouble } from '../support/broker-double.ts';
import { leaks, runStep, type Step, story } from '../support/run-action.ts';

/** For stories that would take minutes. */
export const FAST_FORWARD = { NODE_OPTIONS: `--import=${import.meta.dirname}/fast-forward.ts` };

export async function tell(broker: BrokerDouble, name: string, step: Step = {}): Promise<ActionResult> {
  const result = await runStep(broker, step);
  expect(leaks(broker, result)).toEqual([]);
  await expect(story(broker, result)).toMatchFileSnapshot(`snapshots/${name}.txt`);
  return result;
}
