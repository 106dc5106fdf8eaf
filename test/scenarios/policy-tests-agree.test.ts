// `policy test` is worth nothing if a broker decides otherwise: every example job, and many others, ask a real broker over HTTP,
// and each answer must be what the same case says of the same policies.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPolicy, type PolicySet } from '../../broker/policy/load-policy.ts';
import type { TestCase } from '../../broker/policy-tests/case-document.ts';
import { readCases } from '../../broker/policy-tests/case-files.ts';
import { EXAMPLE_JOBS } from '../../broker/policy-tests/example-jobs.ts';
import { jobOf } from '../../broker/policy-tests/job-claims.ts';
import { type CaseResult, runCase } from '../../broker/policy-tests/run-case.ts';
import { credentialKinds } from '../../broker/providers/credential-kinds.ts';
import { yamlText } from '../support/build-policy.ts';
import { pushToMain } from '../support/github-claims.ts';
import { ORGANIZATION } from '../support/policy-files.ts';
import { type Answer, TestBroker } from '../support/test-broker.ts';

/** A Sunday and a Monday. */
const TIMES = ['2026-11-29T10:00Z', '2026-11-30T10:00Z'];
const CALLED = 'octo-org/octo-automation/.github/workflows/deploy.yml';
const RULES = {
  branches: [{ branch: ['main', 'release/*'] }, { branch: '**', event: 'schedule', runner: 'github-hosted' }],
  tags: [{ tag: 'v*' }, { ref: 'refs/heads/gh-readonly-queue/**', event: 'merge_group' }],
  pulls: [{ 'pull-request': { into: 'main' } }, { 'pull-request': { into: 'next' }, environment: 'preview' }],
  production: [{ branch: 'main', environment: 'production', 'protected-ref': true, visibility: 'private' }],
  called: [{ 'called-workflow': `${CALLED}@refs/tags/v2` }, { workflow: '.github/workflows/deploy.yml', actor: '42' }],
  weekdays: [{ branch: 'main', time: { zone: 'UTC', days: 'mon-fri' } }, { claims: { enterprise: 'octo-ghes' } }],
  facts: [{ branch: 'main', requester: 'octo-org/platform' }],
  approved: [{ branch: 'main' }],
};

const POLICY = yamlText({
  project: 'shop',
  owner: 'octo-org/platform',
  repositories: [{ name: 'octo-org/octo-repo', id: '456789' }],
  entitlements: Object.fromEntries(
    Object.entries(RULES).map(([name, allow]) => [
      name,
      {
        ...{ risk: 'low', credential: { kind: 'jwt', audience: 'https://previews.example.com' }, ttl: '10m', allow },
        ...(name === 'approved' ? { approval: { by: 'octo-org/release-managers' } } : {}),
      },
    ]),
  ),
});
const FILES = {
  'shop.yaml': POLICY,
  '_organization.yaml': ORGANIZATION.replace('- { kind: _test }', '').replace(
    'release-managers: { github: "4711" }',
    'release-managers: { sign-in: demo, group: releases }',
  ),
};
const PEOPLE = [{ name: 'Robin', id: '9001', groups: ['releases'] }];

/** As a case file would have it: through the schema, so that no case is tried that nobody can write. */
function readCase(written: object): TestCase {
  const text = yamlText({ cases: [{ title: 'x', expect: 'deny', ...written }] });
  const read = readCases([{ file: 'shop.yaml', text }]);
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.cases[0]?.testCase as TestCase;
}

const distinct = (words: readonly string[]): string[] => [...new Set(words)];

/** The parts of an answer that a case speaks of. */
function told({ status, body }: Answer): Pick<CaseResult, 'outcome'> & { codes: string[]; conditions?: string[] } {
  if (status === 200) return { outcome: 'permit', codes: [] };
  if (body.error === 'authorization_pending') return { outcome: 'approval', codes: [] };
  if (body.error === 'invalid_request') return { outcome: 'deny', codes: [body.code] };
  if (body.reasons === undefined) return { outcome: 'stranger', codes: [] };
  const reasons: { code: string; message?: string; rule?: number; condition?: string }[] = body.reasons;
  const codes = distinct(reasons.map(({ code }) => code));
  if (reasons.every(({ message }) => message === undefined)) return { outcome: 'deny', codes };
  return { outcome: 'deny', codes, conditions: reasons.map(({ rule, condition }) => `${rule} ${condition}`) };
}

const expected = ({ outcome, reasons }: CaseResult) => ({
  outcome,
  codes: distinct(reasons.map(({ code }) => code)),
  conditions: reasons.map(({ rule, condition }) => `${rule} ${condition}`),
});

describe('a case and a broker', () => {
  let broker: TestBroker;
  let policies: PolicySet;
  let now = Date.parse(TIMES[0] ?? '');
  let runs = 0;

  beforeAll(async () => {
    broker = await TestBroker.start({
      ...{ policies: FILES, clock: { now: () => now }, keys: 'own', background: 'by-hand', people: PEOPLE },
    });
    const documents = Object.entries(FILES).map(([file, text]) => ({ file, text }));
    const { issuers, roles } = broker.config;
    const loaded = loadPolicy(documents, {
      ...{ organizationFile: '_organization.yaml', issuers, upstreams: new Map(), kinds: credentialKinds(['jwt']) },
      people: { signIn: ['demo'], roles },
    });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
    policies = loaded.policies;
  });
  afterAll(() => broker.close());

  async function agree(written: { at?: string; ttl?: string; ask: string; event: string }): Promise<CaseResult> {
    // Time never goes back, and each job is another run: no job has anything yet.
    const at = Math.max(now, Date.parse(written.at ?? '') || now);
    now = at;
    runs += 1;
    const testCase = readCase({ ...written, at: new Date(at).toISOString().replace('.000', '') });
    const result = runCase(testCase, { policies, issuers: broker.config.issuers, now });
    const { claims } = jobOf(testCase, policies);
    const left = Object.keys(pushToMain({ issuer: '', now })).filter((name) =>
      /^(iss|aud|jti|iat|nbf|exp)$/.test(name),
    );
    const absent = Object.keys(pushToMain({ issuer: '', now })).filter((name) => !left.includes(name));
    const token = { ...Object.fromEntries(absent.map((name) => [name, undefined])), ...claims, run_id: String(runs) };
    const parameters = testCase.ttl === undefined ? {} : { ttl: String(testCase.ttl) };
    const answer = told(await broker.ask({ claims: token, scope: written.ask, parameters }));
    // A public repository's job is told the codes alone.
    const { conditions, ...codes } = expected(result);
    expect({ ...written, ...answer }).toEqual({
      ...written,
      ...codes,
      ...(answer.conditions === undefined ? {} : { conditions }),
    });
    return result;
  }

  const asks = Object.keys(RULES).map((name) => `shop/${name}`);

  it.each(Object.keys(EXAMPLE_JOBS))('agree about %s, whatever it asks for', async (event) => {
    for (const ask of asks) await agree({ event, ask });
  });

  it('agree about what waits for people', async () => {
    const { outcome, rule } = await agree({ event: 'workflow_dispatch', ask: 'shop/approved' });
    expect([outcome, rule]).toEqual(['approval', 0]);
    expect((await agree({ event: 're-run', ask: 'shop/approved' })).outcome).toBe('deny');
  });

  it('agree by which rule', async () => {
    const before = (await broker.entries('issuance.succeeded')).length;
    const permits = [
      await agree({ event: 'push', ask: 'shop/branches' }),
      await agree({ event: 'schedule', ask: 'shop/branches' }),
    ];
    const entries = (await broker.entries('issuance.succeeded')).slice(before);
    expect(entries.map(({ rule }) => rule)).toEqual([0, 1]);
    expect(permits.map(({ rule }) => rule)).toEqual([0, 1]);
  });

  it('agree about jobs that nobody thought of', async () => {
    const some = fc.record(
      {
        environment: fc.constantFrom('production', 'Preview', 'x'),
        workflow: fc.constantFrom('.github/workflows/deploy.yml', '.github/workflows/ci.yml'),
        'called-workflow': fc.constantFrom(`${CALLED}@refs/tags/v2`, `${CALLED}@refs/tags/v3`),
        actor: fc.constantFrom('42', '43'),
        runner: fc.constantFrom('github-hosted', 'self-hosted'),
        visibility: fc.constantFrom('public', 'private', 'internal'),
        'protected-ref': fc.boolean(),
        repository: fc.constantFrom('octo-org/octo-repo', 'octo-org/other', 'evil/octo-repo'),
        claims: fc.constantFrom({ enterprise: 'octo-ghes' }, { repository_owner_id: '7' }, { actor_id: 'x' }, {}),
        ttl: fc.constantFrom('5m', '30s', '1h'),
        at: fc.constantFrom(...TIMES),
      },
      { requiredKeys: [] },
    );
    const events = fc.constantFrom(...Object.keys(EXAMPLE_JOBS));
    const property = fc.asyncProperty(events, fc.constantFrom(...asks), some, async (event, ask, words) => {
      await agree({ event, ask, ...words } as Parameters<typeof agree>[0]);
    });
    await fc.assert(property, { numRuns: 150, endOnFailure: true });
  });
});
