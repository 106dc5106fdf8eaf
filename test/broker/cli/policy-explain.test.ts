import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PolicyExplainOptions, policyExplain } from '../../../broker/cli/policy-explain.ts';
import { buildContext, buildDocuments, NOW, type PolicyParts, type Yaml } from '../../support/build-policy.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

const SHA = 'a'.repeat(40);
const WORKFLOW = 'acme/shop/.github/workflows/deploy.yml@refs/heads/main';

/** What GitHub would send for a push to main, without what only the moment of asking decides. */
const CLAIMS: Yaml = {
  repository: 'acme/shop',
  repository_id: '2001',
  repository_owner: 'acme',
  repository_owner_id: '1001',
  repository_visibility: 'private',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  sha: SHA,
  head_ref: '',
  base_ref: '',
  event_name: 'push',
  workflow: 'Deploy',
  workflow_ref: WORKFLOW,
  job_workflow_ref: WORKFLOW,
  actor: 'octocat',
  actor_id: '583231',
  run_id: '1',
  run_number: '1',
  run_attempt: '1',
  runner_environment: 'github-hosted',
};

async function explained(
  given: unknown,
  options: Partial<PolicyExplainOptions> = {},
  parts: PolicyParts = {},
): Promise<{ code: number; text: string }> {
  const directory = await temporaryDirectory();
  for (const { file, text } of buildDocuments(parts)) await writeFile(join(directory, file), text);
  const claimsFile = join(directory, 'claims.json');
  await writeFile(claimsFile, typeof given === 'string' ? given : JSON.stringify(given));
  const lines: string[] = [];
  const write = (line: string): unknown => lines.push(line.replaceAll(`${directory}/`, ''));
  const code = await policyExplain({
    directory,
    context: buildContext(),
    claimsFile,
    entitlement: 'shop/preview',
    json: false,
    write,
    clock: { now: () => NOW },
    ...options,
  });
  return { code, text: lines.join('\n') };
}

describe('policyExplain', () => {
  it('permits, and shows each rule with every condition', async () => {
    const parts = {
      entitlement: {
        allow: [{ branch: 'main', environment: 'production' }, { branch: 'main' }],
        review: { every: '90d', by: 'acme/security' },
      },
    };
    expect(await explained(CLAIMS, {}, parts)).toEqual({
      code: 0,
      text: [
        'permit: shop/preview is allowed by its second rule (`branch` is main, `event` is push, workflow_dispatch or release), for 10m.',
        'The second rule (rule 1 in tests): every condition holds',
        '  ok  branch  wants main                                has "main"',
        '  ok  event   wants push, workflow_dispatch or release  has "push"',
        'The first rule (rule 0 in tests): 1 of 3 conditions fails',
        '  ok  branch       wants main                                has "main"',
        '  NO  environment  wants production                          has none',
        '  ok  event        wants push, workflow_dispatch or release  has "push"',
        'The policy also asks for: a review every 90d by acme/security (no effect yet).',
        'Not looked at, as only the broker knows them: suspensions, and what the job already has.',
      ].join('\n'),
    });
  });

  it('denies with the nearest rule first, and takes { payload } too', async () => {
    const { code, text } = await explained({ payload: { ...CLAIMS, event_name: 'schedule' } });
    expect(code).toBe(1);
    expect(text).toMatch(
      /^deny: The first rule wants `event` to be push, workflow_dispatch or release; this job has "schedule"\./,
    );
    expect(text).toContain('  NO  event   wants push, workflow_dispatch or release  has "schedule"');
  });

  it('answers programs in one line of JSON', async () => {
    const { code, text } = await explained({ ...CLAIMS, ref: 'refs/heads/x' }, { json: true });
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      decision: 'deny',
      reasons: [{ code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch', expected: 'main', got: 'x' }],
      rules: [
        {
          rule: 0,
          holds: false,
          conditions: [
            { condition: 'branch', holds: false, expected: 'main', got: 'x' },
            { condition: 'event', holds: true },
          ],
        },
      ],
    });
  });

  it.each<[what: string, claims: unknown, options: Partial<PolicyExplainOptions>, sentence: string]>([
    [
      'of another repository',
      { ...CLAIMS, repository_id: '9' },
      {},
      'The project shop does not list "acme/shop" (id 9 at github); it lists acme/shop (id 2001 at github).',
    ],
    [
      'of a project that is none',
      CLAIMS,
      { entitlement: 'shpo/preview' },
      'There is no project "shpo"; did you mean "shop"?',
    ],
    [
      'of an entitlement that is none',
      CLAIMS,
      { entitlement: 'shop/x' },
      'The project shop has no entitlement "x". It has: preview.',
    ],
  ])('tells the owner of the policy what a job %s is not told', async (_what, ...[claims, options, sentence]) => {
    const { code, text } = await explained(claims, options);
    expect([code, text]).toEqual([1, expect.stringContaining(`deny: ${sentence}`)]);
  });

  it.each<[what: string, claims: unknown, options: Partial<PolicyExplainOptions>, sentence: string]>([
    ['claims that are no JSON', '{', {}, '"claims.json" is not JSON: '],
    [
      'claims that are a list',
      '[]',
      {},
      '"claims.json" holds no claims: it must be a JSON object, the payload of an ID token.',
    ],
    [
      'claims without what GitHub always sends',
      '{}',
      {},
      'The token has no claim "repository", which GitHub always sends.',
    ],
    ['a file that is not there', CLAIMS, { claimsFile: '/nowhere.json' }, 'The claims file cannot be read: '],
    [
      'a scope that is none',
      CLAIMS,
      { entitlement: 'preview' },
      '"preview" is not an entitlement: write project/entitlement.',
    ],
    [
      'an issuer that is not configured',
      CLAIMS,
      { issuer: 'githbu' },
      '"githbu" is not an issuer of the configuration; did you mean "github"?',
    ],
    [
      'a directory that is none',
      CLAIMS,
      { directory: '/nowhere' },
      'the policy directory "/nowhere" cannot be read: it does not exist',
    ],
  ])('exits 2 for %s', async (_what, ...[claims, options, sentence]) => {
    const { code, text } = await explained(claims, options);
    expect([code, text]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('exits 2 with the findings where the policies do not load', async () => {
    const { code, text } = await explained(CLAIMS, {}, { entitlement: { ttl: 'x' } });
    expect(code).toBe(2);
    expect(text).toMatch(
      /^The policies do not load:\nshop\.yaml:\d+:\d+: entitlements\.preview\.ttl: must be a duration/,
    );
  });

  it('wants the issuer named where several are configured', async () => {
    const issuers = [
      { name: 'github', owners: { acme: '1001' } },
      { name: 'ghes', owners: { acme: '7' } },
    ];
    const parts = { project: { repositories: [{ name: 'acme/shop', id: '2001', issuer: 'ghes' }] } };
    const claims = { ...CLAIMS, repository_owner_id: '7' };
    expect(await explained(claims, { context: buildContext({ issuers }) }, parts)).toEqual({
      code: 2,
      text: 'Several issuers are configured: say which one signs the token, --issuer github or ghes.',
    });
    expect((await explained(claims, { context: buildContext({ issuers }), issuer: 'ghes' }, parts)).code).toBe(0);
  });

  it('takes the example claims, and says of others where claims come from', async () => {
    const examples = join(import.meta.dirname, '../../../examples');
    const options = { directory: join(examples, 'policy'), entitlement: 'shop/publish-preview' };
    const claims = JSON.parse(await readFile(join(examples, 'claims.json'), 'utf8'));
    expect(await explained(claims, options)).toMatchObject({ code: 0, text: expect.stringMatching(/^permit: /) });
    const { code, text } = await explained({ ...claims, actor_id: undefined }, options);
    expect(code).toBe(2);
    expect(text).toMatch(/"actor_id".* Start from examples\/claims\.json, or from the claims of a real job/);
  });

  it('needs no configuration', async () => {
    const context = buildContext({ issuers: undefined, upstreams: undefined });
    expect((await explained({ ...CLAIMS, repository_owner_id: '5' }, { context })).code).toBe(0);
  });

  it('agrees with an example of GitHub’s claims, owner and repository replaced', async () => {
    const file = new URL('../../vectors/claims/pull_request_same_repo.json', import.meta.url);
    const { payload } = JSON.parse(await readFile(file, 'utf8')) as { payload: Yaml };
    const claims = {
      ...payload,
      ...Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name.startsWith('repository'))),
    };
    expect((await explained(claims, {}, { entitlement: { allow: [{ 'pull-request': { into: 'main' } }] } })).code).toBe(
      0,
    );
    expect((await explained(claims, {}, { entitlement: { allow: [{ 'pull-request': { into: 'next' } }] } })).code).toBe(
      1,
    );
  });

  it.each([false, true])('gives no command to a runner, whatever policy or claims say (as JSON: %s)', async (json) => {
    const parts = { entitlement: { allow: [{ branch: 'main', claims: { tier: '##[add-mask]a' } }] } };
    const { text } = await explained({ ...CLAIMS, tier: '##[add-mask]b' }, { json }, parts);
    expect(text).toContain('add-mask]b');
    expect(text).not.toContain('##[');
  });
});
