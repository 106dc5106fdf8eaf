// The key of the log from its announcement to its end, as operators, jobs and auditors see it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { verifyReceipt } from '../../shared/receipt.ts';
import { parseVerifierKey, splitNote } from '../../shared/signed-note.ts';
import { rowsBeside } from '../support/beside-broker.ts';
import { buildpass, type Ran } from '../support/command-line.ts';
import { DAY, HOUR, MINUTE, RotationStory } from '../support/rotation-story.ts';

const OVERLAP = 90 * DAY;

interface Rotated {
  readonly story: RotationStory;
  /** verifier keys */
  readonly first: string;
  readonly next: string;
}

/** A broker that announced another key of its log; `passed` since then. */
async function rotated(...passed: readonly number[]): Promise<Rotated> {
  const story = await RotationStory.start();
  const first = story.broker.running.verifierKey;
  await story.broker.ask();
  expect((await story.run('rotate', '--log')).code).toBe(0);
  const [next = ''] = await keysServed(story);
  for (const time of passed) await story.pass(time);
  return { story, first, next };
}

const keysServed = async ({ broker }: RotationStory): Promise<readonly string[]> =>
  (await broker.fetch('/log/key')).text.trim().split('\n');

/** The key ids that signed the newest checkpoint. */
async function signers({ broker }: RotationStory): Promise<readonly string[]> {
  return splitNote((await broker.fetch('/log/checkpoint')).text).signatures.map(({ keyId }) => keyId);
}

const idOf = (verifierKey: string): string => parseVerifierKey(verifierKey).keyId;

const verify = ({ broker }: RotationStory, ...words: string[]): Promise<Ran> =>
  buildpass('log', 'verify', '--config', broker.config.file, ...words);

function kept(story: RotationStory, name: string, text: string): string {
  const file = join(story.broker.directory, name);
  writeFileSync(file, text);
  return file;
}

describe('keys rotate --log', () => {
  it('announces the next key under the signature of the one that signs, and publishes it', async () => {
    const { story, first, next } = await rotated();
    expect(await keysServed(story)).toEqual([next, first]);
    const announced = (await story.broker.entries('key.created')).at(-1);
    expect(announced).toMatchObject({ purpose: 'log', state: 'next', because: 'asked', verifier_key: next });
    expect(await signers(story)).toEqual([idOf(first)]);
  });

  it('says which line to pin, and when the key signs', async () => {
    const story = await RotationStory.start();
    const { out } = await story.run('rotate', '--log');
    const [next] = await keysServed(story);
    expect(out).toMatch(/^EdDSA {2}log +next .* signs from \S+Z\nWhoever pins a key of the log/);
    expect(out.trimEnd().split('\n').at(-1)).toBe(next);
    const [listed] = JSON.parse((await story.run('list', '--json')).out);
    expect(listed).toMatchObject({ purpose: 'log', state: 'next', verifier_key: next });
  });

  it('has both keys sign for the overlap, and then the new one alone', async () => {
    const { story, first, next } = await rotated(59 * MINUTE);
    expect(await signers(story)).toEqual([idOf(first)]);
    await story.pass(2 * MINUTE);
    expect(await signers(story)).toEqual([idOf(first), idOf(next)]);
    expect(story.broker.running.verifierKey).toBe(next);
    await story.pass(OVERLAP - MINUTE);
    await story.broker.ask();
    expect(await signers(story)).toEqual([idOf(first), idOf(next)]);
    await story.pass(MINUTE);
    // The key that goes signs, as the last thing, that it goes.
    expect(await signers(story)).toEqual([idOf(first), idOf(next)]);
    await story.broker.ask();
    expect(await signers(story)).toEqual([idOf(next)]);
    expect(await keysServed(story)).toEqual([next]);
    const [half] = rowsBeside(
      story.broker,
      `SELECT sealed_private_key AS half FROM signing_keys WHERE state = 'retired'`,
    );
    expect(half).toEqual({ half: '' });
  });

  it('leaves credential keys alone, and they leave it alone', async () => {
    const { story } = await rotated(HOUR);
    const before = await story.published();
    expect(before).toHaveLength(2);
    await story.run('rotate');
    await story.pass(HOUR);
    expect((await story.list('EdDSA')).map(({ state }) => state)).toEqual(['current', 'previous']);
  });

  it('makes none where one waits already', async () => {
    const { story, next } = await rotated();
    await story.run('rotate', '--log');
    expect((await keysServed(story))[0]).toBe(next);
  });

  it('can follow one another within the overlap: all that still sign do', async () => {
    const { story, first, next } = await rotated(HOUR);
    await story.run('rotate', '--log');
    await story.pass(HOUR);
    const [third = ''] = await keysServed(story);
    expect(await signers(story)).toEqual([idOf(first), idOf(next), idOf(third)]);
    await story.pass(OVERLAP);
    await story.pass(HOUR);
    await story.broker.ask();
    expect(await signers(story)).toEqual([idOf(third)]);
    expect((await verify(story, '--key', first)).code).toBe(0);
  });

  it('works on the store where no broker runs; the key is published by the next start', async () => {
    const story = await RotationStory.start();
    await story.broker.running.close();
    const { code, out } = await story.run('rotate', '--log');
    expect([code, out]).toEqual([0, expect.stringContaining('signs 1h after a running broker has published it')]);
    story.time.now = Date.now() + MINUTE;
    await story.broker.start();
    await story.pass(0);
    const [seen] = await story.broker.entries('key.seen');
    expect(seen).toMatchObject({ purpose: 'log', issuer: 'https://buildpass.example.com/log/key' });
    await story.pass(HOUR);
    expect(await signers(story)).toHaveLength(2);
  });

  it('goes on after a restart at each step', async () => {
    const { story, first, next } = await rotated();
    await story.broker.restart();
    await story.pass(HOUR);
    await story.broker.restart();
    await story.broker.ask();
    expect(await signers(story)).toEqual([idOf(first), idOf(next)]);
    await story.pass(OVERLAP);
    await story.broker.restart();
    await story.broker.ask();
    expect(await signers(story)).toEqual([idOf(next)]);
    await story.broker.entries();
  });

  it.each([
    [['--log', '--algorithm', 'ES256'], '--algorithm is not for --log: the log has one of its own'],
    [['--log', '--compromised', 'k'.repeat(43), '--reason', 'r'], '--log is not for --compromised'],
    [['--log', '--reason', 'r'], '--reason is for --compromised'],
  ])('is used wrongly: %j', async (words, message) => {
    const story = await RotationStory.start();
    expect(await story.run('rotate', ...words)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});

describe('a receipt', () => {
  it('of before the rotation holds by the first key for ever, and the log continues it', async () => {
    const { story, first } = await rotated();
    const { receipt } = (await story.broker.ask()).body;
    await story.pass(HOUR);
    await story.pass(OVERLAP);
    await story.broker.ask();
    expect(verifyReceipt(receipt, [parseVerifierKey(first)]).entry).toMatchObject({ type: 'issuance.succeeded' });
    const { code, out } = await verify(story, '--since', kept(story, 'receipt', JSON.stringify(receipt)));
    expect([code, out]).toEqual([0, expect.stringContaining('The log holds: ')]);
  });

  it('of the overlap holds by either key, and of later by the new one alone', async () => {
    const { story, first, next } = await rotated(HOUR);
    const both = (await story.broker.ask()).body.receipt;
    for (const key of [first, next]) expect(verifyReceipt(both, [parseVerifierKey(key)]).index).toBeGreaterThan(0);
    await story.pass(OVERLAP);
    const { receipt } = (await story.broker.ask()).body;
    expect(() => verifyReceipt(receipt, [parseVerifierKey(first)])).toThrow('no signature of a known key');
    expect(verifyReceipt(receipt, [parseVerifierKey(next)]).index).toBeGreaterThan(0);
  });
});

describe('an auditor who trusts only the first key', () => {
  it('ends at the newest checkpoint, from the store, an export and an address alike', async () => {
    const { story, first, next } = await rotated(HOUR, OVERLAP, 0);
    await story.broker.ask();
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-audit-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    await buildpass('log', 'export', directory, '--config', story.broker.config.file);
    expect(() =>
      openCheckpoint(readFileSync(join(directory, 'checkpoint'), 'utf8'), [parseVerifierKey(first)]),
    ).toThrow();
    for (const from of [[], ['--from', directory], ['--from', story.broker.origin]]) {
      const { code, out } = await verify(story, '--key', first, ...from);
      expect([code, out]).toEqual([0, expect.stringContaining('The log holds: ')]);
      expect(out).toContain(`key ${first} (retired): signed the checkpoints of 3 to `);
      expect(out).toContain(`key ${next} (current): signed the checkpoints of `);
    }
  });

  it('is told where the key to trust is of another log', async () => {
    const { story } = await rotated(HOUR);
    const other = await RotationStory.start({ keys: 'own' });
    for (const from of [[], ['--from', story.broker.origin]]) {
      const { code, out } = await verify(story, '--key', other.broker.running.verifierKey, ...from);
      expect([code, out]).toEqual([1, expect.stringContaining('- no checkpoint is signed by ')]);
    }
  });
});

describe('the anchor', () => {
  it('is of the key that signs, and each earlier one is followed', async () => {
    const { story, first, next } = await rotated();
    const anchor = story.broker.config.log.anchorFile ?? '';
    const old = readFileSync(anchor, 'utf8');
    expect(old.split('\n')[0]).toBe(first);
    await story.pass(HOUR);
    expect(readFileSync(anchor, 'utf8').split('\n')[0]).toBe(next);
    await story.pass(OVERLAP);
    await story.broker.ask();
    await story.broker.running.close();
    // As a stop before the anchor was written would leave it.
    writeFileSync(anchor, old);
    await story.broker.start();
    await story.pass(0);
    expect(readFileSync(anchor, 'utf8').split('\n')[0]).toBe(next);
    const { code, out } = await verify(story, '--since', kept(story, 'old', old));
    expect([code, out]).toEqual([0, expect.stringContaining('The log holds: ')]);
  });

  it('is made anew of the key that signs, not of the one that waits', async () => {
    const { story, first } = await rotated();
    await story.broker.running.close();
    const anchor = story.broker.config.log.anchorFile ?? '';
    rmSync(anchor);
    expect((await buildpass('log', 'anchor', '--accept', '--config', story.broker.config.file)).code).toBe(0);
    expect(readFileSync(anchor, 'utf8').split('\n')[0]).toBe(first);
    await story.broker.start();
  });
});

describe('the key-encryption key that was lost', () => {
  it('stops the next start, and nothing that only reads: the log is verified and exported as it is', async () => {
    const { story, first } = await rotated(HOUR);
    const { broker } = story;
    await broker.running.close();
    const file = broker.config.keys.encryptionKeyFile;
    const key = readFileSync(file);
    writeFileSync(file, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    await expect(broker.start()).rejects.toThrow('keys.encryption-key-file is not the one it was made with');
    expect((await verify(story, '--key', first)).code).toBe(0);
    writeFileSync(file, key);
    await broker.start();
  });
});
