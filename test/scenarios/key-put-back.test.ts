// Somebody who can write to the store puts the whole row of a withdrawn key back, as a backup has it. What the log says of the key
// decides: nothing starts with it, nothing publishes it, and a broker that runs leaves it out.
import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { DAY, HOUR, MINUTE, RotationStory } from '../support/rotation-story.ts';

/** The id of a key that somebody writes into the store. */
const MINE = 'm'.repeat(43);

interface Taken {
  readonly story: RotationStory;
  readonly key: string;
  /** how the operator takes it back once more */
  readonly putBack: (state: string) => void;
}

/** The key that signs was copied out of the store, leaked, and was withdrawn. */
async function withdrawn(algorithm: 'ES256' | 'EdDSA' = 'ES256'): Promise<Taken> {
  const story = await RotationStory.start();
  const key = (await story.keyIn('current', algorithm)) ?? '';
  runBeside(story.broker, `CREATE TABLE copied AS SELECT * FROM signing_keys WHERE id = '${key}'`);
  expect((await story.run('rotate', `--compromised=${key}`, '--reason', 'a backup left the building')).code).toBe(0);
  const putBack = (state: string): void =>
    runBeside(
      story.broker,
      `REPLACE INTO signing_keys SELECT * FROM copied; UPDATE signing_keys SET state = '${state}' WHERE id = '${key}';
       DROP TABLE copied`,
    );
  return { story, key, putBack };
}

const entryOf = ({ story, key }: Pick<Taken, 'story' | 'key'>): unknown =>
  rowsBeside(
    story.broker,
    `SELECT entry_index FROM log_entries WHERE type = 'key.rotated' AND json_extract(leaf, '$.key_id') = '${key}'`,
  )[0]?.['entry_index'];

/** As docs/operations.md has it. */
const takeAway = ({ story, key }: Pick<Taken, 'story' | 'key'>): void =>
  runBeside(
    story.broker,
    `UPDATE signing_keys SET state = 'withdrawn', sealed_private_key = '', changes_at = NULL,
       changed_at = (SELECT time FROM log_entries WHERE entry_index = ${entryOf({ story, key })}) WHERE id = '${key}'`,
  );

describe('a withdrawn key that is put back into the store', () => {
  it.each(['current', 'previous', 'next'])('as %s keeps the broker from starting, with what to do', async (state) => {
    const { story, key, putBack } = await withdrawn();
    await story.broker.running.close();
    putBack(state);
    await expect(story.broker.start()).rejects.toThrow(
      `the store has the signing key ${key} as "${state}", and the log as "withdrawn" (entry ${entryOf({ story, key })}): ` +
        'somebody who can write to the store changed it. Find out who before anything else: `buildpass log verify` says what else was ' +
        'changed, and docs/operations.md ("A key that was put back") how to go on.',
    );
    takeAway({ story, key });
    await story.broker.start();
    expect(await story.published()).not.toContain(key);
    expect((await buildpass('log', 'verify', '--config', story.broker.config.file)).code).toBe(0);
  });

  it('is refused of the log too: it would sign checkpoints again', async () => {
    const { story, key, putBack } = await withdrawn('EdDSA');
    await story.broker.running.close();
    putBack('previous');
    await expect(story.broker.start()).rejects.toThrow(`the signing key ${key} as "previous"`);
    takeAway({ story, key });
    await story.broker.start();
  });

  it('is not taken by a command that works on the store at rest, nor published by one beside the broker', async () => {
    const { story, key, putBack } = await withdrawn();
    await story.broker.running.close();
    putBack('previous');
    for (const words of [['rotate'], ['publish', story.broker.directory]]) {
      const { code, err } = await story.run(...words);
      expect([code, err]).toEqual([78, expect.stringContaining(`the signing key ${key} as "previous"`)]);
    }
    takeAway({ story, key });
    await story.broker.start();
  });

  it('is left out by a broker that runs, which says so once and loudly, and goes on with the others', async () => {
    const { story, key, putBack } = await withdrawn();
    const signer = await story.signer();
    putBack('previous');
    await story.pass(0);
    await story.pass(0);
    const said = story.said('a signing key in the store is not what the log says of it');
    expect(said.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', key_id: key, state: 'previous', logged: 'withdrawn' },
    ]);
    expect([await story.signer(), (await story.published()).includes(key)]).toEqual([signer, false]);
    takeAway({ story, key });
  });

  it('is moved nowhere by a broker that runs, neither by time nor by who withdraws it again', async () => {
    const { story, key, putBack } = await withdrawn();
    putBack('previous');
    runBeside(story.broker, `UPDATE signing_keys SET changes_at = 1 WHERE id = '${key}'`);
    await story.pass(0);
    const { code, err } = await story.run('rotate', `--compromised=${key}`, '--reason', 'again');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`The store has "${key}" as previous, and the log as withdrawn: somebody`),
    ]);
    takeAway({ story, key });
    expect(await story.broker.entries('key.rotated')).toHaveLength(1);
  });

  it('as the one that signs is not what the next key takes the place of', async () => {
    const { story, key, putBack } = await withdrawn();
    const signer = (await story.keyIn('current')) ?? '';
    putBack('current');
    runBeside(story.broker, `UPDATE signing_keys SET created_at = created_at + 1000 WHERE id = '${key}'`);
    await story.run('rotate', '--algorithm', 'ES256');
    await story.pass(HOUR);
    expect(await story.keyIn('previous')).toBe(signer);
    runBeside(story.broker, `UPDATE signing_keys SET created_at = created_at - 1000 WHERE id = '${key}'`);
    takeAway({ story, key });
    expect((await buildpass('log', 'verify', '--config', story.broker.config.file)).code).toBe(0);
  });

  it('signs no checkpoint, though other keys of the log change while the broker runs', async () => {
    const { story, key, putBack } = await withdrawn('EdDSA');
    putBack('previous');
    expect((await story.run('rotate', '--log')).code).toBe(0);
    await story.pass(HOUR);
    await story.pass(HOUR);
    const { text } = await story.broker.fetch('/log/key');
    takeAway({ story, key });
    const listed = await story.list('EdDSA');
    expect(listed.map(({ state }) => state).toSorted()).toEqual(['current', 'previous', 'withdrawn']);
    expect(text.trim().split('\n')).toHaveLength(2);
    expect((await buildpass('log', 'verify', '--config', story.broker.config.file)).code).toBe(0);
  });
});

describe('a key that is in the store and in no entry', () => {
  it('is left out by a broker that runs, and keeps no other from being withdrawn', async () => {
    const story = await RotationStory.start();
    const key = (await story.keyIn('current')) ?? '';
    runBeside(
      story.broker,
      `INSERT INTO signing_keys SELECT '${MINE}', purpose, algorithm, public_key, sealed_private_key, 0, 'previous', 0, NULL
         FROM signing_keys WHERE id = '${key}'`,
    );
    expect((await story.run('rotate', `--compromised=${key}`, '--reason', 'it leaked')).code).toBe(0);
    expect([await story.signer(), await story.published()]).toEqual([
      await story.keyIn('current'),
      expect.not.arrayContaining([key, MINE]),
    ]);
    expect(await story.run('rotate', `--compromised=${MINE}`, '--reason', 'it is not ours')).toMatchObject({
      err: expect.stringContaining(`The store has "${MINE}" as previous, and the log has no such key`),
    });
    runBeside(story.broker, `DELETE FROM signing_keys WHERE id = '${MINE}'`);
  });

  it('keeps no next key from being made when that is due', async () => {
    const story = await RotationStory.start({ keyTimes: { rotateEvery: 90 * DAY } });
    const key = await story.keyIn('current');
    runBeside(
      story.broker,
      `INSERT INTO signing_keys SELECT '${MINE}', purpose, algorithm, public_key, '', 1, 'next', 1, NULL
         FROM signing_keys WHERE id = '${key}'`,
    );
    await story.pass(90 * DAY);
    runBeside(story.broker, `DELETE FROM signing_keys WHERE id = '${MINE}'`);
    expect(await story.keyIn('next')).toBeDefined();
  });

  it('keeps the broker from starting', async () => {
    const story = await RotationStory.start();
    await story.broker.running.close();
    runBeside(
      story.broker,
      `INSERT INTO signing_keys SELECT '${MINE}', purpose, algorithm, public_key, sealed_private_key, 0, 'retired', 0, NULL
         FROM signing_keys WHERE algorithm = 'ES256'`,
    );
    await expect(story.broker.start()).rejects.toThrow(
      `the store has the signing key ${MINE} as "retired", and the log has no such key`,
    );
    runBeside(story.broker, `DELETE FROM signing_keys WHERE id = '${MINE}'`);
    await story.broker.start();
  });
});

/** A key of the log by somebody who can write to the store; returns how the operator takes it away. */
function putTheirs({ broker }: RotationStory, state: string): () => void {
  const theirs = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' });
  runBeside(
    broker,
    `INSERT INTO signing_keys SELECT '${MINE}', purpose, algorithm, '${theirs}', '', created_at + 60000, '${state}', 1, NULL
       FROM signing_keys WHERE algorithm = 'EdDSA'`,
  );
  return () => runBeside(broker, `DELETE FROM signing_keys WHERE id = '${MINE}'`);
}

describe('a key of the log that somebody put into the store', () => {
  it('as the next one is not what people are told to pin, nor what a next key is thrown away for', async () => {
    const story = await RotationStory.start();
    const takeAway = putTheirs(story, 'next');
    const { code, out } = await story.run('rotate', '--log');
    takeAway();
    const next = await story.keyIn('next', 'EdDSA');
    expect([code, out]).toEqual([0, expect.stringContaining(`${next}`)]);
    expect(out).not.toContain(MINE);
    expect(out.trim().split('\n').at(-1)).toBe((await story.broker.fetch('/log/key')).text.split('\n')[0]);
  });

  it('as the one that signs is not what people are told to trust once another leaked', async () => {
    const story = await RotationStory.start();
    const takeAway = putTheirs(story, 'current');
    const { out } = await story.run(
      ...['rotate', `--compromised=${await story.keyIn('current', 'EdDSA')}`, '--reason', 'it leaked'],
    );
    takeAway();
    expect(out).toContain(`Signs now: ${(await story.broker.fetch('/log/key')).text.trim()}\n`);
  });

  it('is not in the list of keys, which says so', async () => {
    const story = await RotationStory.start();
    const takeAway = putTheirs(story, 'current');
    const { code, out, err } = await story.run('list', '--json');
    takeAway();
    expect(JSON.parse(out)).toHaveLength(3);
    expect(out).not.toContain(MINE);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`Left out: the store has the signing key ${MINE} as "current"`),
    ]);
    expect((await story.run('list')).code).toBe(0);
  });
});

describe('a key that signed and that somebody calls withdrawn in the store', () => {
  it('ends no lease: nothing in the log says that it leaked', async () => {
    const story = await RotationStory.start();
    await story.run('rotate', '--algorithm', 'ES256');
    await story.pass(HOUR - MINUTE);
    const key = await story.signer();
    await story.pass(MINUTE);
    const rename = (from: string, to: string): void =>
      runBeside(story.broker, `UPDATE signing_keys SET state = '${to}' WHERE id = '${key}' AND state = '${from}'`);
    rename('previous', 'withdrawn');
    await story.pass(0);
    rename('withdrawn', 'previous');
    expect(await story.broker.entries('lease.ended')).toEqual([]);
    expect((await buildpass('log', 'verify', '--config', story.broker.config.file)).code).toBe(0);
  });
});

describe('keys that are in the store as the log has them', () => {
  it('start whatever became of them', async () => {
    const { story, key } = await withdrawn();
    await story.run('rotate');
    await story.pass(HOUR);
    await story.broker.restart();
    const { body } = await story.broker.ask();
    expect(decodeProtectedHeader(body.access_token).kid).not.toBe(key);
    runBeside(story.broker, 'DROP TABLE copied');
  });
});
