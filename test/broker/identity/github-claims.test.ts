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

  const SHA = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';
  const NUMBER = 'a number, written as a string';
  const PLAIN_TEXT = 'text without control characters';
  const FULL_REF = 'a full ref such as "refs/heads/main"';
  const FILE_AT_REF = 'owner/repository/file@ref';
  const DEPLOY = 'octo-org/octo-repo/.github/workflows/deploy.yml';

  test.for([
    ['repository_id', '0456789', NUMBER],
    ['repository_id', '456789 ', NUMBER],
    ['repository_id', '4.5e5', NUMBER],
    ['repository_id', '1'.repeat(21), NUMBER],
    ['repository_owner_id', '', NUMBER],
    ['run_id', '-1', NUMBER],
    ['check_run_id', '', NUMBER],
    ['repository', 'octo-org', 'owner and name with a slash between them'],
    ['repository', 'octo-org/octo-repo/more', 'owner and name with a slash between them'],
    ['repository_visibility', 'PUBLIC', '"public", "private" or "internal"'],
    ['repository_visibility', 'publicinternal', '"public", "private" or "internal"'],
    ['ref', 'main', FULL_REF],
    ['ref', 'refs/heads/', FULL_REF],
    ['ref', 'refs/notes/commits', FULL_REF],
    ['ref', 'refs/pull/x/merge', FULL_REF],
    ['ref', 'refs/heads/a\nb', FULL_REF],
    ['ref_type', 'commit', '"branch" or "tag"'],
    ['ref_protected', 'yes', '"true" or "false"'],
    ['ref_protected', 'falsetrue', '"true" or "false"'],
    ['sha', '1f0c9d5', 'a full commit id'],
    ['sha', `${SHA}0`, 'a full commit id'],
    ['sha', SHA.toUpperCase(), 'a full commit id'],
    ['workflow_sha', '', 'a full commit id'],
    ['head_ref', 'feature\tx', PLAIN_TEXT],
    ['base_ref', 'ma\tin', PLAIN_TEXT],
    ['event_name', '', 'the name of an event'],
    ['event_name', 'pull-request', 'the name of an event'],
    ['environment', '', PLAIN_TEXT],
    ['environment', 'pro\u0000duction', PLAIN_TEXT],
    ['runner_environment', 'somewhere', '"github-hosted" or "self-hosted"'],
    ['runner_environment', 'self-hosted, github-hosted', '"github-hosted" or "self-hosted"'],
    ['workflow_ref', '', FILE_AT_REF],
    ['workflow_ref', DEPLOY, FILE_AT_REF],
    ['workflow_ref', ` ${DEPLOY}@refs/heads/main`, FILE_AT_REF],
    ['workflow_ref', `${DEPLOY}@refs/heads/ma\nin`, FILE_AT_REF],
    ['job_workflow_ref', 'deploy.yml@refs/heads/main', FILE_AT_REF],
    ['actor', '', PLAIN_TEXT],
    ['sub', '', PLAIN_TEXT],
    ['jti', '', 'at most 255 characters'],
  ])('"%s" as %j is refused', ([name = '', value, form]) => {
    expect(() => parse({ [name]: value })).toThrow(
      malformed(`The token's claim "${name}" is ${JSON.stringify(value)}; GitHub sends ${form}.`),
    );
  });

  test.for([
    ['repository_id', '1'],
    ['run_id', '1'.repeat(20)],
    ['repository_visibility', 'internal'],
    ['sha', SHA + SHA.slice(0, 24)],
    ['workflow', 'Deploy\nto production'],
    ['workflow', ''],
    ['head_ref', ''],
    ['jti', 'x'.repeat(255)],
  ])('"%s" as %j is accepted', ([name = '', value]) => {
    expect(parse({ [name]: value }).claims[name]).toBe(value);
  });

  test('free text of a workflow’s author is a string, whatever it says', () => {
    expect(() => parse({ workflow: 7 })).toThrow(malformed('The token\'s claim "workflow" is 7; GitHub sends text.'));
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
