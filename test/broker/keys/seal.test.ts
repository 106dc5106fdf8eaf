import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { sealingKey } from '../../../broker/keys/seal.ts';
import { Secret } from '../../../shared/secret.ts';

const material = { secret: Buffer.alloc(32, 7), salt: 'req_1', purpose: 'sealed answer' };
const key = (changes: Partial<typeof material> = {}) => sealingKey({ ...material, ...changes }, systemEntropy);
const SECRET = 'a credential with a line\nand ümlauts';

describe('what is sealed', () => {
  it('opens under the same key and context, and is a secret again', () => {
    const opened = key().open(key().seal(new Secret(SECRET), 'lse_1'), 'lse_1');
    expect([opened.reveal(), String(opened)]).toEqual([SECRET, '[secret]']);
  });

  it('says nothing of its content, and never looks the same twice', () => {
    const [first, second] = [key().seal(new Secret(SECRET), 'x'), key().seal(new Secret(SECRET), 'x')];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64').toString('latin1')).not.toContain('credential');
  });

  it.each([
    ['another secret', key({ secret: Buffer.alloc(32, 8) }), 'lse_1'],
    ['another salt', key({ salt: 'req_2' }), 'lse_1'],
    ['another purpose', key({ purpose: 'signing keys' }), 'lse_1'],
    ['another context', key(), 'lse_2'],
    ['no context', key(), ''],
  ])('does not open under %s', (_what, other, context) => {
    const sealed = key().seal(new Secret(SECRET), 'lse_1');
    expect(() => other.open(sealed, context)).toThrow('unable to authenticate data');
  });

  it('does not open with any byte of it changed, or cut off', () => {
    const bytes = Buffer.from(key().seal(new Secret('short'), 'x'), 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => key().open(changed.toString('base64'), 'x')).toThrow();
      expect(() => key().open(bytes.subarray(0, at).toString('base64'), 'x')).toThrow();
    }
  });
});
