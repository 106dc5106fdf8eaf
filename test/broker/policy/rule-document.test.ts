import { describe, expect, it } from 'vitest';
import { errorsOf, type Yaml } from '../../support/build-policy.ts';

const errors = (rule: unknown): readonly string[] =>
  errorsOf({ entitlement: { allow: [rule] } }).map((line) =>
    line.replace('shop.yaml entitlements.preview.allow[0]', ''),
  );

/** For each condition, values that would be a mistake. */
const MISTAKES: readonly [what: string, rule: Yaml, error: string][] = [
  [
    'an empty rule',
    {},
    ': has no condition and would allow every job of the project: name at least one, such as `branch`',
  ],
  ['a mistyped condition', { brnach: 'main' }, '.brnach: unknown key; did you mean `branch`?'],
  ['an empty condition', { branch: null }, '.branch: is empty: it must be text or a list'],
  ['an empty text', { branch: '' }, '.branch: "" is empty: a pattern says what it allows, `**` is anything'],
  ['an empty list', { branch: [] }, '.branch: is empty: name at least one, or leave the key out'],
  ['a map where a value belongs', { environment: { name: 'x' } }, '.environment: must be text or a list, not a map'],
  [
    'a number where text belongs',
    { environment: 7 },
    '.environment: must be text or a list, not 7: put it in quotes, "7"',
  ],
  [
    'a wrong item of a list',
    { branch: ['main', 'a?'] },
    '.branch[1]: "a?" has `?`: the only wildcards are `*` (any run without /) and `**` (any run); write alternatives as a list',
  ],
  [
    'a repository that the policy does not list',
    { repository: 'acme/shpo' },
    '.repository: "acme/shpo" is not among the repositories of this policy (acme/shop); did you mean `acme/shop`?',
  ],
  [
    'a full ref as branch',
    { branch: 'refs/heads/main' },
    '.branch: "refs/heads/main" can match nothing that is meant: `branch` leaves out refs/heads/, write "main"',
  ],
  [
    'a tag as branch',
    { branch: 'refs/tags/v1' },
    '.branch: "refs/tags/v1" is a full ref: write `ref: "refs/tags/v1"` instead of `branch`',
  ],
  [
    'a branch that ends with /',
    { branch: 'release/' },
    '.branch: "release/" can match nothing: no ref of Git has "/" there, write "release/**" for everything below it',
  ],
  [
    'a branch with a space',
    { branch: 'my branch' },
    '.branch: "my branch" can match nothing: no ref of Git has " " there',
  ],
  ['a negation', { branch: '!main' }, '.branch: "!main" has `!`: there is no negation, name what is allowed'],
  [
    'a full ref as tag',
    { tag: 'refs/tags/v1' },
    '.tag: "refs/tags/v1" can match nothing that is meant: `tag` leaves out refs/tags/, write "v1"',
  ],
  [
    'a short ref',
    { ref: 'main' },
    '.ref: "main" can match nothing: a ref is written in full, write "refs/heads/main" or `branch: "main"`',
  ],
  [
    'a ref that no job has',
    { ref: 'refs/notes/x' },
    '.ref: "refs/notes/x" can match nothing: a ref of a job is refs/heads/…, refs/tags/… or refs/pull/NUMBER/merge',
  ],
  [
    'a wildcard that would have to pass a /',
    { ref: 'refs/*' },
    '.ref: "refs/*" can match nothing: a ref of a job is refs/heads/…, refs/tags/… or refs/pull/NUMBER/merge',
  ],
  ['a pull request into nothing', { 'pull-request': {} }, '.pull-request.into: is missing'],
  [
    'the head of a pull request',
    { 'pull-request': { into: 'main', from: 'x' } },
    '.pull-request.from: unknown key; known here: `into`',
  ],
  ['a mistyped event', { event: 'psuh' }, '.event: "psuh" is not an event that starts a job; did you mean `push`?'],
  [
    'a pattern of events',
    { event: '*' },
    '.event: "*" is not an event that starts a job (events are named, there are no patterns)',
  ],
  [
    'workflow_call',
    { event: 'workflow_call' },
    '.event: "workflow_call" is not an event that starts a job: a called workflow runs under the event of its caller, see `called-workflow`',
  ],
  [
    'a short workflow',
    { workflow: 'deploy.yml' },
    '.workflow: must be the whole path of a workflow file, such as .github/workflows/deploy.yml (it is compared whole), not "deploy.yml"',
  ],
  [
    'a pattern of workflows',
    { workflow: '.github/workflows/*.yml' },
    '.workflow: must be the whole path of a workflow file, such as .github/workflows/deploy.yml (it is compared whole), not ".github/workflows/*.yml"',
  ],
  [
    'a called workflow without ref',
    { 'called-workflow': 'acme/t/.github/workflows/d.yml' },
    '.called-workflow: "acme/t/.github/workflows/d.yml" can match nothing: write owner/repository/.github/workflows/file.yml@ref, whole and without wildcards',
  ],
  [
    'a called workflow with a short ref',
    { 'called-workflow': 'acme/t/.github/workflows/d.yml@v1' },
    'instead of "@v1" write "@refs/tags/v1", "@refs/heads/v1" or, safest, the full commit',
  ],
  ['a name as actor', { actor: 'octocat' }, '.actor: must be an id: digits in quotes, such as "2001", not "octocat"'],
  ['a number as actor', { actor: [583231] }, '.actor[0]: must be an id: digits in quotes, such as "2001", not 583231'],
  [
    'a mistyped runner',
    { runner: 'github-hostde' },
    '.runner: must be `github-hosted` or `self-hosted`, not "github-hostde"; did you mean `github-hosted`?',
  ],
  [
    'another visibility',
    { visibility: 'secret' },
    '.visibility: must be `public`, `private` or `internal`, not "secret"',
  ],
  ['an unprotected ref', { branch: 'main', 'protected-ref': false }, '.protected-ref: must be `true`, not false'],
  [
    'protected-ref alone',
    { 'protected-ref': true },
    '.protected-ref: is not enough without a ref: name the `branch`, `tag` or `ref` too',
  ],
  [
    'protected-environment as text',
    { 'protected-environment': 'yes' },
    '.protected-environment: must be `true`, not "yes"',
  ],
  [
    'a person as requester',
    { requester: 'octocat' },
    '.requester: must be a team, written organization/team, not "octocat"',
  ],
  [
    'a team that nobody knows',
    { requester: 'acme/secruity' },
    '.requester: the team "acme/secruity" is not among the teams of _organization.yaml; did you mean `acme/security`?',
  ],
  [
    'a time without days and hours',
    { time: { zone: 'Europe/Berlin' } },
    '.time: has no `days` and no `between`: it would always hold',
  ],
  [
    'a zone that is none',
    { time: { zone: 'Europe/Berln', days: 'mon' } },
    '.time.zone: "Europe/Berln" is not a time zone such as Europe/Berlin; did you mean `Europe/Berlin`?',
  ],
  [
    'an offset as zone',
    { time: { zone: '+01:00', days: 'mon' } },
    '.time.zone: "+01:00" is not a time zone such as Europe/Berlin',
  ],
  [
    'a day that is none',
    { time: { zone: 'UTC', days: 'monday' } },
    '.time.days: must be a day or days such as mon, sat or mon-fri, not "monday"',
  ],
  [
    'no time at all',
    { time: { zone: 'UTC', between: '09:00-09:00' } },
    '.time: "09:00-09:00" is no time at all: leave `between` out for whole days',
  ],
  [
    'a time that is none',
    { time: { zone: 'UTC', between: '9-17' } },
    '.time.between: must be times such as "09:00-17:00", not "9-17"',
  ],
  ['no claims', { claims: {} }, '.claims: names no claim: name one, or leave the key out'],
  [
    'a claim that has a condition',
    { claims: { environment: 'x' } },
    '.claims.environment: "environment" has a condition of its own: use `environment`',
  ],
  [
    'the claim sub',
    { claims: { sub: 'repo:acme/shop' } },
    '.claims.sub: "sub" cannot be decided on: its form differs from repository to repository; use `branch`, `environment` and the other conditions',
  ],
  [
    'the head of a pull request as a claim',
    { claims: { head_ref: 'main' } },
    '.claims.head_ref: "head_ref" cannot be decided on: the author of a pull request chooses it; use `pull-request: { into }`',
  ],
  ['a time as a claim', { claims: { exp: '1' } }, '.claims.exp: "exp" is a time that is checked already'],
  [
    'an empty value of a claim',
    { claims: { tier: '' } },
    '.claims.tier: is empty: name at least one, or leave the key out',
  ],
];

/** Rules whose conditions exclude each other. */
const CONTRADICTIONS: readonly [what: string, rule: Yaml, error: string][] = [
  [
    'a branch of a pull request',
    { branch: 'main', event: 'pull_request' },
    '.branch: can never hold: no job of its events (pull_request) has a branch as its ref; for pull requests write `pull-request: { into: main }` instead',
  ],
  [
    'a tag of pull requests and their reviews',
    { tag: 'v*', event: ['pull_request', 'pull_request_review'] },
    '.tag: can never hold: no job of its events (pull_request or pull_request_review) has a tag as its ref',
  ],
  [
    'a tag of a schedule',
    { tag: 'v*', event: 'schedule' },
    '.tag: can never hold: no job of its events (schedule) has a tag as its ref; name an event that has',
  ],
  [
    'a branch of a release',
    { branch: 'main', event: 'release' },
    '.branch: can never hold: no job of its events (release) has a branch as its ref',
  ],
  [
    'the ref of a pull request by default events',
    { ref: 'refs/pull/*/merge' },
    '.ref: can never hold: no job of its events (push, workflow_dispatch or release, which are meant where `event` is left out) has a pull request as its ref',
  ],
  [
    'a pull request by push',
    { 'pull-request': { into: 'main' }, event: 'push' },
    '.pull-request: can never hold: no job of its events (push) has a pull request as its ref; name the event pull_request, or leave `event` out',
  ],
  [
    'a pull request by pull_request_target',
    { 'pull-request': { into: 'main' }, event: 'pull_request_target' },
    '.pull-request: can never hold',
  ],
  [
    'a pull request by its review, whose token names no base',
    { 'pull-request': { into: 'main' }, event: 'pull_request_review' },
    '.pull-request: can never hold',
  ],
  [
    'a branch and a tag',
    { branch: 'main', tag: 'v1' },
    '.branch: can never hold together with `tag`: write a rule for each',
  ],
  [
    'a branch and a pull request',
    { branch: 'main', 'pull-request': { into: 'main' } },
    '.branch: can never hold together with `pull-request`: write a rule for each',
  ],
  [
    'branch, tag and ref',
    { branch: 'main', tag: 'v1', ref: 'refs/heads/main' },
    '.branch: can never hold together with `tag` and `ref`: write a rule for each',
  ],
  [
    'refs that a review of a pull request has not',
    { ref: ['refs/heads/main', 'refs/tags/v1'], event: 'pull_request_review' },
    '.ref: can never hold: no job of its events (pull_request_review) has a branch or a tag as its ref',
  ],
  [
    'a branch and the ref of a tag',
    { branch: 'main', ref: 'refs/tags/v1' },
    '.branch: can never hold together with `ref`: write a rule for each',
  ],
];

describe('a rule', () => {
  it.each(MISTAKES)('with %s is an error', (_what, rule, error) => {
    expect(errors(rule)).toEqual([expect.stringContaining(error)]);
  });

  it.each(CONTRADICTIONS)('with %s is an error', (_what, rule, error) => {
    expect(errors(rule)).toEqual([expect.stringContaining(error)]);
  });

  it.each([
    ['a branch and a ref that can both hold', { branch: 'main', ref: 'refs/heads/*' }],
    ['a branch where only one of the events has one', { branch: 'main', event: ['push', 'pull_request'] }],
    ['a tag, by the events that are meant', { tag: 'v*' }],
    [
      'any claim that has no condition',
      { claims: { enterprise_id: '7', workflow_sha: 'x', repository_owner_id: '1' } },
    ],
    ['a commit pinned with SHA-256', { 'called-workflow': `acme/t/.github/workflows/d.yml@${'a'.repeat(64)}` }],
  ])('with %s is none', (_what, rule) => {
    expect(errors(rule)).toEqual([]);
  });

  it('stands at its place in the file', () => {
    const text =
      'project: shop\nowner: acme/platform\nrepositories: [ { name: acme/shop, id: "2001" } ]\nentitlements:\n  x:\n    risk: low\n    credential: { kind: jwt, audience: https://previews.example.com }\n    ttl: 10m\n    allow:\n      - branch: main\n        evnet: push\n';
    expect(errorsOf({ files: { 'shop.yaml': text } })).toEqual([
      'shop.yaml entitlements.x.allow[0].evnet: unknown key; did you mean `event`?',
    ]);
  });
});
