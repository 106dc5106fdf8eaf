// A credential key from its making to its end, as operators, jobs and relying parties see it.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { DAY, HOUR, MINUTE, RotationStory } from '../support/rotation-story.ts';

describe('keys rotate', () => {
  it('publishes the next key first, and lets it sign an hour later', async () => {
    const story = await RotationStory.start();
    const first = await story.signer();
    const { code, out } = await story.run('rotate', '--algorithm', 'ES256');
    expect([code, out]).toEqual([0, expect.stringMatching(/^ES256 {2}credential {2}next .* signs from \S+Z\n$/)]);
    const next = (await story.keyIn('next')) ?? '';
    expect(await story.published()).toContain(next);
    await story.pass(59 * MINUTE);
    expect(await story.signer()).toBe(first);
    await story.pass(2 * MINUTE);
    expect(await story.signer()).toBe(next);
    expect(await story.keyIn('previous')).toBe(first);
  });

  it('keeps the previous key published until everything that it signed has died, and no longer', async () => {
    const story = await RotationStory.start();
    const { access_token: token } = (await story.broker.ask()).body;
    const first = (await story.keyIn('current')) ?? '';
    await story.run('rotate');
    await story.pass(HOUR);
    const keySet = createRemoteJWKSet(new URL(`${story.broker.origin}/.well-known/jwks.json`));
    const { protectedHeader } = await jwtVerify(token, keySet, { currentDate: new Date(story.time.now - HOUR) });
    expect(protectedHeader.kid).toBe(first);
    await story.pass(25 * HOUR - MINUTE);
    expect(await story.published()).toContain(first);
    await story.pass(MINUTE);
    expect(await story.published()).not.toContain(first);
    expect(await story.keyIn('retired')).toBe(first);
    expect(
      rowsBeside(story.broker, `SELECT sealed_private_key AS half FROM signing_keys WHERE id = '${first}'`),
    ).toEqual([{ half: '' }]);
  });

  it('makes one of each algorithm unless told, and none where one waits already', async () => {
    const story = await RotationStory.start();
    expect((await story.run('rotate')).out.trim().split('\n')).toHaveLength(2);
    const before = await story.published();
    expect((await story.run('rotate')).code).toBe(0);
    expect(await story.published()).toEqual(before);
    expect(before).toHaveLength(4);
  });

  it.each([2048, 3072] as const)('makes an RSA key of %d bits where the configuration says so', async (rsaKeySize) => {
    const story = await RotationStory.start({ keyTimes: { rsaKeySize } });
    await story.run('rotate', '--algorithm', 'RS256');
    const next = await story.keyIn('next', 'RS256');
    const { body } = await story.broker.fetch('/.well-known/jwks.json');
    const made = body.keys.find(({ kid }: { kid: string }) => kid === next);
    expect(Buffer.from(made.n, 'base64url').length * 8).toBe(rsaKeySize);
  });

  it('puts every step on record, with the state', async () => {
    const story = await RotationStory.start();
    await story.run('rotate', '--algorithm', 'RS256');
    await story.pass(HOUR);
    await story.pass(25 * HOUR);
    const steps = (await story.broker.entries()).filter(({ type }) => type.startsWith('key.')).slice(3);
    expect(steps.map(({ type, algorithm, state, because }) => [type, algorithm, state, because])).toEqual([
      ['key.created', 'RS256', 'next', 'asked'],
      ['key.seen', 'RS256', undefined, undefined],
      ['key.rotated', 'RS256', 'previous', 'replaced'],
      ['key.rotated', 'RS256', 'current', 'due'],
      ['key.rotated', 'RS256', 'retired', 'due'],
    ]);
  });

  it('says on each issuance which key signed it, and in its lease', async () => {
    const story = await RotationStory.start();
    const signer = await story.signer();
    expect(await story.broker.entries('issuance.succeeded')).toMatchObject([{ key_id: signer }]);
    expect(rowsBeside(story.broker, 'SELECT key_id FROM leases')).toEqual([{ key_id: signer }]);
    await story.broker.ask({ scope: 'shop/upstream' });
    expect((await story.broker.entries('issuance.succeeded')).at(-1)).not.toHaveProperty('key_id');
  });

  it('works on the store where no broker runs; the key is published by the next start', async () => {
    const story = await RotationStory.start();
    await story.broker.running.close();
    const { code, out } = await story.run('rotate', '--algorithm', 'ES256');
    expect([code, out]).toEqual([0, expect.stringContaining('signs 1h after a running broker has published it')]);
    story.time.now = Date.now() + MINUTE;
    await story.broker.start();
    await story.pass(0);
    const [next] = await story.list();
    expect(next).toMatchObject({ state: 'next', changes_at: new Date(story.time.now + HOUR).toISOString() });
    await story.pass(HOUR);
    expect(await story.signer()).toBe(next?.key_id);
  });

  it('goes on after a restart where it was', async () => {
    const story = await RotationStory.start();
    await story.run('rotate');
    const next = await story.keyIn('next');
    await story.broker.restart();
    await story.pass(HOUR);
    expect(await story.signer()).toBe(next);
  });

  it.each([
    [['--algorithm', 'HS256'], '--algorithm "HS256" is not an algorithm of credential keys: ES256 or RS256'],
    [
      ['--compromised', '-k'],
      '--compromised has no value, or one that begins with a dash: write such a one as --compromised=VALUE',
    ],
    [['--algorithm='], '--algorithm "" is not an algorithm'],
    [['--reason', 'x'], '--reason is for --compromised: which key leaked?'],
    [['--compromised', 'x', '--reason', 'y'], '--compromised "x" is not the id of a key: `buildpass keys list` shows'],
    [['--compromised', 'k'.repeat(43)], '--reason is missing: why is it taken to have leaked?'],
    [['--compromised', 'k'.repeat(43), '--reason', ' '], '--reason is missing'],
    [['--compromised', 'k'.repeat(43), '--reason', 'a\nb'], '--reason must be one line of at most 500 characters'],
    [['--compromised', 'k'.repeat(43), '--reason', 'r'.repeat(501)], '--reason must be one line of at most 500'],
    [['--algorithm', 'ES256', '--compromised', 'k', '--reason', 'r'], '--algorithm is not for --compromised'],
    [['now'], 'unexpected "now"'],
  ])('is used wrongly: %j', async (words, message) => {
    const story = await RotationStory.start();
    const { code, err } = await story.run('rotate', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('the schedule', () => {
  const keyTimes = { rotateEvery: 90 * DAY, publishBeforeUse: DAY };

  it('has another key sign when the present one has signed for as long as it should', async () => {
    const story = await RotationStory.start({ keyTimes });
    const first = await story.signer();
    await story.pass(88 * DAY);
    expect(await story.keyIn('next')).toBeUndefined();
    await story.pass(DAY + HOUR);
    const next = await story.keyIn('next');
    expect(next).toBeDefined();
    await story.pass(0);
    await story.pass(DAY);
    expect([await story.signer(), await story.keyIn('previous')]).toEqual([next, first]);
  });

  it('is none where the configuration says never', async () => {
    const story = await RotationStory.start();
    await story.pass(3650 * DAY);
    expect((await story.list()).map(({ state }) => state)).toEqual(['current']);
  });
});

describe('somebody who writes into the store', () => {
  it('is not obeyed: a key whose row was changed is not published, and the log says where', async () => {
    const story = await RotationStory.start();
    await story.run('rotate');
    const before = await story.published();
    runBeside(story.broker, `UPDATE signing_keys SET public_key = 'x' WHERE state = 'next' AND algorithm = 'ES256'`);
    await expect(story.broker.running.runBackground()).rejects.toThrow('was changed: it is of another key');
    expect(await story.published()).toEqual(before);
  });

  it('is found who has a next key sign before its time', async () => {
    const story = await RotationStory.start();
    await story.run('rotate');
    runBeside(story.broker, `UPDATE signing_keys SET changes_at = 0 WHERE state = 'next'`);
    await story.pass(0);
    const verified = await buildpass('log', 'verify', '--config', story.broker.config.file);
    expect([verified.code, verified.out]).toEqual([
      1,
      expect.stringMatching(/makes the key \S+ current before that was due/),
    ]);
  });
});
