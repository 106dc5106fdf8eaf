import { describe, expect, it, onTestFinished } from 'vitest';
import { every } from '../../broker/background.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';

const lines: string[] = [];
const logger = createLogger({ level: 'info', demo: false, destination: { write: (line) => void lines.push(line) } });

describe('work that comes back', () => {
  it('comes back after it failed, and says so', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      throw new Error('no disk');
    };
    const background = every(1, { name: 'failing', run }, { logger });
    onTestFinished(() => background.stop());
    await expect.poll(() => runs).toBeGreaterThan(1);
    expect(lines.filter((line) => line.includes('failing failed; it will be tried again'))).toHaveLength(1);
  });

  it('wakes somebody once it failed ten times in a row, and says when it works again', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      if (runs <= 15) throw new Error('no disk');
    };
    const background = every(1, { name: 'mending', run }, { logger });
    onTestFinished(() => background.stop());
    await expect.poll(() => runs).toBeGreaterThan(15);
    const said = lines.map((line) => JSON.parse(line)).filter((line) => line.job === 'mending');
    expect(said).toMatchObject([{ level: 'error', message: 'background work keeps failing', failures: 10 }]);
    expect(lines.join('')).toContain('mending works again');
  });

  it('holds up no other work while it waits, and is waited for at stop', async () => {
    const gate = Promise.withResolvers<void>();
    const runs = { slow: 0, quick: 0 };
    const count = (name: keyof typeof runs, result: Promise<void>) => () => {
      runs[name] += 1;
      return result;
    };
    const slow = every(1, { name: 'slow', run: count('slow', gate.promise) }, { logger });
    const quick = every(1, { name: 'quick', run: count('quick', Promise.resolve()) }, { logger });
    await expect.poll(() => runs.quick).toBeGreaterThan(3);
    expect(runs.slow).toBe(1);
    let stopped = false;
    const stopping = Promise.all([slow.stop(), quick.stop()]).then(() => {
      stopped = true;
    });
    expect(stopped).toBe(false);
    gate.resolve();
    await stopping;
    expect(runs.slow).toBe(1);
  });
});
