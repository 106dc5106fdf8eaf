// The operator's own port: metrics, and readiness check by check. It only reads, and names nobody.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../support/raw-http.ts';
import { checkRefusal } from '../support/refusal-of.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
let jobs = 0;
beforeAll(async () => {
  broker = await TestBroker.start({ background: 'by-hand', listen: { admin: { host: '127.0.0.1', port: 0 } } });
});
afterAll(() => broker.close());

/** Of a job of its own: one job may have ten. */
const askAnew = () => broker.ask({ claims: { check_run_id: String(++jobs) } });
const adminPort = (): number => broker.running.adminPort ?? 0;
const get = async (path: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`http://127.0.0.1:${adminPort()}${path}`);
  return { status: response.status, text: await response.text() };
};
/** The value of a series; 0 where there is none yet. */
async function seriesValue(series: string): Promise<number> {
  const line = (await get('/metrics')).text.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

interface Readiness {
  readonly status: string;
  readonly checks: readonly { name: string; ok: boolean; says: string; informs?: true }[];
}
async function readiness(): Promise<Readiness & { code: number }> {
  const { status, text } = await get('/readyz');
  return { code: status, ...(JSON.parse(text) as Readiness) };
}
const check = async (name: string) => (await readiness()).checks.find((one) => one.name === name);

describe('metrics', () => {
  it.each([
    ['buildpass_issuances_total{kind="jwt",outcome="issued"}', askAnew],
    ['buildpass_decisions_total{outcome="permit"}', askAnew],
    [
      'buildpass_decisions_total{outcome="deny"}',
      () => broker.ask({ claims: { ref: 'refs/heads/x' }, scope: 'shop/deploy' }),
    ],
    ['buildpass_decisions_total{outcome="stranger"}', () => broker.ask({ claims: { repository_id: '999' } })],
    ['buildpass_problems_total{code="OWNER_NOT_ALLOWED"}', () => broker.ask({ claims: { repository_owner_id: '9' } })],
    ['buildpass_problems_total{code="AUDIENCE_MISMATCH"}', () => broker.ask({ claims: { aud: 'https://x.example' } })],
    ['buildpass_requests_total{route="token",status="200"}', askAnew],
    ['buildpass_requests_total{route="other",status="404"}', () => broker.fetch('/nothing')],
    ['buildpass_request_seconds_count{route="token"}', askAnew],
    ['buildpass_log_entries', askAnew],
    ['buildpass_leases{state="live"}', askAnew],
    ['buildpass_commits_total{outcome="committed"}', askAnew],
    ['buildpass_commit_units_count', askAnew],
  ])('%s grows with what it counts', async (series, act) => {
    const before = await seriesValue(series);
    await act();
    expect(await seriesValue(series)).toBeGreaterThan(before);
  });

  it('count an answer that was given again', async () => {
    const again = { secret: newSecret(), claims: { check_run_id: '4711' } };
    await broker.ask(again);
    const before = await seriesValue('buildpass_redeliveries_total');
    await broker.ask(again);
    expect(await seriesValue('buildpass_redeliveries_total')).toBe(before + 1);
  });

  it('are text of Prometheus, line by line, and name no repository, ref or person', async () => {
    await broker.ask();
    const { text } = await get('/metrics');
    const line = /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+)$/;
    expect(
      text
        .trimEnd()
        .split('\n')
        .filter((one) => !line.test(one)),
    ).toEqual([]);
    for (const word of ['octo-org', 'refs/heads', 'shop', 'octocat']) expect(text).not.toContain(word);
  });

  it('tell the process and the policy', async () => {
    expect(await seriesValue('buildpass_ready')).toBe(1);
    expect(await seriesValue('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect((await get('/metrics')).text).toMatch(/buildpass_policy_info\{digest="[0-9a-f]{64}"\} 1\n/);
    expect(await seriesValue('buildpass_policy_entitlements')).toBe(4);
    expect(await seriesValue('buildpass_policy_age_seconds')).toBeLessThan(600);
  });

  it('tell what came of each load of the policies, and how long it took', async () => {
    // Whatever an earlier load came to, this one comes to the same as the one before it.
    await broker.running.reload();
    const loads = async (): Promise<number> =>
      (await seriesValue('buildpass_policy_loads_total{outcome="unchanged"}')) +
      (await seriesValue('buildpass_policy_loads_total{outcome="refused"}'));
    const [before, timed] = [await loads(), await seriesValue('buildpass_policy_load_seconds_count')];
    await broker.running.reload();
    expect(await loads()).toBe(before + 1);
    expect(await seriesValue('buildpass_policy_load_seconds_count')).toBe(timed + 1);
  });
});

describe('readiness', () => {
  it('is told check by check, each in a sentence', async () => {
    const { code, status, checks } = await readiness();
    expect([code, status]).toEqual([200, 'ready']);
    expect(checks.map(({ name }) => name)).toEqual([
      ...['serving', 'store-whole', 'store', 'policy', 'event-loop'],
      ...['newer-policies', 'anchor', 'issuer github'],
    ]);
    for (const { says } of checks) expect(says).toMatch(/^[A-Z]/);
  });

  it('tells of newer policies that were refused, with file, line and reason, and stays ready', async () => {
    broker.writePolicy('extra.yaml', 'project: extra\ntpyo: 1\n');
    await broker.running.reload();
    expect(await check('newer-policies')).toMatchObject({
      ok: false,
      informs: true,
      says: expect.stringMatching(/the last good ones stay in force: .*extra\.yaml:2:1: tpyo: unknown key/) as string,
    });
    expect([(await readiness()).code, await seriesValue('buildpass_policy_refused')]).toEqual([200, 1]);
    expect((await (await broker.fetch('/readyz')).text).includes('extra')).toBe(false);
  });

  it('tells of an issuer whose keys cannot be had, and stays ready', async () => {
    await broker.ask();
    expect(await check('issuer github')).toMatchObject({ ok: true });
  });

  it('tells how old the anchor is', async () => {
    await broker.running.runBackground();
    expect(await check('anchor')).toMatchObject({
      ok: true,
      says: expect.stringMatching(/up to date \d+ s ago/) as string,
    });
  });
});

describe('the port', () => {
  it.each([
    ['POST', '/metrics', 405],
    ['DELETE', '/readyz', 405],
    ['GET', '/', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/constructor', 404],
    ['GET', '/v1/token', 404],
    ['POST', '/v1/token', 404],
  ])('refuses %s %s with %i', async (method, path, status) => {
    const answer = await sendRaw(adminPort(), { method, path, headers: [], body: '' });
    expect(checkRefusal(answer, 'problem').status).toBe(status);
  });

  it('answers HEAD without a body', async () => {
    const { status, body } = await sendRaw(adminPort(), { method: 'HEAD', path: '/metrics', headers: [] });
    expect([status, body]).toEqual([200, '']);
  });

  it('is the only one with metrics', async () => {
    expect((await broker.fetch('/metrics')).status).toBe(404);
    expect(Object.keys((await broker.fetch('/readyz')).body)).toEqual(['status']);
  });
});
