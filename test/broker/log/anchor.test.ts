import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StartRefused } from '../../../broker/errors.ts';
import { checkAnchor, keepAnchor, writeAnchor } from '../../../broker/log/anchor.ts';
import { formatAnchor, parseAnchor } from '../../../shared/anchor.ts';
import { openCheckpoint, signCheckpoint } from '../../../shared/checkpoint.ts';
import { formatVerifierKey } from '../../../shared/signed-note.ts';
import { ORIGIN, openTestLog, type TestLog } from '../../support/test-log.ts';

const anchorOf = ({ path }: TestLog): string => join(dirname(path), 'anchor');
const check = (log: TestLog): Promise<void> => log.store.read((tx) => checkAnchor(anchorOf(log), tx, log.verifierKey));
const keep = (log: TestLog): Promise<void> => keepAnchor(anchorOf(log), log.store, log.verifierKey);

/** A log of so many entries whose anchor knows all of them. */
async function anchored(size: number): Promise<TestLog> {
  const log = await openTestLog();
  await check(log);
  await log.grow(size);
  await keep(log);
  return log;
}

async function refusal(log: TestLog): Promise<string> {
  const error = await check(log).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StartRefused);
  expect(String(error)).toContain(
    'Find out why before anything else; `buildpass log anchor --accept` takes the log as it is now.',
  );
  return String(error);
}

const otherKey = formatVerifierKey(ORIGIN, generateKeyPairSync('ed25519').publicKey);

describe('an anchor that is missing', () => {
  it('is made over an empty log, readable by its owner only', async () => {
    const log = await openTestLog();
    await check(log);
    expect(readFileSync(anchorOf(log), 'utf8')).toBe(`${log.verifierKey}\n\n`);
    expect(statSync(anchorOf(log)).mode & 0o777).toBe(0o600);
  });

  it('is not made over a log with entries: somebody took it away', async () => {
    const log = await anchored(3);
    rmSync(anchorOf(log));
    expect(await refusal(log)).toContain(`the log's anchor ${anchorOf(log)} is missing, and the log has 3 entries`);
    expect(existsSync(anchorOf(log))).toBe(false);
  });

  it('that cannot be made refuses the start', async () => {
    const log = await openTestLog();
    const file = join(dirname(log.path), 'nowhere', 'anchor');
    await expect(log.store.read((tx) => checkAnchor(file, tx, log.verifierKey))).rejects.toMatchObject({
      name: 'StartRefused',
      message: `the log's anchor ${file} cannot be written: there is no directory ${dirname(file)}: make it`,
      cause: { code: 'ENOENT' },
    });
  });

  it('is nothing to a broker that has none configured', async () => {
    const log = await openTestLog();
    await log.grow(1);
    await log.store.read((tx) => checkAnchor(undefined, tx, log.verifierKey));
    await keepAnchor(undefined, log.store, log.verifierKey);
    expect(readdirSync(dirname(log.path)).filter((name) => name.includes('anchor'))).toEqual([]);
  });
});

describe('an anchor', () => {
  it('holds for the log it was made of, and for that log grown on', async () => {
    const log = await anchored(3);
    await check(log);
    await log.grow(300, 50);
    await check(log);
  });

  it('follows the log, and is left alone while nothing happens', async () => {
    const log = await anchored(3);
    const size = () => parseAnchor(readFileSync(anchorOf(log), 'utf8')).head?.size;
    const before = statSync(anchorOf(log)).ino;
    await keep(log);
    expect([size(), statSync(anchorOf(log)).ino]).toEqual([3, before]);
    await log.grow(2);
    await keep(log);
    expect(size()).toBe(5);
    expect(readdirSync(dirname(log.path))).not.toContain('anchor.new');
  });

  it('is verifier key, empty line and checkpoint', async () => {
    const log = await anchored(2);
    const [key, empty, ...note] = readFileSync(anchorOf(log), 'utf8').split('\n');
    expect([key, empty]).toEqual([log.verifierKey, '']);
    expect(openCheckpoint(note.join('\n'), [log.verifier]).size).toBe(2);
  });

  it('of an empty log is made by the start alone', async () => {
    const log = await openTestLog();
    await keep(log);
    expect(existsSync(anchorOf(log))).toBe(false);
  });

  it('of a key before holds: the next one may not have been kept yet', async () => {
    const log = await anchored(2);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const { head } = parseAnchor(readFileSync(anchorOf(log), 'utf8'));
    const before = {
      verifierKey: formatVerifierKey(ORIGIN, publicKey),
      checkpoint: signCheckpoint(head ?? expect.unreachable(), privateKey),
    };
    writeAnchor(anchorOf(log), before);
    expect(await refusal(log)).toContain('is of another log key');
    await log.store.commit((tx) =>
      tx.signingKeys.insert({
        ...{ id: 'before', purpose: 'log', algorithm: 'EdDSA', public_key: pem, sealed_private_key: '' },
        ...{ created_at: 1, state: 'retired', changed_at: 1, changes_at: null },
      }),
    );
    await check(log);
  });

  it('that somebody removed from under a running broker is not made anew in silence', async () => {
    const log = await anchored(2);
    rmSync(anchorOf(log));
    await log.grow(1);
    await expect(keep(log)).rejects.toThrow('is missing, and the log has 3 entries');
    expect(existsSync(anchorOf(log))).toBe(false);
  });

  it('that cannot be replaced stays as it is', async () => {
    const log = await anchored(2);
    mkdirSync(`${anchorOf(log)}.new`);
    await log.grow(1);
    await expect(keep(log)).rejects.toThrow(`the log's anchor ${anchorOf(log)} cannot be written: EISDIR`);
    expect(parseAnchor(readFileSync(anchorOf(log), 'utf8')).head?.size).toBe(2);
  });

  // On Linux a device takes what is written, and says that it keeps nothing.
  it.runIf(process.platform === 'linux')('on what keeps nothing is refused, and the one before stays', async () => {
    const log = await anchored(2);
    symlinkSync('/dev/null', `${anchorOf(log)}.new`);
    expect(() => writeAnchor(anchorOf(log), { verifierKey: otherKey, checkpoint: 'x' })).toThrow(
      `the log's anchor ${anchorOf(log)} cannot be written: EINVAL: invalid argument, fsync`,
    );
    expect(parseAnchor(readFileSync(anchorOf(log), 'utf8')).head?.size).toBe(2);
  });

  // Only Linux has a device that is always full, and lists a process's open files.
  it.runIf(existsSync('/dev/full'))('on a full volume is refused each time, and leaves no file open', async () => {
    const log = await anchored(2);
    symlinkSync('/dev/full', `${anchorOf(log)}.new`);
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let attempt = 0; attempt < 50; attempt++)
      expect(() => writeAnchor(anchorOf(log), { verifierKey: otherKey, checkpoint: 'x' })).toThrow('ENOSPC');
    expect(open()).toBeLessThan(before + 50);
    expect(parseAnchor(readFileSync(anchorOf(log), 'utf8')).head?.size).toBe(2);
  });
});

describe('an anchor that disagrees with the log', () => {
  it('is of another key', async () => {
    const log = await anchored(3);
    writeAnchor(anchorOf(log), { verifierKey: otherKey, checkpoint: '' });
    expect(await refusal(log)).toContain(`is of another log key: ${otherKey}`);
  });

  it('is ahead of it', async () => {
    const log = await anchored(3);
    const { edge } = await log.store.read((tx) => tx.log.head());
    await log.grow(2);
    await keep(log);
    log.tamper(
      `DELETE FROM log_entries WHERE entry_index >= 3; DELETE FROM checkpoints WHERE size > 3; UPDATE tree_head SET size = 3, edge = '${edge}'`,
    );
    expect(await refusal(log)).toContain(
      'knows 5 entries, and the log has only 3: the store was rolled back or truncated',
    );
  });

  it.each(['longer', 'of the same length'])('is beside it: a fork that is %s', async (length) => {
    const log = await anchored(length === 'longer' ? 5 : 3);
    const other = await anchored(3);
    const { checkpoint } = parseAnchor(readFileSync(anchorOf(other), 'utf8'));
    const head = openCheckpoint(checkpoint, [other.verifier]);
    writeAnchor(anchorOf(log), { verifierKey: log.verifierKey, checkpoint: signCheckpoint(head, log.privateKey) });
    expect(await refusal(log)).toContain('and the log differ within the first 3 entries: the log was changed');
  });

  it('is evidence, and a running broker leaves it as it is', async () => {
    const [log, other] = [await anchored(3), await anchored(3)];
    const head = openCheckpoint(parseAnchor(readFileSync(anchorOf(other), 'utf8')).checkpoint, [other.verifier]);
    const evidence = { verifierKey: log.verifierKey, checkpoint: signCheckpoint(head, log.privateKey) };
    writeAnchor(anchorOf(log), evidence);
    await log.grow(1);
    await expect(keep(log)).rejects.toThrow('and the log differ within the first 3 entries');
    expect(readFileSync(anchorOf(log), 'utf8')).toBe(formatAnchor(evidence));
  });

  it('remembers an entry that was removed since', async () => {
    const log = await anchored(3);
    log.tamper('DELETE FROM log_entries WHERE entry_index = 1');
    expect(await refusal(log)).toContain('differ within the first 3 entries');
  });
});

describe('an anchor that cannot be read', () => {
  it.each([
    ['empty', () => '', 'an anchor file is a verifier key, an empty line and a checkpoint'],
    [
      'only a key',
      (log: TestLog) => log.verifierKey,
      'an anchor file is a verifier key, an empty line and a checkpoint',
    ],
    ['no key', () => 'hello\n\nworld', '"hello" is not a verifier key'],
    [
      'not signed',
      (log: TestLog) => formatAnchor({ verifierKey: log.verifierKey, checkpoint: `${ORIGIN}\n3\nAAAA\n` }),
      'this is not a signed note',
    ],
    ['cut off', (log: TestLog) => readFileSync(anchorOf(log), 'utf8').slice(0, -20), 'this is not a signed note'],
    ['edited', (log: TestLog) => readFileSync(anchorOf(log), 'utf8').replace('\n3\n', '\n2\n'), 'does not verify'],
  ])('refuses the start: %s', async (_what, text, message) => {
    const log = await anchored(3);
    writeFileSync(anchorOf(log), text(log));
    const said = await refusal(log);
    expect(said).toContain(`the log's anchor ${anchorOf(log)} cannot be used: `);
    expect(said).toContain(message);
  });

  it('refuses the start: not a file', async () => {
    const log = await openTestLog();
    mkdirSync(anchorOf(log));
    chmodSync(anchorOf(log), 0o700);
    expect(await refusal(log)).toContain('cannot be used: EISDIR');
  });
});
