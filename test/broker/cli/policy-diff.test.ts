import { cpSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS } from '../../../broker/cli/commands.ts';
import { replay } from '../../../broker/cli/policy-replay.ts';
import { systemClock } from '../../../broker/clock.ts';
import { openSqliteReader } from '../../../broker/store/sqlite.ts';
import { runBeside } from '../../support/beside-broker.ts';
import { configFileOf } from '../../support/broker-files.ts';
import { buildDocuments, buildPolicies, type PolicyParts } from '../../support/build-policy.ts';
import { buildpass } from '../../support/command-line.ts';
import { temporaryDirectory } from '../../support/config-file.ts';
import { ORGANIZATION, SHOP } from '../../support/policy-files.ts';
import { TestBroker } from '../../support/test-broker.ts';

async function directoryOf(parts: PolicyParts): Promise<string> {
  const directory = await temporaryDirectory();
  for (const { file, text } of buildDocuments(parts)) await writeFile(join(directory, file), text);
  return directory;
}

const MAIN: PolicyParts = { entitlement: { allow: [{ branch: 'main', event: 'push' }] } };
const WIDER: PolicyParts = { entitlement: { allow: [{ branch: ['main', 'release/*'], event: 'push' }], ttl: '15m' } };

describe('policy diff of two directories', () => {
  it('says who gains, what got wider and of what sort, needs no configuration, and exits 1', async () => {
    const ran = await buildpass('policy', 'diff', await directoryOf(MAIN), await directoryOf(WIDER));
    expect(ran).toEqual({
      code: 1,
      err: '',
      out: `gains: jobs of acme/shop on branch release/* by push may now have shop/preview (the first rule)
  such as event_name push, ref refs/heads/release/x
wider: shop/preview \`ttl\` is 15m, and was 10m
2 differences: more is allowed than before, or may be. Have it reviewed.
`,
    });
  });

  it('exits 0 where somebody only loses, and where nothing differs', async () => {
    const [main, wider] = [await directoryOf(MAIN), await directoryOf(WIDER)];
    const back = await buildpass('policy', 'diff', wider, main);
    expect([back.code, back.out]).toEqual([
      0,
      expect.stringMatching(/^narrower: .*\nloses: jobs of acme\/shop on branch/),
    ]);
    const same = await buildpass('policy', 'diff', main, await directoryOf(MAIN));
    expect(same).toEqual({ code: 0, err: '', out: 'Nothing differs in what is allowed.\n' });
  });

  it('gives the same as data, with a job that is decided differently', async () => {
    const ran = await buildpass('policy', 'diff', await directoryOf(MAIN), await directoryOf(WIDER), '--json');
    expect(JSON.parse(ran.out)).toMatchObject({
      widens: true,
      old: expect.stringMatching(/^[0-9a-f]{64}$/),
      differences: [
        {
          direction: 'gains',
          of: 'shop/preview',
          rule: 0,
          example: { ref: 'refs/heads/release/x', event_name: 'push' },
        },
        { direction: 'wider', of: 'shop/preview' },
      ],
    });
  });

  it('exits 2 and says why where one of them does not load or is not there', async () => {
    const main = await directoryOf(MAIN);
    const broken = await directoryOf({ entitlement: { ttl: 'long' } });
    const ran = await buildpass('policy', 'diff', main, broken);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/do not load:\n.*shop\.yaml:\d+:\d+: /) });
    const data = await buildpass('policy', 'diff', main, broken, '--json');
    expect([data.code, JSON.parse(data.out)]).toEqual([2, { error: expect.stringContaining('do not load') }]);
    expect(await buildpass('policy', 'diff', main, './nowhere')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the policy directory "./nowhere" cannot be read'),
    });
  });

  it.each([
    [[], 'there is nothing to compare'],
    [['a', 'b', '--replay', '--since', 'soon'], '--since "soon" is not a duration'],
    [['a', 'b', '--since', '30d'], 'add --replay'],
    [['a', 'b', 'c'], 'unexpected "c"'],
  ])('used as %j is refused', async (words, message) => {
    expect(await buildpass('policy', 'diff', ...words)).toMatchObject({
      code: 2,
      err: expect.stringContaining(message),
    });
  });

  it('prints nothing of a policy that could act on a terminal', async () => {
    const hostile = await directoryOf({ entitlement: { allow: [{ claims: { tier: 'a\u0085b' }, event: 'push' }] } });
    const { out, err } = await buildpass('policy', 'diff', await directoryOf(MAIN), hostile);
    expect(out + err).not.toMatch(/[\u0080-\u009f]/);
  });
});

/** `_test` is a kind that the command does not have. */
const REAL_SHOP = SHOP.slice(0, SHOP.indexOf('  upstream:'));
const POLICIES = { 'shop.yaml': REAL_SHOP, '_organization.yaml': ORGANIZATION.replace(/^.*_test.*\n/m, '') };

describe('policy diff beside a broker', () => {
  let broker: TestBroker;
  let config: string;
  const diff = (...words: string[]) => buildpass('policy', 'diff', ...words, '--config', config);
  /** The broker's policies with another text for the shop. */
  async function changed(change: (text: string) => string): Promise<string> {
    const directory = await temporaryDirectory();
    cpSync(join(broker.directory, 'policies'), directory, { recursive: true });
    await writeFile(join(directory, 'shop.yaml'), change(REAL_SHOP));
    return directory;
  }

  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand', policies: POLICIES });
    config = configFileOf(broker);
    await broker.ask();
    await broker.ask();
    await broker.ask({ claims: { ref: 'refs/heads/x' } });
  });
  afterAll(() => broker.close());

  it('compares with what is in force where one directory is named', async () => {
    const { code, out } = await diff(
      await changed((text) => text.replace('branch: main, event: [push,', 'branch: [main, x], event: [push,')),
    );
    expect([code, out]).toEqual([1, expect.stringContaining('gains: jobs of octo-org/octo-repo on branch x by push')]);
  });

  it('takes digests of sets that the store keeps', async () => {
    const [entry] = await broker.entries('policy.changed');
    const digest = String(entry?.['set_digest']);
    expect(await diff(digest, digest)).toMatchObject({ code: 0, out: 'Nothing differs in what is allowed.\n' });
    expect(await diff('f'.repeat(64), digest)).toMatchObject({
      code: 2,
      err: expect.stringContaining('was ever in force here'),
    });
  });

  it('decides every request on record again, and lists those that would be decided otherwise', async () => {
    const moved = await changed((text) => text.replace('branch: main, event: [push,', 'branch: x, event: [push,'));
    const { code, out } = await diff(moved, '--replay');
    expect(code).toBe(1);
    expect(out).toMatch(
      /^breaks: entry \d+, req_\S+, \d{4}-\S+Z, shop\/publish-preview: The first rule wants `branch` to be x;/m,
    );
    expect(out).toMatch(/^passes: entry \d+, req_\S+, .*, shop\/publish-preview: the first rule allows it$/m);
    expect(out).toContain('Of 3 requests on record: 2 jobs would break, 1 refused job would now pass.\n');
    const same = await diff(await changed((text) => text), '--replay', '--json');
    expect([same.code, JSON.parse(same.out).replay]).toMatchObject([
      0,
      { decided: 3, broken: 0, passing: 0, erased: 0 },
    ]);
  });

  it('says which of them the old policy decides so too', async () => {
    const moved = await changed((text) => text.replace('branch: main, event: [push,', 'branch: x, event: [push,'));
    const { out } = await diff(moved, moved, '--replay');
    expect(out).toContain('3 of them would be decided so under the old policy too');
  });

  it('looks only as far back as it is told', async () => {
    const reader = openSqliteReader({ path: broker.config.store.path, clock: systemClock });
    const policies = buildPolicies();
    const since = systemClock.now() + 60_000;
    expect(await replay(reader, { old: policies, now: policies, since })).toMatchObject({ decided: 0, broken: 0 });
    await reader.close();
  });
});

it('what cannot be decided again is counted apart', async () => {
  const broker = await TestBroker.start({ background: 'by-hand', policies: POLICIES });
  onTestFinished(() => broker.close());
  await broker.ask();
  runBeside(broker, `UPDATE requests SET subject = ''`);
  const ran = await buildpass(
    'policy',
    'diff',
    join(broker.directory, 'policies'),
    '--replay',
    '--config',
    configFileOf(broker),
  );
  expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('1 request could not be decided again')]);
});

it('the example of a workflow runs commands that exist, on what it has checked out', () => {
  const text = readFileSync(new URL('../../../examples/workflows/check-policies.yml', import.meta.url), 'utf8');
  const run = [...text.matchAll(/buildpass -- (\w+ \w+) (.*?)(?: \||$)/gm)].map(([, name = '', rest = '']) => [
    name,
    rest,
  ]);
  expect(run).toEqual([
    ['policy check', '../new/policies'],
    ['policy diff', '../old/policies ../new/policies'],
  ]);
  expect(run.every(([name = '']) => name in COMMANDS)).toBe(true);
});
