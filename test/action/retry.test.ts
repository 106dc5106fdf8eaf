import { expect, test } from 'vitest';
import { ActionFailure } from '../../action/action-failure.ts';
import { type Patience, patiently, TryAgain } from '../../action/retry.ts';
import { jobDouble } from '../support/job-double.ts';

const PATIENCE: Patience = { attempts: 5, withinMs: 120_000 };

/** Runs attempts that fail so; tells the waits and the result. */
async function tried(failures: readonly Error[], patience = PATIENCE) {
  const job = jobDouble();
  const left: number[] = [];
  const result = await patiently(job, patience, async (leftMs) => {
    left.push(leftMs);
    const failure = failures[left.length - 1];
    if (failure !== undefined) throw failure;
    return 'done';
  }).catch((error: unknown) => error);
  return {
    result,
    left,
    waits: job.events.filter((event) => event.startsWith('wait ')),
    printed: job.events.filter((event) => !event.startsWith('wait ')),
  };
}

test('the first success ends it', async () => {
  expect(await tried([])).toMatchObject({ result: 'done', waits: [] });
});

test('waits double, shortened at random', async () => {
  const { result, waits } = await tried(Array(4).fill(new TryAgain('down')));
  expect(result).toBe('done');
  expect(waits).toEqual(['wait 1332.03125 ms', 'wait 2664.0625 ms', 'wait 5328.125 ms', 'wait 10656.25 ms']);
});

test('the wait that the other side asks for is kept where it fits, and is a second at least', async () => {
  const { result, waits } = await tried([new TryAgain('busy', 90_000), new TryAgain('busy', 0)]);
  expect(result).toBe('done');
  expect(waits).toEqual(['wait 90000 ms', 'wait 1000 ms']);
});

test('a wait longer than our patience ends it, and is told', async () => {
  const { result, waits } = await tried([new TryAgain('the quota is used up', 3_600_000)]);
  expect(waits).toEqual([]);
  expect(result).toMatchObject({ lines: ['Tried once: the quota is used up, and asks to wait 3600 s.'] });
});

test('nothing is begun for a job that was cancelled', async () => {
  const { result, left } = await tried([], { ...PATIENCE, until: AbortSignal.abort() });
  expect(left).toEqual([]);
  expect(result).toMatchObject({ message: 'The job was cancelled' });
});

test('an attempt under way when the job is cancelled may still succeed, and is not repeated', async () => {
  const job = jobDouble();
  const cancelling = new AbortController();
  const attempt = async (outcome: () => string) => {
    cancelling.abort();
    return outcome();
  };
  const patience = { ...PATIENCE, until: cancelling.signal };
  expect(await patiently(job, patience, () => attempt(() => 'done'))).toBe('done');
  await expect(patiently(job, patience, () => attempt(() => 'again'))).rejects.toThrow('The job was cancelled');
});

test('after five attempts it says what was tried', async () => {
  const { result, left } = await tried(Array(9).fill(new TryAgain('it is down')));
  expect(left).toHaveLength(5);
  expect(result).toMatchObject({
    message: 'Buildpass got no answer',
    lines: ['Tried 5 times in 20 s; the last time: it is down.'],
  });
});

test('a wait that would pass the end is not begun', async () => {
  const { result, left } = await tried(Array(9).fill(new TryAgain('busy', 30_000)), { attempts: 9, withinMs: 70_000 });
  expect(left).toEqual([70_000, 40_000, 10_000]);
  expect(result).toBeInstanceOf(ActionFailure);
  expect(result).toMatchObject({
    message: 'Buildpass could not do it',
    lines: ['Tried 3 times in 60 s; the last time: busy, and asks to wait 30 s.'],
  });
});

test('another failure is not tried again', async () => {
  const { result, left } = await tried([new ActionFailure('refused')]);
  expect(left).toHaveLength(1);
  expect(result).toMatchObject({ message: 'refused' });
});

test('each new attempt is announced with its reason', async () => {
  const { printed } = await tried([new TryAgain('https://x answered 503', 2_000)]);
  expect(printed).toEqual(['https://x answered 503; trying again in 2 s (1 of at most 5 attempts made).']);
});
