import { mock } from 'node:test';
import { describe, expect, it, onTestFinished } from 'vitest';
import { within } from '../../../broker/issuance/deadline.ts';

const never = new Promise<never>(() => undefined);

function stopTime(): void {
  mock.timers.enable({ apis: ['setTimeout'] });
  onTestFinished(() => mock.timers.reset());
}

describe('an act within a time', () => {
  it('that answers in it is that answer, and is not called off afterwards', async () => {
    stopTime();
    let given: AbortSignal | undefined;
    const act = async (signal: AbortSignal): Promise<string> => {
      given = signal;
      return 'done';
    };
    expect(await within(100, act)).toBe('done');
    mock.timers.tick(100);
    expect(given?.aborted).toBe(false);
  });

  it('that does not is given up when it is over, and told so', async () => {
    stopTime();
    let given: AbortSignal | undefined;
    const acting = within(100, (signal) => {
      given = signal;
      return never;
    });
    const failed = acting.catch((error: unknown) => error);
    mock.timers.tick(99);
    await Promise.resolve();
    expect(given?.aborted).toBe(false);
    mock.timers.tick(1);
    expect(await failed).toMatchObject({ name: 'TimeoutError', message: 'The time is over.' });
    expect(given?.reason).toBe(await failed);
  });

  it('does not keep the process from ending', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    expect(await within(100, async () => timers())).toBe(before);
  });

  it('that throws at once has failed like any other', async () => {
    const failed = within(100, () => {
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
  });
});
