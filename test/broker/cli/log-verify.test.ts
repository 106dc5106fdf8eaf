import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { brokerFiles, configFileOf } from '../../support/broker-files.ts';
import { buildpass, type Ran } from '../../support/command-line.ts';
import { newSecret, TestBroker } from '../../support/test-broker.ts';
import { openTestLog } from '../../support/test-log.ts';

/** A broker that issued once, and the anchor that it kept. */
async function startBroker(): Promise<{ broker: TestBroker; config: string; answer: string }> {
  const broker = await TestBroker.start({ background: 'by-hand', keys: 'own' });
  const config = configFileOf(broker);
  const answer = (await broker.ask()).text;
  await broker.restart();
  return { broker, config, answer };
}

let broker: TestBroker;
let config: string;
let answer: string;
beforeAll(async () => {
  ({ broker, config, answer } = await startBroker());
});
afterAll(() => broker.close());

const verify = (...words: string[]): Promise<Ran> => buildpass('log', 'verify', '--config', config, ...words);

/** Keeps a text in a file beside the store. */
function kept(name: string, text: string): string {
  const file = join(broker.directory, name);
  writeFileSync(file, text);
  return file;
}

describe('log verify', () => {
  it('says of a log that holds what it checked, and against what', async () => {
    const { code, out, err } = await verify();
    const size = (await broker.entries()).length;
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      new RegExp(`^compared with the anchor file, which covers \\d+ entries
checked entries, personal fields, tiles, checkpoints, and the rows of [a-z, ]+
The log holds: ${size} entries, \\d+ checkpoints, \\d+ rows, root [A-Za-z0-9+/]{43}=\n$`),
    );
  });

  it('answers programs in JSON', async () => {
    expect(JSON.parse((await verify('--json')).out)).toMatchObject({
      holds: true,
      problems: [],
      key_pinned: true,
      checked: expect.stringMatching(/^entries, personal fields, tiles, checkpoints, and the rows of requests/),
      compared_with: [{ what: 'the anchor file', size: expect.any(Number) }],
    });
  });

  it('takes the key that it is given', async () => {
    expect((await verify('--key', broker.running.verifierKey)).code).toBe(0);
    const other = (await openTestLog()).verifierKey;
    const { code, out } = await verify('--key', other);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('- no checkpoint is signed by buildpass.example.com/log+'),
    ]);
  });

  it.each([
    ['a checkpoint', async () => (await broker.fetch('/log/checkpoint')).text],
    ['a receipt', async () => JSON.stringify(JSON.parse(answer).receipt)],
    ['a whole answer', async () => answer],
    ['an anchor', async () => readFileSync(join(broker.directory, 'anchor'), 'utf8')],
  ])('compares with %s that somebody kept', async (what, text) => {
    const file = kept(`kept ${what}`, await text());
    const { code, out } = await verify('--since', file);
    expect([code, out]).toEqual([0, expect.stringContaining(`compared with ${file}, which covers `)]);
  });

  it('says so when nothing was pinned', async () => {
    const text = readFileSync(config, 'utf8');
    const file = kept('without-anchor.yaml', text.replace(/^log:.*\n/m, ''));
    const { code, out } = await buildpass('log', 'verify', '--config', file);
    expect([code, out.split('\n')[0]]).toEqual([0, 'key not pinned: this shows consistency only']);
  });
});

describe('log verify before the first start', () => {
  it('says of an empty log that it holds, and that nothing is pinned yet', async () => {
    const files = await brokerFiles();
    await buildpass('keys', 'create', '--config', files.config);
    const { code, out } = await buildpass('log', 'verify', '--config', files.config);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^key not pinned.*The log holds: 0 entries, 0 checkpoints/s),
    ]);
  });
});

describe('log verify of a log that was changed', () => {
  async function changed(sql: string): Promise<Ran & { directory: string; answer: string }> {
    const other = await startBroker();
    onTestFinished(() => other.broker.close());
    const database = new DatabaseSync(other.broker.config.store.path);
    database.exec(sql);
    database.close();
    return {
      ...(await buildpass('log', 'verify', '--config', other.config)),
      directory: other.broker.directory,
      answer: other.answer,
    };
  }

  it.each([
    [
      `UPDATE log_entries SET leaf = replace(leaf, 'permit', 'deny') WHERE type = 'request.decided'`,
      'its leaf is not the one that was hashed: it was edited',
    ],
    ['DELETE FROM log_entries WHERE entry_index = 2', 'entry 2 is missing'],
    [
      `UPDATE entry_personal SET value = 'somebody' WHERE field = 'requester'`,
      'its personal field "requester" was changed',
    ],
    [
      'DELETE FROM log_entries WHERE entry_index >= 4; DELETE FROM checkpoints WHERE size > 4',
      'the anchor file covers 8 entries, and there are only 4',
    ],
  ])('answers no: %s', async (sql, problem) => {
    const { code, out } = await changed(sql);
    expect([code, out]).toEqual([1, expect.stringContaining('The log does not hold:\n- ')]);
    expect(out).toContain(problem);
  });

  it('answers no where the anchor was taken away', async () => {
    const other = await startBroker();
    onTestFinished(() => other.broker.close());
    const anchor = join(other.broker.directory, 'anchor');
    const text = readFileSync(anchor, 'utf8');
    rmSync(anchor);
    const { code, out } = await buildpass('log', 'verify', '--config', other.config);
    writeFileSync(anchor, text);
    expect([code, out]).toEqual([1, expect.stringContaining(`- the anchor file ${anchor} is missing`)]);
  });

  it('finds a fork against a receipt of the other side of it', async () => {
    const other = await startBroker();
    onTestFinished(() => other.broker.close());
    // Another log under the same name: its receipt is signed by a key that is not ours.
    const file = kept('receipt of a fork', other.answer);
    const { code, out } = await verify('--since', file);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/receipt of a fork covers \d+ entries, and no key of this log signed it: /),
    ]);
  });
});

describe('log verify --from', () => {
  it('checks what an address publishes, and says that entries are not among it', async () => {
    const { code, out } = await verify('--from', broker.origin, '--key', broker.running.verifierKey);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(
        'checked tiles and checkpoint; entries are not public and were not checked\nThe log holds: ',
      ),
    ]);
    expect(out).not.toContain('not pinned');
  });

  it('takes the key from there only with a warning, or from an anchor that was kept', async () => {
    expect((await verify('--from', broker.origin)).out).toMatch(/^key not pinned: this shows consistency only\n/);
    const { code, out } = await verify('--from', broker.origin, '--since', join(broker.directory, 'anchor'));
    expect([code, out]).toEqual([0, expect.not.stringContaining('not pinned')]);
  });

  it('needs no configuration', async () => {
    const { code } = await buildpass('log', 'verify', '--config', '/nonexistent', '--from', broker.origin);
    expect(code).toBe(0);
  });

  it('says of an address that does not answer that it cannot be read, not that the log is wrong', async () => {
    const { code, out, err } = await verify('--from', 'http://127.0.0.1:9');
    expect([code, out, err]).toEqual([
      1,
      '',
      expect.stringContaining('buildpass: http://127.0.0.1:9/log/key cannot be read: '),
    ]);
  });

  it('says of a directory with no copy of a log that there is none', async () => {
    const { code, out } = await verify('--from', broker.directory, '--key', broker.running.verifierKey);
    expect([code, out]).toEqual([1, expect.stringContaining('- there is no checkpoint there')]);
  });
});

describe('log verify used wrongly', () => {
  it.each([
    ['nonsense', 'nothing like it', 'is no checkpoint, receipt or anchor of this log: this is not a signed note'],
    [
      'half a receipt',
      '{"access_token":"secret-word',
      'is no checkpoint, receipt or anchor of this log: it is not JSON',
    ],
    ['an empty object', '{}', 'it is neither a receipt nor an answer with one'],
    ['a list', '[]', 'is no checkpoint, receipt or anchor of this log: this is not a signed note'],
  ])('names a --since that is %s, without repeating it', async (what, text, message) => {
    const { code, err } = await verify('--since', kept(`bad ${what}`, text));
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toContain('secret-word');
  });

  it.each([
    [['--since', '/nonexistent/file'], '--since /nonexistent/file: there is no such file'],
    [['--key', 'nonsense'], '--key: "nonsense" is not a verifier key'],
    [['--form', 'x'], 'unknown option "--form"; did you mean "--from"?'],
    [['now'], 'unexpected "now"'],
  ])('says what is wrong with %j', async (words, message) => {
    expect(await verify(...words)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('exits 78 for a configuration, a store or an anchor that cannot be used', async () => {
    expect((await buildpass('log', 'verify', '--config', '/nonexistent')).code).toBe(78);
    const text = readFileSync(config, 'utf8');
    const noStore = kept('no-store.yaml', text.replace('./buildpass.db', './none.db'));
    expect(await buildpass('log', 'verify', '--config', noStore)).toMatchObject({
      code: 78,
      err: expect.stringContaining('there is no store at'),
    });
    kept('broken anchor', `${broker.running.verifierKey}\n\nnonsense`);
    const brokenAnchor = kept('broken-anchor.yaml', text.replace('./anchor', './broken anchor'));
    expect(await buildpass('log', 'verify', '--config', brokenAnchor)).toMatchObject({
      code: 78,
      err: 'the anchor file is no checkpoint, receipt or anchor of this log: this is not a signed note\n',
    });
  });
});

describe('an issuance log that was verified', () => {
  it('gave nothing away while it was: no credential and no secret is in any answer', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ secret });
    const { out } = await verify('--json', '--since', kept('answer with a token', JSON.stringify(body)));
    for (const hidden of [secret, body.access_token]) expect(out).not.toContain(hidden);
  });
});
