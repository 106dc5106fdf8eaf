import { describe, expect, it } from 'vitest';
import { createTurns, type TurnsOptions } from '../../../broker/limits/turns.ts';

/** Work that ends when a test says so; `order` is the order in which it began. */
function turnsOf(options: Partial<TurnsOptions> = {}) {
  const state = { now: 0 };
  const turns = createTurns({ elapsed: () => state.now, ...options });
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (key: string, name = key): Promise<string> =>
    turns.take(key, async () => {
      order.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  /** Ends the work that began first. */
  const endOne = async (after = 0): Promise<void> => {
    state.now += after;
    ends.shift()?.();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { state, turns, order, ask, endOne };
}

const OVERLOADED = expect.objectContaining({ code: 'OVERLOADED' });

describe('turns', () => {
  it('begin at once while there is room, and give back what the work gave', async () => {
    const { ask, endOne, order } = turnsOf();
    const asked = ask('a');
    expect(order).toEqual(['a']);
    await endOne();
    expect(await asked).toBe('a');
  });

  it('are in rotation: one that asks much does not hold up one that asks once', async () => {
    const { ask, endOne, order } = turnsOf({ maxRunning: 1 });
    for (const name of ['noisy 1', 'noisy 2', 'noisy 3', 'noisy 4']) void ask('noisy', name);
    void ask('quiet');
    void ask('other');
    for (let at = 0; at < 5; at += 1) await endOne();
    expect(order).toEqual(['noisy 1', 'noisy 2', 'quiet', 'other', 'noisy 3', 'noisy 4']);
  });

  it('are a share of what there is, among those who asked lately; alone, all of it', async () => {
    const { state, ask, endOne, turns } = turnsOf({ maxRunning: 6 });
    for (let at = 0; at < 20; at += 1) void ask('noisy');
    expect(turns.running).toBe(6);
    void ask('quiet');
    for (let at = 0; at < 4; at += 1) await endOne(1);
    // Three for each of two, and the quiet one has asked once only.
    expect(turns.running).toBe(4);
    for (let at = 0; at < 4; at += 1) await endOne(1);
    expect(turns.running).toBe(3);
    state.now += 1_000;
    await endOne();
    expect(turns.running).toBe(6);
  });

  it('may be two at once for each of many', () => {
    const { ask, order } = turnsOf({ maxRunning: 8 });
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) void ask(key);
    void ask('a');
    void ask('a');
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'a']);
  });

  it('are refused at once where the line is full, and nobody else for it', async () => {
    const { ask, turns } = turnsOf({ maxRunning: 1, maxWaiting: 4 });
    void ask('noisy');
    for (let at = 0; at < 2; at += 1) void ask('noisy');
    await expect(ask('noisy')).rejects.toEqual(OVERLOADED);
    void ask('quiet');
    expect(turns.waiting).toBe(3);
    void ask('other');
    expect(() => turns.refuseWhenFull()).toThrow(OVERLOADED);
  });

  it('are refused at once where they would come too late, with how long to wait', async () => {
    const { ask, endOne } = turnsOf({ maxRunning: 1, maxWait: 2_000 });
    for (let at = 0; at < 60; at += 1) void ask('a').catch(() => undefined);
    for (let at = 0; at < 10; at += 1) await endOne(100);
    await expect(ask('a')).rejects.toMatchObject({ code: 'OVERLOADED', retryAfter: 3 });
  });

  it('do not begin for one that waited too long already', async () => {
    const { ask, endOne, order, turns } = turnsOf({ maxRunning: 1, maxWait: 2_000 });
    void ask('a');
    const late = ask('b');
    const later = ask('c');
    await Promise.all([
      endOne(5_000),
      expect(late).rejects.toEqual(OVERLOADED),
      expect(later).rejects.toEqual(OVERLOADED),
    ]);
    expect([order, turns.running, turns.waiting]).toEqual([['a'], 0, 0]);
    void ask('d');
    expect(order).toEqual(['a', 'd']);
  });

  it('end early for work that goes on to wait for somebody else', async () => {
    const { turns, ask, order } = turnsOf({ maxRunning: 1 });
    const gate = Promise.withResolvers<string>();
    const slow = turns.take('slow', (leave) => {
      leave();
      return gate.promise;
    });
    void ask('quick');
    expect(order).toEqual(['quick']);
    gate.resolve('done');
    expect([await slow, turns.running]).toEqual(['done', 1]);
  });

  it('end with work that fails', async () => {
    const { turns, ask, order } = turnsOf({ maxRunning: 1 });
    await expect(turns.take('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    void ask('b');
    expect(order).toEqual(['b']);
  });
});
