// A log written as a directory: what stands in it, for whose eyes, and what it never writes over.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StartRefused } from '../../../broker/errors.ts';
import { exportDirectory } from '../../../broker/log/export-directory.ts';
import { MANIFEST, MANIFEST_FILE } from '../../../shared/log-directory.ts';
import { parseBundle } from '../../../shared/tiles.ts';
import { openTestLog, type TestLog } from '../../support/test-log.ts';

interface Place {
  readonly log: TestLog;
  /** where it is exported to */
  readonly directory: string;
  readonly export: (keys?: readonly string[]) => Promise<number>;
  readonly read: (path: string) => string;
}

async function placeFor(size: number, together = 50): Promise<Place> {
  const log = await openTestLog();
  await log.grow(size, together);
  const directory = join(newDirectory(), 'audit');
  return {
    ...{ log, directory },
    export: (keys = []) => log.store.read((tx) => exportDirectory(tx, { directory, keys })),
    read: (path) => readFileSync(join(directory, path), 'utf8'),
  };
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-export-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const pathsIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(directory.length + 1))
    .sort();

const modesIn = (directory: string): Set<string> =>
  new Set(
    readdirSync(directory, { recursive: true, withFileTypes: true }).map((one) => {
      const mode = statSync(join(one.parentPath, one.name)).mode & 0o777;
      return `${one.isFile() ? 'file' : 'directory'} ${mode.toString(8)}`;
    }),
  );

describe('the directory of a log', () => {
  it('has its tiles, bundles of entries, checkpoints, openings and rows', async () => {
    const place = await placeFor(258);
    expect(await place.export([place.log.verifierKey, 'an older key'])).toBe(258);
    expect(pathsIn(place.directory).filter((path) => !path.startsWith('rows/'))).toEqual([
      MANIFEST_FILE,
      'checkpoint',
      'checkpoints.jsonl',
      'key',
      'openings.jsonl',
      'tile/0/000',
      'tile/0/001.p/2',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/2',
    ]);
    expect(place.read(MANIFEST_FILE)).toBe(MANIFEST);
    expect(place.read('key')).toBe(`${place.log.verifierKey}\nan older key\n`);
    const bundle = parseBundle(readFileSync(join(place.directory, 'tile/entries/001.p/2'))) ?? [];
    expect(bundle.map((leaf) => JSON.parse(String(leaf)).findings[0].message)).toEqual(['finding 256', 'finding 257']);
  });

  it('has every checkpoint and every personal field of a long log, in their order', async () => {
    const place = await placeFor(1_026, 256);
    await place.export();
    const linesOf = (path: string) =>
      place
        .read(path)
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    expect(linesOf('checkpoints.jsonl').map(({ size }) => size)).toEqual([256, 512, 768, 1_024, 1_026]);
    expect(linesOf('openings.jsonl').map(({ entry_index: index }) => index)).toEqual(
      Array.from({ length: 342 }, (_, at) => 3 * at),
    );
  });

  it('is for the eyes of its owner alone', async () => {
    const place = await placeFor(1);
    await place.export();
    expect(modesIn(place.directory)).toEqual(new Set(['file 600', 'directory 700']));
    expect(statSync(place.directory).mode & 0o777).toBe(0o700);
  });

  it('of an empty log has no checkpoint and no tile', async () => {
    const place = await placeFor(0);
    expect(await place.export()).toBe(0);
    expect(pathsIn(place.directory).filter((path) => !path.startsWith('rows/'))).toEqual([
      MANIFEST_FILE,
      'checkpoints.jsonl',
      'key',
      'openings.jsonl',
    ]);
    expect(['checkpoints.jsonl', 'key', 'openings.jsonl'].map(place.read)).toEqual(['', '', '']);
  });
});

describe('an earlier export', () => {
  it('is replaced whole, and nothing is left beside it', async () => {
    const place = await placeFor(0);
    await place.export();
    for (const size of [3, 300]) {
      await place.log.grow(size, size);
      await place.export();
    }
    expect(pathsIn(place.directory)).not.toContain('tile/0/000.p/3');
    expect(readdirSync(join(place.directory, '..'))).toEqual(['audit']);
  });

  it('is replaced where nothing happened since', async () => {
    const place = await placeFor(3);
    await place.export();
    expect(await place.export()).toBe(3);
  });

  it('that was broken off is cleared away', async () => {
    const place = await placeFor(3);
    mkdirSync(`${place.directory}.writing`);
    writeFileSync(`${place.directory}.writing/${MANIFEST_FILE}`, MANIFEST);
    writeFileSync(`${place.directory}.writing/half`, '');
    await place.export();
    expect(pathsIn(place.directory)).not.toContain('half');
  });

  it('may be an empty directory', async () => {
    const place = await placeFor(3);
    mkdirSync(place.directory);
    expect(await place.export()).toBe(3);
  });

  it('of more entries than the log has is evidence, and stays', async () => {
    const place = await placeFor(3);
    const { edge } = await place.log.store.read((tx) => tx.log.head());
    await place.log.grow(2);
    await place.export();
    const before = place.read('checkpoint');
    place.log.tamper(
      `DELETE FROM log_entries WHERE entry_index >= 3; DELETE FROM checkpoints WHERE size > 3; UPDATE tree_head SET size = 3, edge = '${edge}'`,
    );
    await expect(place.export()).rejects.toThrow(
      new StartRefused(
        `${place.directory} has an export of 5 entries that this log does not continue: keep it, it shows that one of them was changed. Nothing was written; name another directory`,
      ),
    );
    expect(place.read('checkpoint')).toBe(before);
  });

  it('of another log is evidence too', async () => {
    const [place, other] = [await placeFor(3), await placeFor(3)];
    await other.export();
    cpSync(other.directory, place.directory, { recursive: true });
    await expect(place.export()).rejects.toThrow('has an export of 3 entries that this log does not continue');
  });

  it('whose checkpoint cannot be read stays', async () => {
    const place = await placeFor(3);
    await place.export();
    writeFileSync(join(place.directory, 'checkpoint'), 'bogus');
    await expect(place.export()).rejects.toThrow(
      new StartRefused(
        `${place.directory} has an export whose checkpoint cannot be read. Nothing was written; name another directory`,
      ),
    );
  });
});

describe('an export never writes over', () => {
  it.each([
    ['', 'is there, and is no earlier export'],
    ['.writing', 'is in the way, and no export that was broken off'],
    ['.old', 'is in the way'],
  ])('a directory of somebody’s at DIR%s', async (suffix, words) => {
    const place = await placeFor(3);
    const theirs = `${place.directory}${suffix}`;
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'thesis.txt'), 'the only copy');
    await expect(place.export()).rejects.toThrow(
      new StartRefused(`${theirs} ${words}. Nothing was written; name another directory`),
    );
    expect(readFileSync(join(theirs, 'thesis.txt'), 'utf8')).toBe('the only copy');
    expect(readdirSync(join(place.directory, '..'))).toHaveLength(1);
  });

  it('a directory whose mark says something else', async () => {
    const place = await placeFor(3);
    mkdirSync(place.directory);
    writeFileSync(join(place.directory, MANIFEST_FILE), `${MANIFEST} `);
    await expect(place.export()).rejects.toThrow('is no earlier export');
  });

  it('a file', async () => {
    const place = await placeFor(3);
    writeFileSync(place.directory, 'the only copy');
    await expect(place.export()).rejects.toThrow('is there, and is no earlier export');
    expect(existsSync(place.directory) && readFileSync(place.directory, 'utf8')).toBe('the only copy');
  });
});
