import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../shared/secret.ts';

const secret = new Secret('hunter2');

describe('a secret', () => {
  it('is shown as what it is', () => {
    expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual(['[secret]', '"[secret]"', '[secret]']);
  });

  it.each([
    ['interpolated', `${secret}`],
    ['joined', ['a', secret].join()],
    ['serialised', JSON.stringify({ secret })],
    ['inspected', inspect({ deep: [secret] }, { showHidden: true })],
    ['an error message', new Error(String(secret)).message],
    ['spread', JSON.stringify({ ...secret })],
  ])('does not show when it is %s', (_how, text) => {
    expect(text).not.toContain('hunter2');
  });

  it('says how long it is', () => {
    expect(secret.length).toBe(7);
  });

  it('is revealed by name only, and leaves a fingerprint', () => {
    expect(secret.reveal()).toBe('hunter2');
    expect(secret.fingerprint()).toBe('f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7');
  });
});
