import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSignElsewhere } from '../../../broker/keys/sign-elsewhere.ts';
import { type RemoteKey, thumbprint } from '../../../broker/keys/signing-keys.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key: RemoteKey = {
  ...{ held: 'elsewhere', id: thumbprint(pair.publicKey), algorithm: 'ES256', publicKey: pair.publicKey },
  reference: 'there',
};
const INPUT = Buffer.from('header.payload');

function signer(answer: (signal: AbortSignal) => Promise<Buffer>) {
  const lines: string[] = [];
  const holder = {
    publicKey: async (): Promise<KeyObject> => pair.publicKey,
    sign: (_: string, { signal }: { signal: AbortSignal }) => answer(signal),
  };
  const logger = { error: (line: string) => void lines.push(line), info: (line: string) => void lines.push(line) };
  const elsewhere = createSignElsewhere({ holder, logger, timeout: 20 });
  return { lines, ask: () => elsewhere(key, INPUT) };
}

const untilAborted = (signal: AbortSignal): Promise<Buffer> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
const refused = { code: 'UPSTREAM_FAILED', retryAfter: 5 };

describe('signing elsewhere', () => {
  it('gives a signature of the key on record', async () => {
    const signature = sign('sha256', INPUT, pair.privateKey);
    expect(await signer(async () => signature).ask()).toBe(signature);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no signature', Buffer.alloc(64, 1)],
    ['a signature over something else', sign('sha256', Buffer.from('else'), pair.privateKey)],
  ])('takes %s for none', async (_what, signature) => {
    await expect(signer(async () => signature).ask()).rejects.toMatchObject(refused);
  });

  it('waits no longer than its time', async () => {
    await expect(signer(untilAborted).ask()).rejects.toMatchObject({ ...refused, cause: { name: 'TimeoutError' } });
  });

  it('wakes somebody once, and says when it goes on', async () => {
    let works = false;
    const { ask, lines } = signer(async () => {
      if (works) return sign('sha256', INPUT, pair.privateKey);
      throw new Error('denied');
    });
    await ask().catch(() => undefined);
    await ask().catch(() => undefined);
    works = true;
    await ask();
    await ask();
    expect(lines).toEqual(['a signing key held elsewhere does not sign', 'a signing key held elsewhere signs again']);
  });
});
