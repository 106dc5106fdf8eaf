// A log that changed its keys, as an auditor has it who trusts the first one: an export, and a copy of what is published. Nothing
// but the verifier's own files is there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTreeHead } from '../../../shared/checkpoint.ts';
import { splitNote } from '../../../shared/signed-note.ts';
import { tilePath, tilesOf } from '../../../shared/tiles.ts';
import { buildpass } from '../../support/command-line.ts';
import { ROOT } from '../../support/source-tree.ts';
import { TestBroker } from '../../support/test-broker.ts';

let elsewhere: string;
let first: string;
let newest: string;
/** newest checkpoints on the way: of the first key, of both, of the newest alone */
const notes: string[] = [];

beforeAll(async () => {
  elsewhere = mkdtempSync(join(tmpdir(), 'buildpass-auditor-'));
  for (const folder of ['shared', 'broker/verifier'])
    cpSync(join(ROOT, folder), join(elsewhere, folder), { recursive: true });
  const time = { now: Date.now() };
  const broker = await TestBroker.start({ background: 'by-hand', clock: { now: () => time.now } });
  first = broker.running.verifierKey;
  const note = async () => notes.push((await broker.fetch('/log/checkpoint')).text);
  await broker.ask();
  await note();
  await buildpass('keys', 'rotate', '--log', '--config', broker.config.file);
  for (const passed of [3_600_000, 90 * 86_400_000]) {
    time.now += passed;
    await broker.running.runBackground();
    await note();
    await broker.ask();
  }
  await note();
  newest = broker.running.verifierKey;
  await buildpass('log', 'export', join(elsewhere, 'export'), '--config', broker.config.file);
  await publish(broker, join(elsewhere, 'copy'));
  await broker.close();
});
afterAll(() => rmSync(elsewhere, { recursive: true }));

async function publish(broker: TestBroker, directory: string): Promise<void> {
  const { size } = parseTreeHead(splitNote((await broker.fetch('/log/checkpoint')).text).text);
  for (const path of ['checkpoint', 'key', 'key-changes', ...[...tilesOf(size)].map(tilePath)]) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    const answer = await fetch(`${broker.origin}/log/${path}`);
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  }
}

function verify(...words: string[]): { code: number | null; out: string } {
  const main = join('broker', 'verifier', 'main.ts');
  const { status, stdout } = spawnSync(process.execPath, [main, ...words], {
    cwd: elsewhere,
    encoding: 'utf8',
    env: {},
  });
  return { code: status, out: stdout };
}

/** A copy of what is published, with other changes of keys. */
function changed(name: string, change: (lines: string[]) => string[]): string {
  cpSync(join(elsewhere, 'copy'), join(elsewhere, name), { recursive: true });
  const file = join(elsewhere, name, 'key-changes');
  const lines = change(readFileSync(file, 'utf8').trimEnd().split('\n'));
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return name;
}

describe.each(['export', 'copy'])('a log that changed its keys, as an %s', (directory) => {
  it('is followed from the first key to the newest', () => {
    const { code, out } = verify(directory, '--key', first);
    expect([code, out]).toEqual([0, expect.stringContaining('The log holds: ')]);
    expect(out).toMatch(/\nkey \S+ \(retired\): signed the checkpoints of \d+ to \d+ entries\nkey \S+ \(current\): /);
  });

  it('is believed by the newest key as well, and continues what was kept on the way', () => {
    for (const [at, note] of notes.entries()) {
      writeFileSync(join(elsewhere, `note-${at}`), note);
      expect(verify(directory, '--key', newest, '--since', `note-${at}`).code).toBe(0);
    }
  });

  it('says of each key in JSON what it signed', () => {
    const { keys } = JSON.parse(verify(directory, '--key', first, '--json').out);
    expect(keys).toMatchObject([
      { key: first, state: 'retired', first: expect.any(Number) },
      { key: newest, state: 'current', first: expect.any(Number) },
    ]);
    expect(keys[1].first).toBeLessThan(keys[0].last);
    expect(keys[0].last).toBeLessThan(keys[1].last);
  });
});

describe('a copy of a log that changed its keys', () => {
  const withEntry = (line: string, change: (text: string) => string): string => {
    const { entry, proof } = JSON.parse(line);
    return JSON.stringify({
      entry: Buffer.from(change(Buffer.from(entry, 'base64').toString())).toString('base64'),
      proof,
    });
  };

  it.each<[string, (lines: string[]) => string[], string]>([
    ['without them', () => [], 'does not hold: the note carries no signature of a known key'],
    ['without the last of them', (lines) => lines.slice(0, -1), 'signs then, and did not sign it'],
    ['without the announcement', (lines) => lines.toSpliced(1, 1), 'does not hold: '],
    ['in another order', (lines) => lines.toReversed(), 'does not hold: '],
    [
      'one of which was edited',
      (lines) =>
        lines.with(
          1,
          withEntry(lines[1] ?? '', (text) => text.replace('"asked"', '"other"')),
        ),
      'the inclusion proof does not lead to the root of the checkpoint',
    ],
    ['one of which is none', (lines) => lines.with(1, '{"entry":1}'), 'key-changes has a line that is no receipt'],
    ['one of which is no JSON', (lines) => lines.with(1, 'x'), 'key-changes has a line that is no receipt'],
  ])('does not hold %s', (name, change, problem) => {
    const { code, out } = verify(changed(name, change), '--key', first);
    expect([code, out]).toEqual([1, expect.stringContaining(problem)]);
  });

  it('does not hold under an old checkpoint of the first key, put back with the keys of today', () => {
    const name = changed('old', (lines) => lines);
    writeFileSync(join(elsewhere, name, 'checkpoint'), notes[0] ?? '');
    expect(verify(name, '--key', first).code).toBe(1);
  });
});
