// The verifier on an auditor's machine: its own folder and `shared/`, nothing installed, no broker, no network.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFileOf } from '../../support/broker-files.ts';
import { buildpass } from '../../support/command-line.ts';
import { ROOT } from '../../support/source-tree.ts';
import { TestBroker } from '../../support/test-broker.ts';

let elsewhere: string;
let verifierKey: string;
let receipt: string;
beforeAll(async () => {
  elsewhere = mkdtempSync(join(tmpdir(), 'buildpass-auditor-'));
  for (const folder of ['shared', 'broker/verifier'])
    cpSync(join(ROOT, folder), join(elsewhere, folder), { recursive: true });
  const broker = await TestBroker.start({ background: 'by-hand' });
  receipt = JSON.stringify((await broker.ask()).body.receipt);
  await broker.ask({ scope: 'shop/deploy' });
  ({ verifierKey } = broker.running);
  await buildpass('log', 'export', join(elsewhere, 'log'), '--config', configFileOf(broker));
  await broker.running.close();
  cpSync(broker.config.log.anchorFile ?? '', join(elsewhere, 'anchor'));
  await broker.github.close();
  rmSync(broker.directory, { recursive: true });
});
afterAll(() => rmSync(elsewhere, { recursive: true }));

function verify(...words: string[]): { code: number | null; out: string; err: string } {
  const main = join('broker', 'verifier', 'main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: elsewhere,
    encoding: 'utf8',
    env: {},
  });
  return { code: status, out: stdout, err: stderr };
}

const kept = (name: string, text: string): string => {
  writeFileSync(join(elsewhere, name), text);
  return name;
};

describe('the verifier by itself', () => {
  it('says of a log that holds what it checked, and against what', () => {
    const { code, out, err } = verify('log', '--since', 'anchor');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^compared with anchor, which covers \d+ entries\nchecked entries, .*\nThe log holds: \d+ entries/,
    );
  });

  it('says the same as the command of the broker', async () => {
    const words = ['--key', verifierKey, '--since', kept('receipt.json', receipt), '--json'];
    const { out } = await buildpass(
      'log',
      'verify',
      '--from',
      join(elsewhere, 'log'),
      ...words.with(3, join(elsewhere, 'receipt.json')),
    );
    expect(JSON.parse(verify('log', ...words).out)).toEqual({
      ...JSON.parse(out),
      compared_with: [{ what: 'receipt.json', size: expect.any(Number) }],
    });
  });

  it('says so when nothing was pinned', () => {
    const { code, out } = verify('log');
    expect([code, out]).toEqual([0, expect.stringMatching(/^key not pinned: this shows consistency only\n/)]);
  });

  it('names the first thing that is wrong, and exits 1', () => {
    cpSync(join(elsewhere, 'log'), join(elsewhere, 'changed'), { recursive: true });
    const file = join(elsewhere, 'changed', 'rows', 'leases.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"state":"live"', '"state":"returned"'));
    const { code, out } = verify('changed', '--since', 'anchor');
    expect(code).toBe(1);
    expect(out).toMatch(
      /The log does not hold:\n- the row of the lease lse_\S+ says state is "returned", and the log says "live" \(entry \d+\)\n$/,
    );
  });

  it.each([
    [[], 'usage: node broker/verifier/main.ts DIR'],
    [['log', 'log'], 'usage: '],
    [['nowhere'], 'no such file or directory'],
    [['anchor'], 'anchor is no directory'],
    [['log', '--key', 'x'], '"x" is not a verifier key'],
    [['log', '--since', 'nowhere'], 'no such file or directory'],
    [['log', '--since', 'log/key'], 'log/key is no checkpoint, receipt or anchor of this log'],
    [['log', '--what'], "Unknown option '--what'"],
  ])('used wrongly, as %j, says what is wrong and exits 2', (words, message) => {
    expect(verify(...words)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
  });
});
