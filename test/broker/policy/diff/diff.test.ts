// What people read about a change; that nothing is left out is held by diff-properties.test.ts.
import { describe, expect, it } from 'vitest';
import { diffPolicies } from '../../../../broker/policy/diff/diff.ts';
import { isWidening } from '../../../../broker/policy/diff/difference.ts';
import {
  buildContext,
  buildEntitlement,
  buildPolicies,
  buildStaticSecret,
  type PolicyParts,
  type Yaml,
} from '../../../support/build-policy.ts';

const diff = (before: PolicyParts, now: PolicyParts): readonly string[] =>
  diffPolicies(buildPolicies(before), buildPolicies(now)).map(({ direction, text }) => `${direction}: ${text}`);
const ofRules = (before: Yaml[], now: Yaml[]) =>
  diff({ entitlement: { allow: before } }, { entitlement: { allow: now } });
const ofTerms = (before: Yaml, now: Yaml) => diff({ entitlement: before }, { entitlement: now });

const PUSH = { branch: 'main', event: 'push' };
const RULE_0 = 'may now have shop/preview (rule 0)';
const NO_LONGER = 'may no longer have shop/preview (it was rule 0)';

describe('who gains and who loses', () => {
  it.each<[what: string, before: Yaml, now: Yaml, said: string[]]>([
    [
      'a branch more',
      PUSH,
      { ...PUSH, branch: ['main', 'release/*'] },
      [`gains: jobs of acme/shop on branch release/* by push ${RULE_0}`],
    ],
    [
      'a wider pattern',
      { ...PUSH, branch: 'release/1.*' },
      { ...PUSH, branch: 'release/*' },
      [`gains: jobs of acme/shop on branch release/* (not release/1.*) by push ${RULE_0}`],
    ],
    [
      'an event instead of another',
      { ...PUSH, event: 'workflow_dispatch' },
      PUSH,
      [
        `gains: jobs of acme/shop on branch main by push ${RULE_0}`,
        `loses: jobs of acme/shop on branch main by workflow_dispatch ${NO_LONGER}`,
      ],
    ],
    [
      'an environment that is not asked for any more',
      { ...PUSH, environment: 'production' },
      PUSH,
      [`gains: jobs of acme/shop on branch main by push, in environment ** (not production) or in none ${RULE_0}`],
    ],
    [
      'a runner that is asked for',
      PUSH,
      { ...PUSH, runner: 'github-hosted' },
      [`loses: jobs of acme/shop on branch main by push, on another runner than a github-hosted one ${NO_LONGER}`],
    ],
    [
      'a base branch more',
      { 'pull-request': { into: 'main' } },
      { 'pull-request': { into: ['main', 'next'] } },
      [`gains: jobs of acme/shop for a pull request into next by pull_request ${RULE_0}`],
    ],
    [
      'a workflow file more',
      { ...PUSH, workflow: '.github/workflows/a.yml' },
      { ...PUSH, workflow: ['.github/workflows/a.yml', '.github/workflows/b.yml'] },
      [`gains: jobs of acme/shop on branch main by push, in the workflow .github/workflows/b.yml ${RULE_0}`],
    ],
    [
      'tags of a ref that took branches only',
      { ref: 'refs/heads/**', event: 'push' },
      { ref: 'refs/**', event: 'push' },
      [`gains: jobs of acme/shop on any tag by push ${RULE_0}`],
    ],
  ])('%s', (...[, before, now, said]) => {
    expect(ofRules([before], [now])).toEqual(said);
  });

  it('an hour more is said with a moment of it', () => {
    const time = (between: string): Yaml => ({ ...PUSH, time: { zone: 'Europe/Berlin', days: 'mon-fri', between } });
    expect(ofRules([time('09:00-17:00')], [time('09:00-18:00')])).toEqual([
      expect.stringMatching(/^gains: .* by push, at some times, such as \w{3}, \d\d Jan 2027 16:00 UTC may now/),
    ]);
  });

  it('rules written otherwise that allow the same are no difference', () => {
    expect(ofRules([PUSH, { branch: 'v*', event: 'push' }], [{ branch: ['v*', 'main'], event: 'push' }])).toEqual([]);
    expect(ofRules([{ branch: '**', event: 'push' }], [{ branch: ['*', '*/**'], event: 'push' }])).toEqual([]);
    expect(ofRules([PUSH], [PUSH, { ...PUSH, environment: 'production' }])).toEqual([]);
  });

  it('a repository that is added or taken out is said for each entitlement', () => {
    const listed = (...names: string[]): PolicyParts => ({
      project: { repositories: names.map((name, at) => ({ name, id: `${2001 + at}` })) },
      entitlement: { allow: [PUSH] },
    });
    expect(diff(listed('acme/shop'), listed('acme/shop', 'acme/api'))).toEqual([
      `gains: jobs of acme/api on branch main by push ${RULE_0}`,
      'wider: shop gains the repository acme/api (github/2002)',
    ]);
    expect(diff(listed('acme/shop', 'acme/api'), listed('acme/shop'))).toEqual([
      'narrower: shop loses the repository acme/api (github/2002)',
      `loses: jobs of acme/api on branch main by push ${NO_LONGER}`,
    ]);
  });

  it('a repository under another owner is taken by another id', () => {
    const named = (name: string): PolicyParts => ({
      project: { repositories: [{ name, id: '2001' }] },
      entitlement: { allow: [PUSH] },
    });
    expect(diff(named('acme/shop'), named('other/shop'))).toContainEqual(
      `gains: jobs of other/shop on branch main by push ${RULE_0}`,
    );
  });

  it('an entitlement that is new or gone is said with its jobs, and what still stands before them', () => {
    const approval = { by: 'acme/release-managers' };
    const two = {
      project: { entitlements: { preview: buildEntitlement(), deploy: buildEntitlement({ allow: [PUSH], approval }) } },
    };
    expect(diff({}, two)).toEqual([
      'gains: jobs of acme/shop on branch main by push, started by a person may now have shop/deploy (rule 0, after approval)',
      'wider: shop/deploy is new, a credential of kind jwt',
    ]);
    expect(diff(two, {})).toEqual([
      'narrower: shop/deploy is gone',
      'loses: jobs of acme/shop on branch main by push, started by a person may no longer have shop/deploy (it was rule 0)',
    ]);
  });

  it('a program is named by a rule where people must agree, wherever that stands', () => {
    const asking = (...allow: Yaml[]): PolicyParts => ({ entitlement: { allow, approval: { by: 'acme/security' } } });
    const named = { ...PUSH, actor: '5' };
    const program = 'jobs of acme/shop on branch main by push, started by the account 5, started by a program';
    expect(diff(asking(PUSH), asking(named))).toEqual([
      `gains: ${program} may now have shop/preview (rule 0, after approval)`,
      `loses: jobs of acme/shop on branch main by push, started by another account than 5, started by a person ${NO_LONGER}`,
    ]);
    expect(diff(asking(PUSH, named), asking(named, PUSH))).toEqual([]);
    expect(diff(asking({ branch: 'x' }), asking({ branch: 'x' }, named))).toEqual([
      'gains: jobs of acme/shop on branch main by push, started by the account 5 may now have shop/preview (rule 1, after approval)',
    ]);
    expect(diff({ entitlement: { allow: [PUSH] } }, asking(PUSH))).toEqual([
      'narrower: shop/preview needs approval by 1 of acme/security now',
      `loses: jobs of acme/shop on branch main by push, started by a program ${NO_LONGER}`,
    ]);
    expect(diff(asking(PUSH), { entitlement: { allow: [PUSH] } })).toEqual([
      `gains: jobs of acme/shop on branch main by push, started by a program ${RULE_0}`,
      'wider: shop/preview needs no approval any more; it was by 1 of acme/security',
    ]);
  });

  it('a rule that asks for what the broker cannot find out is never passed over', () => {
    expect(ofRules([PUSH], [PUSH, { branch: 'x', requester: 'acme/security' }])).toEqual([
      'may-differ: rule 1 of shop/preview asks for `requester`, which no token says: whom it allows is not compared',
    ]);
  });

  it('rules too involved to be compared whole are said to be', () => {
    const letters = [...'abcdefghijklmn'];
    const before = letters.map((letter) => ({ branch: `**${letter}**`, event: 'push' }));
    expect(ofRules(before, [{ branch: letters.map((letter) => `**${letter}**`), event: 'push' }])).toContainEqual(
      expect.stringMatching(/^may-differ: rule 0 of shop\/preview .* too involved/),
    );
  });
});

describe('what else changed', () => {
  const approval = (more: Yaml): Yaml => ({ approval: { by: ['acme/platform'], ...more } });
  it.each<[before: Yaml, now: Yaml, said: string]>([
    [{ ttl: '10m' }, { ttl: '15m' }, 'wider: shop/preview `ttl` is 15m, and was 10m'],
    [{ ttl: '15m' }, { ttl: '10m' }, 'narrower: shop/preview `ttl` is 10m, and was 15m'],
    [{ 'max-per-job': 1 }, {}, 'wider: shop/preview `max-per-job` is 10, and was 1'],
    [{ session: '1h' }, { session: '2h' }, 'wider: shop/preview `session` is 2h, and was 1h'],
    [{ session: '1h', ...approval({}) }, approval({}), 'narrower: shop/preview `session` is left out, and was 1h'],
    [{}, { session: '1h' }, 'other: shop/preview `session` is 1h, and was left out: `max-per-job` counts what is live'],
    [{ mode: 'observe' }, {}, 'wider: shop/preview is not only observed any more: it is issued now'],
    [{}, { mode: 'observe' }, 'narrower: shop/preview is only observed now: nothing is issued'],
    [
      { expires: '2026-12-31' },
      { expires: '2027-01-31' },
      'wider: shop/preview ends with 2027-01-31, and ended with 2026-12-31',
    ],
    [{}, { expires: '2027-01-31' }, 'narrower: shop/preview ends with 2027-01-31, and ended on no day'],
    [approval({ count: 2 }), approval({}), 'wider: shop/preview `approval.count` is 1, and was 2'],
    [
      approval({}),
      approval({ by: ['acme/platform', 'acme/security'] }),
      'wider: shop/preview `approval.by` gains acme/security',
    ],
    [approval({}), approval({ self: 'allowed' }), 'wider: shop/preview people may approve their own requests'],
    [approval({}), approval({ 'apart-from': 'requester' }), 'wider: shop/preview `approval.apart-from` loses actor'],
    [
      approval({}),
      approval({ covers: 'run' }),
      'wider: shop/preview one approval is good for a run, and was for a job',
    ],
    [
      {},
      { 'public-details': true },
      'wider: shop/preview full reasons are told to jobs of public repositories, whose logs everybody reads',
    ],
    [
      { risk: 'high' },
      { risk: 'low' },
      'wider: shop/preview `risk` is low, and was high: other guardrails hold for it',
    ],
    [
      { review: { every: '90d', by: 'acme/security' } },
      {},
      'wider: shop/preview has no `review` any more (it had no effect yet)',
    ],
    [{}, { description: 'For previews.' }, 'neutral: shop/preview `description` is other words for people'],
    [
      { credential: { kind: 'jwt', audience: 'https://previews.example.com' } },
      { credential: { kind: 'jwt', audience: 'https://deploy.example.com' } },
      'other: shop/preview `credential.audience` is "https://deploy.example.com", and was "https://previews.example.com"',
    ],
  ])('%j → %j', (before, now, said) => {
    expect(ofTerms(before, now)).toEqual([said]);
  });

  it('break-glass beside an approval is another way to a credential', () => {
    const breakGlass = { 'break-glass': { for: 'acme/platform', notify: 'acme/security' } };
    const wider = 'wider: shop/preview may be had by break-glass now, by acme/platform';
    expect(ofTerms(approval({}), { ...approval({}), ...breakGlass })).toEqual([wider]);
    // Programs that no rule names may not ask where people have to agree.
    expect(ofTerms({}, breakGlass)).toEqual([wider, expect.stringMatching(/^loses: .* started by a program/)]);
  });

  it('a value that never dies is wider than any that does', () => {
    const { ttl: _never, ...ends } = { ...buildStaticSecret().entitlement, ttl: '15m' };
    expect(diff({ ...buildStaticSecret(), entitlement: { ...ends, ttl: '15m' } }, buildStaticSecret())).toEqual([
      'wider: shop/preview `ttl` is never, and was 15m',
    ]);
  });

  it.each<[before: Yaml, now: Yaml, direction: string]>([
    [{ contents: 'read' }, { contents: 'write' }, 'wider'],
    [{ contents: 'read' }, { contents: 'read', issues: 'read' }, 'wider'],
    [{ contents: 'write', issues: 'read' }, { contents: 'read' }, 'narrower'],
    [{ contents: 'write' }, { contents: 'read', issues: 'read' }, 'other'],
  ])('permissions %j → %j are %s', (before, now, direction) => {
    const token = (permissions: Yaml): Yaml => ({
      credential: { kind: 'github-token', repositories: ['acme/shop'], permissions },
    });
    expect(ofTerms(token(before), token(now))).toEqual([
      expect.stringMatching(new RegExp(`^${direction}: .*credential.permissions`)),
    ]);
  });

  it('an owner, and words for people', () => {
    const owner = (name: string): PolicyParts => ({
      project: { owner: name, title: name },
      organization: { projects: { shop: { owner: name, 'may-offer': OFFERS } } },
    });
    expect(diff(owner('acme/platform'), owner('acme/security'))).toEqual([
      'wider: _organization.yaml: acme/security owns the project shop now, and before acme/platform',
      'other: shop is owned by acme/security now, and was by acme/platform',
      'neutral: shop `title` is other words for people',
    ]);
  });

  it('comments and order of keys are nothing', () => {
    const [one, other] = [
      { files: {} },
      { project: { title: 'Web shop', entitlements: { preview: buildEntitlement() } } },
    ];
    expect(diff(one, other)).toEqual([]);
  });
});

const OFFERS = [{ kind: 'jwt', audiences: ['https://previews.example.com'] }];

it('what could not be found out counts as widening', () => {
  expect(isWidening({ direction: 'may-differ' })).toBe(true);
  expect(isWidening({ direction: 'neutral' })).toBe(false);
});

it('without a configuration owners are not compared', () => {
  const context = buildContext({ issuers: undefined });
  const [a, b] = ['acme/shop', 'other/shop'].map((name) =>
    buildPolicies({ project: { repositories: [{ name, id: '2001' }] } }, context),
  );
  if (a !== undefined && b !== undefined)
    expect(diffPolicies(a, b).map(({ direction }) => direction)).toEqual(['other']);
});
