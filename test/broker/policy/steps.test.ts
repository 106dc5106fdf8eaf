import { expect, it } from 'vitest';
import { atOnce, inTurns, type Steps } from '../../../broker/policy/steps.ts';

const counting = (done: string[]) =>
  function* (): Steps<string> {
    for (const step of ['first', 'second']) {
      done.push(step);
      yield;
    }
    return done.join(' and ');
  };

it('steps are taken at once, to the end', () => {
  const done: string[] = [];
  expect(atOnce(counting(done)())).toBe('first and second');
});

it('or with others having the thread between each of them', async () => {
  const done: string[] = [];
  const breathe = async () => {
    done.push('others');
  };
  expect(await inTurns(counting(done)(), breathe)).toBe('first and others and second and others');
});

it('and with nobody in between where it was not held for long', async () => {
  expect(await inTurns(counting([])(), () => undefined)).toBe('first and second');
});
