// An exported directory, changed by somebody: whatever is missing, too many, out of place or written in another way is named.
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { exportDirectory } from '../../../broker/log/export-directory.ts';
import { openDirectory } from '../../../broker/verifier/directory-source.ts';
import { verifyLog } from '../../../broker/verifier/verify-log.ts';
import { parseVerifierKey } from '../../../shared/signed-note.ts';
import { formatBundle, parseBundle } from '../../../shared/tiles.ts';
import { openTestLog } from '../../support/test-log.ts';

interface Exported {
  readonly directory: string;
  readonly key: string;
}

let exported: Promise<Exported> | undefined;
afterAll(async () => rmSync((await exported)?.directory ?? '', { recursive: true, force: true }));

/** A log over more than one tile. */
async function exportOnce(): Promise<Exported> {
  const log = await openTestLog();
  await log.grow(300, 7);
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-export-'));
  await log.store.read((tx) => exportDirectory(tx, { directory, keys: [] }));
  return { directory, key: log.verifierKey };
}

/** A copy of it to change. */
async function copied(): Promise<{ at: (path: string) => string; problems: () => Promise<readonly string[]> }> {
  exported ??= exportOnce();
  const { directory: original, key } = await exported;
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-copy-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  cpSync(original, directory, { recursive: true });
  const verify = () => verifyLog(openDirectory(directory), { verifiers: [parseVerifierKey(key)], earlier: [] });
  return { at: (path) => join(directory, path), problems: async () => (await verify()).problems };
}

const BUNDLE = 'tile/entries/001.p/44';
type Change = (at: (path: string) => string) => void;

const edit =
  (path: string, change: (text: string) => string): Change =>
  (at) =>
    writeFileSync(at(path), change(readFileSync(at(path), 'latin1')), 'latin1');
const remove =
  (path: string): Change =>
  (at) =>
    rmSync(at(path), { recursive: true });
const leaves =
  (change: (leaves: Buffer[]) => Buffer[]): Change =>
  (at) =>
    writeFileSync(at(BUNDLE), formatBundle(change(parseBundle(readFileSync(at(BUNDLE))) ?? [])));
const lines = (path: string, change: (lines: string[]) => string[]): Change =>
  edit(path, (text) => change(text.split('\n')).join('\n'));

const CHANGES: readonly (readonly [string, Change, string | RegExp])[] = [
  [
    'an edited entry',
    leaves((all) => all.with(3, Buffer.from(String(all[3]).replace('finding', 'Finding')))),
    'entry 259: its leaf is not the one that was hashed: it was edited',
  ],
  ['an entry removed', leaves((all) => all.slice(1)), `${BUNDLE} is missing, or does not hold 44 entries`],
  [
    'bytes after the last entry',
    edit(BUNDLE, (text) => `${text}x`),
    `${BUNDLE} is missing, or does not hold 44 entries`,
  ],
  ['entries taken away', remove('tile/entries/000'), 'tile/entries/000 is missing, or does not hold 256 entries'],
  ['a tile taken away', remove('tile/1/000.p/1'), 'tile/1/000.p/1 is missing or has another length'],
  [
    'a tile changed',
    edit('tile/1/000.p/1', (text) => `x${text.slice(1)}`),
    'tile/1/000.p/1 does not hold the roots of the tiles below',
  ],
  [
    'a tile too many',
    (at) => cpSync(at('tile/0/000'), at('tile/0/007')),
    'tile/0/007 belongs to no log of 300 entries',
  ],
  [
    'a table too many',
    (at) => writeFileSync(at('rows/reviews.jsonl'), ''),
    'rows/reviews.jsonl belongs to no log of 300 entries',
  ],
  ['a table taken away', remove('rows/leases.jsonl'), 'rows/leases.jsonl is missing or cannot be read: ENOENT'],
  ['its mark taken away', remove('buildpass-log.json'), 'buildpass-log.json is missing or was changed'],
  ['its checkpoint taken away', remove('checkpoint'), 'checkpoint is missing, and checkpoints.jsonl has some'],
  [
    'a signature more under its checkpoint',
    edit('checkpoint', (text) => `${text}\xe2\x80\x94 other AAAAAAAA\n`),
    'checkpoint is not the newest of checkpoints.jsonl',
  ],
  [
    'a checkpoint beyond its entries',
    lines('checkpoints.jsonl', (all) => [
      ...all.slice(0, -1),
      (all.at(-2) ?? '').replace('"size":300', '"size":301'),
      '',
    ]),
    'checkpoints.jsonl has checkpoints beyond the 300 entries',
  ],
  [
    'an earlier checkpoint as the newest',
    (at) =>
      writeFileSync(
        at('checkpoint'),
        JSON.parse(readFileSync(at('checkpoints.jsonl'), 'utf8').split('\n')[10] ?? '').note,
      ),
    /belongs to no log of 77 entries|is missing/,
  ],
  [
    'a key added',
    (at) => appendFileSync(at('key'), 'buildpass.example.com/log+00000000+AAAA\n'),
    /^the verifier keys beside the log are not those that it says were created/,
  ],
  [
    'blank lines in its keys',
    (at) => appendFileSync(at('key'), '\n'),
    'key is missing, or not written as an export writes it',
  ],
  [
    'a checkpoint taken away',
    lines('checkpoints.jsonl', (all) => all.toSpliced(5, 1)),
    'the checkpoint of 42 entries is missing, and one was signed: the next is of another moment',
  ],
  [
    'a checkpoint of another time',
    edit('checkpoints.jsonl', (text) => text.replace('"time":1005', '"time":1006')),
    'the checkpoint of 42 entries is kept under another time than that of its last entry',
  ],
  [
    'a signature more',
    edit('checkpoints.jsonl', (text) => text.replace('\\n"', '\\n\xe2\x80\x94 other AAAAAAAA\\n"')),
    'the checkpoint of 7 entries carries a signature that nobody knows',
  ],
  [
    'a personal field changed',
    edit('openings.jsonl', (text) => text.replace('person 3', 'person 4')),
    'entry 3: its personal field "requester" was changed',
  ],
  [
    'a personal field too many',
    (at) => appendFileSync(at('openings.jsonl'), '{"entry_index":300,"field":"requester","salt":"AAAA","value":"x"}\n'),
    'openings.jsonl has personal fields that belong to no entry',
  ],
  [
    'a personal field that is no text',
    edit('openings.jsonl', (text) => text.replace('"person 3"', '3')),
    'a personal field of entry 3 is kept in no form that can be read',
  ],
  [
    'two lines in the wrong order',
    lines('openings.jsonl', ([one = '', other = '', ...rest]) => [other, one, ...rest]),
    'openings.jsonl line 2 is not in its place',
  ],
  [
    'a line that says two things',
    edit('openings.jsonl', (text) => text.replace('"value":"person 0"', '"value":"Mallory","value":"person 0"')),
    'openings.jsonl line 1 is no row of it as an export writes one',
  ],
  [
    'a line with more than its columns',
    edit('openings.jsonl', (text) => text.replace('"value"', '"trusted":1,"value"')),
    'openings.jsonl line 1 is no row of it as an export writes one',
  ],
  [
    'a line cut short',
    edit('openings.jsonl', (text) => text.slice(0, -1)),
    'openings.jsonl ends in the middle of a line',
  ],
  [
    'bytes that are no text',
    edit('openings.jsonl', (text) => text.replace('person 0', '\xff')),
    'openings.jsonl line 1 is no row of it as an export writes one',
  ],
  [
    'a byte order mark',
    edit('openings.jsonl', (text) => `\xef\xbb\xbf${text}`),
    'openings.jsonl line 1 is no row of it as an export writes one',
  ],
  [
    'a line without an end',
    edit('openings.jsonl', (text) => `${'x'.repeat(2 ** 21)}${text}`),
    "openings.jsonl has a line that is no row's",
  ],
];

describe('an exported directory', () => {
  it('holds as it was written', async () => {
    expect(await (await copied()).problems()).toEqual([]);
  });

  it.each(CHANGES)('is found out with %s', async (_what, change, sentence) => {
    const { at, problems } = await copied();
    change(at);
    expect((await problems())[0]).toMatch(sentence);
  });

  it('with nothing but what is public is verified as that', async () => {
    const { at, problems } = await copied();
    for (const path of ['buildpass-log.json', 'openings.jsonl', 'checkpoints.jsonl', 'rows', 'tile/entries'])
      rmSync(at(path), { recursive: true });
    expect(openDirectory(at('.')).has).toBe('hashes');
    expect(await problems()).toEqual([]);
  });
});
