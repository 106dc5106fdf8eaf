// What would be decided otherwise about requests on record; the command around it is in policy-diff.test.ts.
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Replay, replay } from '../../../broker/cli/policy-replay.ts';
import { systemClock } from '../../../broker/clock.ts';
import { openSqliteReader } from '../../../broker/store/sqlite.ts';
import { runBeside, suspend } from '../../support/beside-broker.ts';
import { buildEntitlement, buildPolicies, type Yaml } from '../../support/build-policy.ts';
import { TestBroker } from '../../support/test-broker.ts';

const ISSUERS = [{ name: 'github', owners: { 'octo-org': '123456' } }];

/** The shop's own repository, with the entitlement that the tests ask for. */
const policies = (entitlement: Yaml = {}) =>
  buildPolicies(
    {
      project: {
        repositories: [{ name: 'octo-org/octo-repo', id: '456789' }],
        entitlements: { 'publish-preview': buildEntitlement(entitlement) },
      },
    },
    { issuers: ISSUERS },
  );

async function start(): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  onTestFinished(() => broker.close());
  return broker;
}

async function replayed({ config }: TestBroker, now = policies()): Promise<Replay> {
  const reader = openSqliteReader({ path: config.store.path, clock: systemClock });
  const found = await replay(reader, { old: policies(), now, since: 0 });
  await reader.close();
  return found;
}

describe('a replay', () => {
  it('finds what would break, and why', async () => {
    const broker = await start();
    await broker.ask();
    expect(await replayed(broker, policies({ allow: [{ branch: 'next' }] }))).toMatchObject({
      ...{ decided: 1, broken: 1, under_old: 0 },
      changed: [
        { change: 'breaks', entitlement: 'shop/publish-preview', reason: expect.stringContaining('wants `branch`') },
      ],
    });
    const unlisted = buildPolicies(
      { project: { repositories: [{ name: 'octo-org/other', id: '1' }] } },
      { issuers: ISSUERS },
    );
    expect((await replayed(broker, unlisted)).changed).toMatchObject([
      { reason: 'the project shop does not list its repository' },
    ]);
  });

  it('finds what would pass', async () => {
    const broker = await start();
    await broker.ask({ claims: { ref: 'refs/heads/x' } });
    expect(await replayed(broker, policies({ allow: [{ branch: 'x' }] }))).toMatchObject({
      ...{ decided: 1, passing: 1 },
      changed: [{ change: 'passes', reason: 'the first rule allows it' }],
    });
  });

  it('finds what would wait for people, and what would not any more', async () => {
    const broker = await start();
    await broker.ask();
    const asking = policies({ approval: { by: 'acme/security' } });
    expect(await replayed(broker, asking)).toMatchObject({
      ...{ broken: 0, waiting: 1 },
      changed: [
        { change: 'waits', reason: 'the first rule allows it, after approval by 1 of acme/security within 30m' },
      ],
    });
    runBeside(
      broker,
      `UPDATE log_entries SET leaf = replace(leaf, '"decision":"permit"', '"approvals":["apr_1"],"decision":"permit"')`,
    );
    expect(await replayed(broker, asking)).toMatchObject({ waiting: 0, changed: [] });
    expect(await replayed(broker)).toMatchObject({ unasked: 1, changed: [{ change: 'unasked' }] });
  });

  it('takes a renewal, and what was invoked, for what people were asked', async () => {
    const broker = await start();
    await broker.ask();
    const fields = '"decision":"permit","invocation_id":"inv_1","renews":"req_1"';
    runBeside(broker, `UPDATE log_entries SET leaf = replace(leaf, '"decision":"permit"', '${fields}')`);
    const approval = { by: 'acme/security' };
    expect(await replayed(broker, policies({ session: '1h', approval }))).toMatchObject({ decided: 1, changed: [] });
  });

  it('lets a session that had ended pass where it is longer, and not where it is as long', async () => {
    const broker = await start();
    await broker.ask();
    const reasons = [{ code: 'SESSION_ENDED', got: new Date(Date.now() - 5_400_000).toISOString() }];
    runBeside(broker, `UPDATE requests SET decision = '${JSON.stringify({ reasons })}'`);
    const fields = '"decision":"deny","reasons":[{"code":"SESSION_ENDED"}]';
    runBeside(broker, `UPDATE log_entries SET leaf = replace(leaf, '"decision":"permit"', '${fields}')`);
    expect((await replayed(broker, policies({ session: '1h' }))).changed).toEqual([]);
    expect((await replayed(broker, policies({ session: '2h' }))).changed).toMatchObject([{ change: 'passes' }]);
  });

  it('keeps the ttl that was asked for, and the suspension that there was', async () => {
    const broker = await start();
    await broker.ask({ parameters: { ttl: '600' } });
    expect((await replayed(broker, policies({ ttl: '5m' }))).changed).toMatchObject([
      { change: 'breaks', reason: expect.stringContaining('The asked ttl of 10m is longer') },
    ]);
    await suspend(broker, 'entitlement shop/publish-preview');
    await broker.ask({ claims: { run_id: '77' } });
    expect(await replayed(broker)).toMatchObject({ decided: 2, changed: [] });
  });

  it('counts a request once, however often it was decided', async () => {
    const broker = await start();
    const secret = 'a'.repeat(43);
    await broker.ask({ secret });
    runBeside(broker, `UPDATE requests SET state = 'failed'`);
    await broker.ask({ secret });
    expect((await broker.running.store.read((tx) => tx.log.head())).size).toBeGreaterThan(6);
    expect(await replayed(broker)).toMatchObject({ decided: 1, changed: [] });
  });
});
