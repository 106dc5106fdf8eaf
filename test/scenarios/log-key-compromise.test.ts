// The key of the log leaked: what an operator does, what is left of it, and how a reviewer tells a made-up log from the real one.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyReceipt } from '../../shared/receipt.ts';
import { parseVerifierKey, splitNote } from '../../shared/signed-note.ts';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { HOUR, RotationStory } from '../support/rotation-story.ts';

const REASON = 'the backup of Kim Doe left the building';
const idOf = (verifierKey: string): string => parseVerifierKey(verifierKey).keyId;

async function started(): Promise<{ story: RotationStory; first: string; id: string }> {
  const story = await RotationStory.start();
  await story.broker.ask();
  await story.pass(0);
  return { story, first: story.broker.running.verifierKey, id: (await story.keyIn('current', 'EdDSA')) ?? '' };
}

const withdraw = (story: RotationStory, id: string, ...words: string[]) =>
  story.run('rotate', `--compromised=${id}`, '--reason', REASON, ...words);

const signers = async ({ broker }: RotationStory): Promise<readonly string[]> =>
  splitNote((await broker.fetch('/log/checkpoint')).text).signatures.map(({ keyId }) => keyId);

const keysServed = async ({ broker }: RotationStory): Promise<readonly string[]> =>
  (await broker.fetch('/log/key')).text.trim().split('\n');

describe('keys rotate --compromised of a key of the log', () => {
  it('lets a fresh key sign at once; the leaked one signs its own withdrawal, and nothing more', async () => {
    const { story, first, id } = await started();
    await withdraw(story, id);
    const [fresh = '', ...others] = await keysServed(story);
    expect([await signers(story), others]).toEqual([[idOf(first), idOf(fresh)], []]);
    const { receipt } = (await story.broker.ask()).body;
    expect(await signers(story)).toEqual([idOf(fresh)]);
    expect(() => verifyReceipt(receipt, [parseVerifierKey(first)])).toThrow('no signature of a known key');
    expect((await story.broker.entries('key.created')).at(-1)).toMatchObject({
      ...{ purpose: 'log', state: 'current', because: 'compromised', verifier_key: fresh },
    });
  });

  it('says what it mends, what it cannot, and how to tell', async () => {
    const { story, first, id } = await started();
    const { code, out } = await withdraw(story, id);
    const [fresh] = await keysServed(story);
    const [entry] = await story.broker.entries('key.rotated');
    expect([code, out.split('\n').slice(0, 3)]).toEqual([
      0,
      [
        `Withdrawn: ${first}`,
        `Signs now: ${fresh}`,
        expect.stringMatching(new RegExp(`^Entry ${entry?.index} says so. The key signs no more: `)),
      ],
    ]);
    expect(out).toContain('Not mended: whoever has the withdrawn key can show a made-up log');
    expect(out).toContain('How to tell: ');
    expect(out).not.toContain('lease');
  });

  it('answers programs in JSON, with the reason kept beside the log alone', async () => {
    const { story, first, id } = await started();
    const { out } = await withdraw(story, id, '--json');
    const [fresh] = await keysServed(story);
    const [entry] = await story.broker.entries('key.rotated');
    expect(JSON.parse(out)).toMatchObject({
      ...{ withdrawn: [id], leases_ended: 0, log: { withdrawn: [first], signs: fresh, entry: entry?.index } },
    });
    expect(JSON.stringify(await story.broker.entries())).not.toContain('Kim Doe');
  });

  it('takes all that lay beside it: the next key, and the one before that still signs', async () => {
    const { story } = await started();
    await story.run('rotate', '--log');
    await story.pass(HOUR);
    await story.run('rotate', '--log');
    await withdraw(story, (await story.keyIn('current', 'EdDSA')) ?? '');
    await story.broker.ask();
    expect(await signers(story)).toHaveLength(1);
    const states = (await story.list('EdDSA')).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['current', 'withdrawn', 'withdrawn', 'withdrawn']);
    const halves = rowsBeside(story.broker, `SELECT id FROM signing_keys WHERE sealed_private_key = ''`);
    expect(halves).toHaveLength(3);
    await story.broker.entries();
  });

  it('puts on record that a key leaked which signs no longer, and leaves the one that signs', async () => {
    const { story, first, id } = await started();
    await story.run('rotate', '--log');
    await story.pass(HOUR);
    await story.pass(90 * 24 * HOUR);
    const [signs] = await keysServed(story);
    const { code, out } = await withdraw(story, id);
    expect([code, out]).toEqual([0, expect.stringContaining(`Withdrawn: ${first}\nSigns now: ${signs}\n`)]);
    expect(await keysServed(story)).toEqual([signs]);
    const { out: said } = await buildpass('log', 'verify', '--config', story.broker.config.file);
    expect(said).toContain(`note: the key ${first} leaked, and entry `);
    expect(await withdraw(story, id)).toMatchObject({ code: 1, err: expect.stringContaining('is withdrawn already') });
  });

  it('works on the store where no broker runs, and the anchor has the fresh key', async () => {
    const { story, first, id } = await started();
    await story.broker.running.close();
    expect((await withdraw(story, id)).code).toBe(0);
    await story.broker.start();
    const [fresh] = await keysServed(story);
    const anchor = readFileSync(story.broker.config.log.anchorFile ?? '', 'utf8');
    expect([fresh === first, anchor.split('\n')[0]]).toEqual([false, fresh]);
  });
});

/** What somebody makes who copied the store and its key file, and goes on with them by himself. */
async function madeUp(story: RotationStory): Promise<{ directory: string; real: string }> {
  const { broker } = story;
  const { path } = broker.config.store;
  const directory = join(broker.directory, 'made-up');
  await broker.running.close();
  const copies = ['', '-wal'].map((end) => `${path}${end}`).filter((file) => existsSync(file));
  for (const file of copies) copyFileSync(file, `${file}.real`);
  // The thief has no anchor of ours.
  const anchor = broker.config.log.anchorFile ?? '';
  const kept = readFileSync(anchor, 'utf8');
  await broker.start();
  for (let run = 0; run < 9; run += 1) await broker.ask({ claims: { run_id: `66${run}` } });
  await buildpass('log', 'export', directory, '--config', broker.config.file);
  await broker.running.close();
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  for (const file of copies) copyFileSync(`${file}.real`, file);
  writeFileSync(anchor, kept);
  await broker.start();
  return { directory, real: kept };
}

describe('a log that was made up with a key that leaked', () => {
  const verify = (directory: string, ...words: string[]) => buildpass('log', 'verify', '--from', directory, ...words);
  const keep = (story: RotationStory, name: string, text: string): string => {
    const file = join(story.broker.directory, name);
    writeFileSync(file, text);
    return file;
  };

  it('holds for whoever trusts that key and kept nothing, and for nobody else', async () => {
    const { story, first, id } = await started();
    const { directory } = await madeUp(story);
    await withdraw(story, id);
    const [fresh = ''] = await keysServed(story);
    const { receipt } = (await story.broker.ask()).body;
    const checkpoint = (await story.broker.fetch('/log/checkpoint')).text;
    await story.pass(0);
    // What cannot be mended.
    expect((await verify(directory, '--key', first)).code).toBe(0);
    const anchor = story.broker.config.log.anchorFile ?? '';
    for (const [words, problem] of [
      [['--key', fresh], 'no checkpoint is signed by '],
      [
        ['--key', first, '--since', keep(story, 'receipt', JSON.stringify(receipt))],
        'and no key of this log signed it',
      ],
      [['--key', first, '--since', keep(story, 'note', checkpoint)], 'and no key of this log signed it'],
      [['--since', anchor], 'no checkpoint is signed by '],
    ] as const) {
      const { code, out } = await verify(directory, ...words);
      expect([code, out]).toEqual([1, expect.stringContaining(problem)]);
    }
  });

  it('is found from the other side too: its receipts and checkpoints are overdrawn', async () => {
    const { story, id } = await started();
    const { directory } = await madeUp(story);
    await withdraw(story, id);
    for (let run = 0; run < 12; run += 1) await story.broker.ask({ claims: { run_id: `77${run}` } });
    const { code, out } = await buildpass(
      ...['log', 'verify', '--config', story.broker.config.file, '--since', join(directory, 'checkpoint')],
    );
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /alone, which is withdrawn and signed the checkpoints of 3 to \d+ entries: somebody else has that key/,
      ),
    ]);
  });
});

describe('somebody who writes into the store', () => {
  it('has no checkpoint published that a withdrawn key signed', async () => {
    const { story, id } = await started();
    const before = rowsBeside(story.broker, 'SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1')[0]?.['note'];
    await withdraw(story, id);
    await story.broker.ask();
    runBeside(story.broker, `UPDATE checkpoints SET note = '${before}' WHERE size = (SELECT size FROM tree_head)`);
    expect((await story.broker.fetch('/log/checkpoint')).status).toBe(503);
  });

  it('is found who has a key sign that was announced and is not due', async () => {
    const { story } = await started();
    await story.run('rotate', '--log');
    runBeside(story.broker, `UPDATE signing_keys SET changes_at = 0 WHERE state = 'next'`);
    await story.pass(0);
    const { code, out } = await buildpass('log', 'verify', '--config', story.broker.config.file);
    expect([code, out]).toEqual([1, expect.stringMatching(/makes the key \S+ current before that was due/)]);
  });
});
