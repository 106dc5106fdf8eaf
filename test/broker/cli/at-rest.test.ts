// What a command does by the running broker or at rest: one of the two, whichever can be had first.
import { describe, expect, it } from 'vitest';
import { NotRunning } from '../../../broker/cli/ask-control.ts';
import { askOrAtRest } from '../../../broker/cli/at-rest.ts';
import { lockStore } from '../../../broker/store/sqlite.ts';
import { brokerFiles } from '../../support/broker-files.ts';
import { buildpass } from '../../support/command-line.ts';

async function lockedStore(): Promise<{ store: string; unlock: () => void }> {
  const { config, store } = await brokerFiles();
  await buildpass('keys', 'create', '--config', config);
  return { store, unlock: lockStore(store) };
}

const never = () => Promise.reject(new Error('not this one'));
const coded = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

describe('a store that somebody has', () => {
  it.each([undefined, 'ECONNREFUSED', 'ENOENT'])(
    'and answers nobody (%s) is taken once they let go of it',
    async (code) => {
      const { store, unlock } = await lockedStore();
      const ask = async () => {
        unlock();
        throw new NotRunning('nobody answers', code === undefined ? undefined : coded(code));
      };
      expect(await askOrAtRest(store, { ask, atRest: async () => 'at rest' })).toBe('at rest');
      lockStore(store)();
    },
  );

  it('is asked again while a broker starts', async () => {
    const { store, unlock } = await lockedStore();
    const answers = [new NotRunning('not yet'), undefined];
    const ask = async () => {
      const problem = answers.shift();
      if (problem !== undefined) throw problem;
      return 'by the broker';
    };
    expect(await askOrAtRest(store, { ask, atRest: never })).toBe('by the broker');
    unlock();
  });

  it.each([
    ['breaks off, since it may have done it', new NotRunning('broke off', coded('ECONNRESET'))],
    ['says no', new Error('There is no lease')],
  ])('is not asked again where it %s', async (_what, problem) => {
    const { store, unlock } = await lockedStore();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      throw problem;
    };
    await expect(askOrAtRest(store, { ask, atRest: never })).rejects.toBe(problem);
    expect(asked).toBe(1);
    unlock();
  });
});

describe('a store that nobody has', () => {
  it('is locked while it is worked on, and not afterwards, whatever came of it', async () => {
    const { store, unlock } = await lockedStore();
    unlock();
    const atRest = async () => {
      expect(() => lockStore(store)).toThrow('another broker is running');
      throw new Error('it did not come off');
    };
    await expect(askOrAtRest(store, { ask: never, atRest })).rejects.toThrow('it did not come off');
    lockStore(store)();
  });
});
