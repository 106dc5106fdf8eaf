import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockStore } from '../../../broker/store/sqlite.ts';
import { openCheckpoint } from '../../../shared/checkpoint.ts';
import { parseVerifierKey } from '../../../shared/signed-note.ts';
import { configFileOf } from '../../support/broker-files.ts';
import { buildpass, type Ran } from '../../support/command-line.ts';
import { TestBroker } from '../../support/test-broker.ts';

interface Stopped {
  readonly broker: TestBroker;
  readonly anchor: string;
  readonly accept: (...words: string[]) => Promise<Ran>;
  readonly tamper: (sql: string) => void;
}

/** A broker that issued once and was stopped in good order. */
async function stoppedBroker(): Promise<Stopped> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  await broker.ask();
  const config = configFileOf(broker);
  await broker.running.close();
  onTestFinished(async () => {
    await broker.github.close();
    rmSync(broker.directory, { recursive: true });
  });
  return {
    broker,
    anchor: broker.config.log.anchorFile ?? '',
    accept: (...words) => buildpass('log', 'anchor', '--config', config, ...words),
    tamper(sql) {
      const database = new DatabaseSync(broker.config.store.path);
      database.exec(sql);
      database.close();
    },
  };
}

async function startAgain(broker: TestBroker): Promise<void> {
  await broker.start();
  onTestFinished(() => broker.running.close());
}

describe('log anchor --accept', () => {
  it('lets a broker start again whose anchor was lost', async () => {
    const { broker, anchor, accept } = await stoppedBroker();
    rmSync(anchor);
    await expect(broker.start()).rejects.toThrow(`the log's anchor ${anchor} is missing, and the log has`);
    const { code, out, err } = await accept('--accept');
    expect([code, err, out]).toEqual([
      0,
      '',
      expect.stringMatching(/ now holds the log as it is: \d+ entries, root \S+=\n$/),
    ]);
    const [key = '', ...note] = readFileSync(anchor, 'utf8').split('\n');
    expect(openCheckpoint(note.slice(1).join('\n'), [parseVerifierKey(key)]).size).toBe(
      Number(/(\d+) entries/.exec(out)?.[1]),
    );
    await startAgain(broker);
    expect((await broker.ask()).status).toBe(200);
  });

  it('goes on with an older log, once somebody has said so', async () => {
    const { broker, anchor, accept } = await stoppedBroker();
    const before = readFileSync(broker.config.store.path);
    await broker.start();
    await broker.ask();
    await broker.running.close();
    writeFileSync(broker.config.store.path, before);
    await expect(broker.start()).rejects.toThrow(`the log's anchor ${anchor} knows`);
    expect(JSON.parse((await accept('--accept', '--json')).out)).toMatchObject({
      written: true,
      anchor_file: anchor,
      problems: [],
    });
    await startAgain(broker);
    expect((await broker.ask()).status).toBe(200);
  });

  it('writes nothing where the log does not hold by itself', async () => {
    const { anchor, accept, tamper } = await stoppedBroker();
    tamper(`UPDATE log_entries SET leaf = replace(leaf, 'permit', 'deny')`);
    const before = readFileSync(anchor, 'utf8');
    const { code, out } = await accept('--accept');
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('Nothing was written, since the log does not hold:\n- entry '),
    ]);
    expect(readFileSync(anchor, 'utf8')).toBe(before);
    expect(JSON.parse((await accept('--accept', '--json')).out)).toMatchObject({ written: false });
  });

  it('does nothing unless it is said', async () => {
    const { anchor, accept } = await stoppedBroker();
    rmSync(anchor);
    const { code, err } = await accept();
    expect([code, err]).toEqual([2, expect.stringContaining('--accept is missing: without it nothing is written')]);
    expect(existsSync(anchor)).toBe(false);
  });

  it('refuses while a broker holds the store', async () => {
    const { broker, anchor, accept } = await stoppedBroker();
    const unlock = lockStore(broker.config.store.path);
    onTestFinished(unlock);
    writeFileSync(anchor, 'kept');
    const { code, err } = await accept('--accept');
    expect([code, err]).toEqual([78, expect.stringContaining('another broker is running on the store')]);
    expect(readFileSync(anchor, 'utf8')).toBe('kept');
  });

  it('refuses a configuration without an anchor file', async () => {
    const { broker, accept } = await stoppedBroker();
    const { file } = broker.config;
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^log:.*\n/m, ''));
    const { code, err } = await accept('--accept');
    expect([code, err]).toEqual([
      78,
      `${file}: log.anchor-file is missing: name the file that the anchor is kept in\n`,
    ]);
  });
});
