import { describe, expect, test } from 'vitest';
import { jobKey, parseClaims } from '../../../broker/identity/github-claims.ts';
import { type ClaimOverrides, pushToMain } from '../../support/github-claims.ts';

const claims = (overrides: ClaimOverrides = {}) =>
  pushToMain({ issuer: 'https://issuer.example', now: 1_795_341_600_000 }, { jti: 'token-1', ...overrides });
const parse = (overrides: ClaimOverrides = {}) => parseClaims(JSON.parse(JSON.stringify(claims(overrides))), 'github');
const malformed = (words: string) =>
  expect.objectContaining({ code: 'TOKEN_MALFORMED', message: expect.stringContaining(words) });

const OPTIONAL = ['check_run_id', 'runner_environment', 'ref_protected', 'workflow_sha', 'job_workflow_sha'];
const NOT_PARSED_HERE = ['iss', 'aud', 'iat', 'nbf', 'exp'];
const ALWAYS = Object.keys(claims()).filter((name) => ![...OPTIONAL, ...NOT_PARSED_HERE].includes(name));

describe('claims of a GitHub token', () => {
  test('ids stay strings, and the identity is issuer and repository id', () => {
    expect(parse()).toMatchObject({
      issuer: 'github',
      repositoryId: '456789',
      repositoryOwnerId: '123456',
      runId: '15987654321',
      checkRunId: '50123456789',
    });
  });

  test('the token’s id and end are kept for its first use', () => {
    expect(parse()).toMatchObject({ tokenId: 'token-1', tokenExpiresAt: 1_795_341_900_000 });
  });

  test.for(ALWAYS)('without "%s" it is refused', (name) => {
    expect(() => parse({ [name]: undefined })).toThrow(
      malformed(`The token has no claim "${name}", which GitHub always sends.`),
    );
  });

  test.for([...ALWAYS, ...OPTIONAL, 'environment', 'enterprise', 'enterprise_id'])(
    '"%s" as anything but a string is refused',
    (name) => {
      for (const value of [7, true, null, ['a'], { a: 'b' }]) {
        expect(() => parse({ [name]: value })).toThrow(
          malformed(`The token's claim "${name}" is ${JSON.stringify(value)}; GitHub sends `),
        );
      }
    },
  );

  test.for(OPTIONAL)('without "%s" it is accepted, and the subject does not have it', (name) => {
    const field = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(parse({ [name]: undefined })).toHaveProperty(field, undefined);
  });

  test.for([
    ['repository_id', '0456789'],
    ['repository_id', '456789 '],
    ['repository_id', '4.5e5'],
    ['repository_owner_id', ''],
    ['run_id', '-1'],
    ['check_run_id', ''],
    ['repository', 'octo-org'],
    ['repository', 'octo-org/octo-repo/more'],
    ['repository_visibility', 'PUBLIC'],
    ['ref', 'main'],
    ['ref', 'refs/heads/'],
    ['ref', 'refs/notes/commits'],
    ['ref', 'refs/pull/x/merge'],
    ['ref', 'refs/heads/a\nb'],
    ['ref_type', 'commit'],
    ['ref_protected', 'yes'],
    ['sha', '1f0c9d5'],
    ['sha', '1F0C9D5E3B7A48260A9F4E21C6D8B7350E9A4C12'],
    ['workflow_sha', ''],
    ['event_name', ''],
    ['environment', ''],
    ['environment', 'pro\u0000duction'],
    ['runner_environment', 'somewhere'],
    ['workflow_ref', ''],
    ['workflow_ref', 'octo-org/octo-repo/.github/workflows/deploy.yml'],
    ['job_workflow_ref', 'deploy.yml@refs/heads/main'],
    ['actor', ''],
    ['sub', ''],
    ['jti', ''],
  ])('"%s" as %j is refused', ([name = '', value]) => {
    expect(() => parse({ [name]: value })).toThrow(
      malformed(`The token's claim "${name}" is ${JSON.stringify(value).slice(0, 150)}`),
    );
  });

  test.for([
    [
      { repository_owner: 'octo' },
      'claims "repository" ("octo-org/octo-repo") and "repository_owner" ("octo") contradict',
    ],
    [{ ref_type: 'tag' }, 'claims "ref" ("refs/heads/main") and "ref_type" ("tag") contradict'],
    [{ ref: 'refs/tags/v1', ref_type: 'branch' }, 'claims "ref" ("refs/tags/v1") and "ref_type" ("branch") contradict'],
    [
      { ref: 'refs/pull/1/merge', ref_type: 'tag' },
      'claims "ref" ("refs/pull/1/merge") and "ref_type" ("tag") contradict',
    ],
    [{ ref_type: '' }, 'claims "ref" ("refs/heads/main") and "ref_type" ("") contradict'],
  ] as const)('contradicting claims are refused: %j', ([overrides, words]) => {
    expect(() => parse(overrides)).toThrow(malformed(words));
  });

  test('an empty ref is of no type, whatever the token says', () => {
    expect([parse({ ref: '', ref_type: '' }).refType, parse({ ref: '', ref_type: 'branch' }).refType]).toEqual([
      '',
      '',
    ]);
  });

  test('a workflow of another repository, and one that GitHub itself brings, are read as they are', () => {
    const refs = {
      workflow_ref: 'octo-org/rules/.github/workflows/a@b.yml@refs/heads/x@y',
      job_workflow_ref: 'octo-org/octo-repo/dynamic/pages/pages-build-deployment@refs/heads/main',
    };
    expect(parse(refs)).toMatchObject({ workflowRef: refs.workflow_ref, jobWorkflowRef: refs.job_workflow_ref });
  });

  test('other claims are kept if they are strings', () => {
    const subject = parse({ repo_property_team: 'payments', future_list: ['a'], future_number: 1 });
    expect(subject.claims).toMatchObject({
      repo_property_team: 'payments',
      iss: 'https://issuer.example',
    });
    expect(subject.claims).not.toHaveProperty('future_list');
    expect(subject.claims).not.toHaveProperty('exp');
  });

  test('a claim named like something of JavaScript is only what the token says', () => {
    const subject = parseClaims(
      JSON.parse(JSON.stringify(claims()).replace('{', '{"__proto__":"polluted",')),
      'github',
    );
    expect(subject.claims['constructor']).toBeUndefined();
    expect(Object.entries(subject.claims)).toContainEqual(['__proto__', 'polluted']);
  });

  test.for([
    ['x', 'half a pair: \ud83d'],
    ['x', 'a\u0000b'],
    ['\ud83d', 'x'],
  ])('text that can’t be logged exactly is refused: %j', ([name = '', value]) => {
    expect(() => parse({ [name]: value })).toThrow(malformed('which is not text.'));
  });

  test('a token id that no store would take is refused', () => {
    expect(() => parse({ jti: 'x'.repeat(256) })).toThrow(malformed('GitHub sends at most 255 characters.'));
  });

  test.for([undefined, null, 'claims', 7, ['claims']])('%s is refused: not claims', (value) => {
    expect(() => parseClaims(value, 'github')).toThrow(malformed('must be an object'));
  });

  test('without a usable exp it is refused', () => {
    expect(() => parse({ exp: 'soon' })).toThrow(malformed(`The token's claim "exp" is "soon"`));
  });
});

describe('the key of a job', () => {
  const key = (overrides: ClaimOverrides = {}) => jobKey(parse(overrides));

  test('another token of the same job has the same key', () => {
    expect(key({ jti: 'token-2', exp: 1_795_342_000, actor: 'renamed', repository: 'octo-org/renamed' })).toBe(key());
    expect(key()).toMatch(/^[0-9a-f]{64}$/);
  });

  test.for([
    ['repository_id', '1'],
    ['run_id', '1'],
    ['run_attempt', '2'],
    ['check_run_id', '1'],
    ['check_run_id', undefined],
    ['ref', 'refs/heads/other'],
    ['sha', 'b81d77c05a2e4f6693de0a1c4b9f27e86d03a5f4'],
    ['workflow_ref', 'octo-org/octo-repo/.github/workflows/other.yml@refs/heads/main'],
    ['job_workflow_ref', 'octo-org/octo-repo/.github/workflows/other.yml@refs/heads/main'],
    ['environment', 'production'],
    ['event_name', 'schedule'],
    ['runner_environment', 'self-hosted'],
    ['runner_environment', undefined],
  ])('"%s" as %s is another job', ([name = '', value]) => {
    expect(key({ [name]: value })).not.toBe(key());
  });

  test('the same numbers at another issuer are another job', () => {
    expect(jobKey({ ...parse(), issuer: 'ghes' })).not.toBe(key());
  });

  test('absent equals absent', () => {
    expect(key({ check_run_id: undefined })).toBe(key({ check_run_id: undefined }));
  });

  test('it never changes: requests of running jobs are found by it', () => {
    expect(key()).toBe('e1cd81edab4ee20c8637149a0c573ac9af2824eba8a31c52979a2e46e8f4c75a');
  });
});
