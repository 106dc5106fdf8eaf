import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tileBytes } from '../../../broker/log/prove.ts';
import { openDirectory } from '../../../broker/verifier/directory-source.ts';
import { HashSource } from '../../../broker/verifier/hash-source.ts';
import type { EarlierState } from '../../../broker/verifier/tree-walk.ts';
import { verifyLog } from '../../../broker/verifier/verify-log.ts';
import { openCheckpoint } from '../../../shared/checkpoint.ts';
import { EMPTY_ROOT } from '../../../shared/merkle.ts';
import { tilePath, tilesOf } from '../../../shared/tiles.ts';
import { openTestLog, type TestLog } from '../../support/test-log.ts';

type Files = Map<string, Buffer>;

/** What a log of so many entries publishes, by path. */
async function published(size: number): Promise<{ log: TestLog; files: Files }> {
  const log = await openTestLog();
  await log.grow(size, 64);
  const files: Files = new Map();
  for (const tile of tilesOf(size))
    files.set(tilePath(tile), (await log.store.read((tx) => tileBytes(tx.log, tile))) ?? Buffer.alloc(0));
  files.set('checkpoint', Buffer.from((await log.store.read((tx) => tx.log.latestCheckpoint()))?.note ?? ''));
  return { log, files };
}

const verify = (log: TestLog, files: Files, earlier: readonly EarlierState[] = []) =>
  verifyLog(new HashSource(async (path) => files.get(path)), { verifiers: [log.verifier], earlier });

function flipped(bytes: Buffer | undefined, at: number): Buffer {
  const changed = Buffer.from(bytes ?? []);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe('published tiles', () => {
  it.each([1, 2, 255, 256, 257, 600])('of a log of %i entries hold', async (size) => {
    const { log, files } = await published(size);
    const { root } = await log.verify();
    expect(await verify(log, files)).toMatchObject({ size, root, checkpoints: 1, problems: [] });
  });

  it.each([
    ['tile/0/000', 'tile/1/000.p/2 does not hold the roots of the tiles below'],
    ['tile/0/002.p/88', expect.stringContaining('the checkpoint of 600 entries has another root')],
    ['tile/1/000.p/2', 'tile/1/000.p/2 does not hold the roots of the tiles below'],
  ])('are found changed in %s', async (path, problem) => {
    const { log, files } = await published(600);
    files.set(path, flipped(files.get(path), 40));
    expect((await verify(log, files)).problems).toContainEqual(problem);
  });

  it.each(['tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2'])('are found missing: %s', async (path) => {
    const { log, files } = await published(600);
    files.delete(path);
    expect((await verify(log, files)).problems).toContain(`${path} is missing or has another length`);
  });

  it('are found cut short', async () => {
    const { log, files } = await published(3);
    files.set('tile/0/000.p/3', Buffer.alloc(64));
    expect((await verify(log, files)).problems[0]).toBe('tile/0/000.p/3 is missing or has another length');
  });
});

describe('a published checkpoint', () => {
  it('is found missing', async () => {
    const { log } = await published(1);
    expect(await verify(log, new Map())).toMatchObject({
      size: 0,
      checkpoints: 0,
      problems: ['there is no checkpoint there'],
    });
  });

  it('is found of another key, or edited', async () => {
    const [{ log, files }, { log: other }] = [await published(3), await published(3)];
    expect((await verify(other, files)).problems).toEqual([
      'the checkpoint of 3 entries does not hold: the note carries no signature of a known key',
    ]);
    files.set('checkpoint', Buffer.from(String(files.get('checkpoint')).replace('\n3\n', '\n2\n')));
    files.set('tile/0/000.p/2', (files.get('tile/0/000.p/3') ?? Buffer.alloc(0)).subarray(0, 64));
    expect((await verify(log, files)).problems[0]).toContain(
      'the checkpoint of 2 entries does not hold: the signature of',
    );
  });
});

describe('against what was kept', () => {
  const kept = (what: string, files: Files, log: TestLog): EarlierState => ({
    what,
    ...openCheckpoint(String(files.get('checkpoint')), [log.verifier]),
  });

  it('a log that grew on holds, down to the empty one', async () => {
    const { log, files } = await published(300);
    const earlier = await log.store.read(async (tx) =>
      (await tx.log.checkpoints({ start: 1, end: 301 })).map(({ note }) => openCheckpoint(note, [log.verifier])),
    );
    const states = earlier.map((head) => ({ what: `the checkpoint of ${head.size}`, ...head }));
    const nothing = { what: 'the empty log', size: 0, root: EMPTY_ROOT };
    expect((await verify(log, files, [nothing, ...states])).problems).toEqual([]);
  });

  it('a log cut off is found', async () => {
    const { log, files } = await published(3);
    const later = { what: 'the receipt', size: 5, root: EMPTY_ROOT };
    expect((await verify(log, files, [later])).problems).toEqual([
      'the receipt covers 5 entries, and there are only 3: the log was truncated or rolled back',
    ]);
  });

  it('every fork is found, also where two kept states are of one size', async () => {
    const [{ log, files }, { log: fork, files: forked }] = [await published(5), await published(5)];
    const states = [
      kept('the fork’s', forked, fork),
      kept('the anchor', files, log),
      kept('the other’s', forked, fork),
    ];
    expect((await verify(log, files, states)).problems).toEqual([
      'the fork’s has another root over the first 5 entries: the log was changed or forked',
      'the other’s has another root over the first 5 entries: the log was changed or forked',
    ]);
  });
});

describe('where a log is published', () => {
  it('may be a directory with a copy', async () => {
    const { log, files } = await published(257);
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-copy-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), bytes);
    }
    const report = await verifyLog(openDirectory(directory), { verifiers: [log.verifier], earlier: [] });
    expect(report).toMatchObject({ size: 257, problems: [] });
  });
});

describe('the path of a tile', () => {
  it.each([
    [0, '000'],
    [7, '007'],
    [999, '999'],
    [1_000, 'x001/000'],
    [1_234_067, 'x001/x234/067'],
  ])('of index %i is %s (C2SP tlog-tiles)', (index, path) => {
    expect(tilePath({ level: 0, index, width: 256 })).toBe(`tile/0/${path}`);
  });
});
