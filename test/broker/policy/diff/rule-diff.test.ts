// What people read about rules that changed; that nothing is left out is held by diff-properties.test.ts.
import { describe, expect, it } from 'vitest';
import { ordinal } from '../../../../shared/ordinal.ts';
import { buildEntitlement, type PolicyParts, type Yaml } from '../../../support/build-policy.ts';
import { diffLines, diffOfRules, MAY_NOW, NO_LONGER, PUSH } from '../../../support/diff-lines.ts';

describe('who gains and who loses', () => {
  it.each<[what: string, before: Yaml, now: Yaml, said: string[]]>([
    [
      'a branch more',
      PUSH,
      { ...PUSH, branch: ['main', 'release/*'] },
      [`gains: jobs of acme/shop on branch release/* by push ${MAY_NOW}`],
    ],
    [
      'a wider pattern',
      { ...PUSH, branch: 'release/1.*' },
      { ...PUSH, branch: 'release/*' },
      [`gains: jobs of acme/shop on branch release/* (not release/1.*) by push ${MAY_NOW}`],
    ],
    [
      'an event instead of another',
      { ...PUSH, event: 'workflow_dispatch' },
      PUSH,
      [
        `gains: jobs of acme/shop on branch main by push ${MAY_NOW}`,
        `loses: jobs of acme/shop on branch main by workflow_dispatch ${NO_LONGER}`,
      ],
    ],
    [
      'an environment that is not asked for any more',
      { ...PUSH, environment: 'production' },
      PUSH,
      [`gains: jobs of acme/shop on branch main by push, in environment ** (not production) or in none ${MAY_NOW}`],
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
      [`gains: jobs of acme/shop for a pull request into next by pull_request ${MAY_NOW}`],
    ],
    [
      'a workflow file more',
      { ...PUSH, workflow: '.github/workflows/a.yml' },
      { ...PUSH, workflow: ['.github/workflows/a.yml', '.github/workflows/b.yml'] },
      [`gains: jobs of acme/shop on branch main by push, in the workflow .github/workflows/b.yml ${MAY_NOW}`],
    ],
    [
      'tags of a ref that took branches only',
      { ref: 'refs/heads/**', event: 'push' },
      { ref: 'refs/**', event: 'push' },
      [`gains: jobs of acme/shop on any tag by push ${MAY_NOW}`],
    ],
  ])('%s', (...[, before, now, said]) => {
    expect(diffOfRules([before], [now])).toEqual(said);
  });

  it('an hour more is said with a moment of it', () => {
    const time = (between: string): Yaml => ({ ...PUSH, time: { zone: 'Europe/Berlin', days: 'mon-fri', between } });
    expect(diffOfRules([time('09:00-17:00')], [time('09:00-18:00')])).toEqual([
      expect.stringMatching(/^gains: .* by push, at some times, such as \w{3}, \d\d Jan 2027 16:00 UTC may now/),
    ]);
  });

  it('rules written otherwise that allow the same are no difference', () => {
    expect(diffOfRules([PUSH, { branch: 'v*', event: 'push' }], [{ branch: ['v*', 'main'], event: 'push' }])).toEqual(
      [],
    );
    expect(diffOfRules([{ branch: '**', event: 'push' }], [{ branch: ['*', '*/**'], event: 'push' }])).toEqual([]);
    expect(diffOfRules([PUSH], [PUSH, { ...PUSH, environment: 'production' }])).toEqual([]);
  });

  it('a repository that is added or taken out is said for each entitlement', () => {
    const listed = (...names: string[]): PolicyParts => ({
      project: { repositories: names.map((name, at) => ({ name, id: `${2001 + at}` })) },
      entitlement: { allow: [PUSH] },
    });
    expect(diffLines(listed('acme/shop'), listed('acme/shop', 'acme/api'))).toEqual([
      `gains: jobs of acme/api on branch main by push ${MAY_NOW}`,
      'wider: shop `repositories` gains acme/api (github/2002)',
    ]);
    expect(diffLines(listed('acme/shop', 'acme/api'), listed('acme/shop'))).toEqual([
      'narrower: shop `repositories` loses acme/api (github/2002)',
      `loses: jobs of acme/api on branch main by push ${NO_LONGER}`,
    ]);
  });

  it('a repository under another owner is taken by another id', () => {
    const named = (name: string): PolicyParts => ({
      project: { repositories: [{ name, id: '2001' }] },
      entitlement: { allow: [PUSH] },
    });
    expect(diffLines(named('acme/shop'), named('other/shop'))).toContainEqual(
      `gains: jobs of other/shop on branch main by push ${MAY_NOW}`,
    );
  });

  it('an entitlement that is new or gone is said with its jobs, and what still stands before them', () => {
    const approval = { by: 'acme/release-managers' };
    const two = {
      project: { entitlements: { preview: buildEntitlement(), deploy: buildEntitlement({ allow: [PUSH], approval }) } },
    };
    expect(diffLines({}, two)).toEqual([
      'gains: jobs of acme/shop on branch main by push, started by a person may now have shop/deploy (the first rule, after approval)',
      'wider: shop/deploy is new, a credential of kind jwt',
    ]);
    expect(diffLines(two, {})).toEqual([
      'narrower: shop/deploy is gone',
      'loses: jobs of acme/shop on branch main by push, started by a person may no longer have shop/deploy (it was the first rule)',
    ]);
  });

  it('a new entitlement is told with every way to it, and that it is only observed', () => {
    const [approval, breakGlass] = [{ by: 'acme/platform' }, { for: 'acme/platform', notify: 'acme/security' }];
    const told = (entitlement: Yaml): string | undefined => {
      const deploy = buildEntitlement({ allow: [{ ...PUSH, actor: '5' }], ...entitlement });
      const [gains] = diffLines({}, { project: { entitlements: { preview: buildEntitlement(), deploy } } });
      return /shop\/deploy (.*)$/.exec(gains ?? '')?.[1];
    };
    expect(told({})).toBe('(the first rule)');
    expect(told({ mode: 'observe' })).toBe('(the first rule, only observed)');
    expect(told({ 'break-glass': breakGlass })).toBe('(the first rule, by break-glass)');
    expect(told({ approval, 'break-glass': breakGlass })).toBe('(the first rule, after approval or by break-glass)');
    expect(told({ approval, mode: 'observe' })).toBe('(the first rule, after approval, only observed)');
  });

  it('several repositories are listed, and what follows them too', () => {
    const names = ['acme/shop', 'acme/api', 'acme/web', 'acme/docs'];
    const repositories = names.map((name, at) => ({ name, id: `${2001 + at}` }));
    const of = (...allow: Yaml[]): PolicyParts => ({
      project: { repositories, entitlements: { preview: buildEntitlement({ allow }) } },
    });
    expect(diffLines(of({ ...PUSH, environment: 'a' }), of({ ...PUSH, environment: ['a', 'b'] }))).toEqual([
      `gains: jobs of acme/shop, acme/api, acme/web or acme/docs on branch main by push, in environment b ${MAY_NOW}`,
    ]);
    const [shop, api] = ['acme/shop', 'acme/api'].map((repository) => ({ ...PUSH, repository }));
    expect(diffLines(of({ ...shop }), of({ ...shop }, { ...api }))).toEqual([
      'gains: jobs of acme/api on branch main by push may now have shop/preview (the second rule)',
    ]);
  });

  it('a program is named by a rule where people must agree, wherever that stands', () => {
    const asking = (...allow: Yaml[]): PolicyParts => ({ entitlement: { allow, approval: { by: 'acme/security' } } });
    const named = { ...PUSH, actor: '5' };
    const program = 'jobs of acme/shop on branch main by push, started by the account 5, started by a program';
    expect(diffLines(asking(PUSH), asking(named))).toEqual([
      `gains: ${program} may now have shop/preview (the first rule, after approval)`,
      `loses: jobs of acme/shop on branch main by push, started by another account than 5, started by a person ${NO_LONGER}`,
    ]);
    expect(diffLines(asking(PUSH, named), asking(named, PUSH))).toEqual([]);
    expect(diffLines(asking({ branch: 'x' }), asking({ branch: 'x' }, named))).toEqual([
      'gains: jobs of acme/shop on branch main by push, started by the account 5 may now have shop/preview (the second rule, after approval)',
    ]);
    expect(diffLines({ entitlement: { allow: [PUSH] } }, asking(PUSH))).toEqual([
      'narrower: shop/preview needs approval by 1 of acme/security now',
      `loses: jobs of acme/shop on branch main by push, started by a program ${NO_LONGER}`,
    ]);
    expect(diffLines(asking(PUSH), { entitlement: { allow: [PUSH] } })).toEqual([
      `gains: jobs of acme/shop on branch main by push, started by a program ${MAY_NOW}`,
      'wider: shop/preview needs nobody to agree any more; before it needed approval by 1 of acme/security',
    ]);
  });

  const requester = { branch: 'x', requester: 'acme/security' };
  const asks = 'asks for `requester`, which no token says: whom it allows is not compared';

  it('a rule that asks for what no token says is never passed over', () => {
    expect(diffOfRules([PUSH], [PUSH, requester])).toEqual([`may-differ: the second rule of shop/preview ${asks}`]);
    expect(diffOfRules([PUSH, requester], [requester, PUSH])).toEqual([]);
    expect(diffOfRules([PUSH, requester], [PUSH, { ...requester, environment: 'e' }])).toEqual([
      `may-differ: the second rule of shop/preview ${asks}`,
      'narrower: the second rule of the old version of shop/preview is gone; it asked for `requester`, which no token says: whom it allowed is not compared',
    ]);
    const both = { ...PUSH, environment: 'production', 'protected-environment': true, requester: 'acme/security' };
    expect(diffOfRules([both, PUSH], [PUSH])).toEqual([
      'narrower: the first rule of the old version of shop/preview is gone; it asked for `requester` or `protected-environment`, which no token says: whom it allowed is not compared',
    ]);
  });

  it('such a rule may allow others in other repositories, and where people need not agree any more', () => {
    const of = (names: string[], entitlement: Yaml = {}): PolicyParts => ({
      project: {
        repositories: names.map((name, at) => ({ name, id: `${2001 + at}` })),
        entitlements: { preview: buildEntitlement({ allow: [requester], ...entitlement }) },
      },
    });
    expect(diffLines(of(['acme/shop']), of(['acme/shop', 'acme/api']))).toEqual([
      'wider: shop `repositories` gains acme/api (github/2002)',
      `may-differ: the first rule of shop/preview ${asks}`,
    ]);
    expect(diffLines(of(['acme/shop'], { approval: { by: 'acme/security' } }), of(['acme/shop']))).toEqual([
      'wider: shop/preview needs nobody to agree any more; before it needed approval by 1 of acme/security',
      `may-differ: the first rule of shop/preview ${asks}`,
    ]);
  });

  it('rules too involved to be compared whole are said to be', () => {
    const letters = [...'abcdefghijklmn'];
    const before = letters.map((letter) => ({ branch: `**${letter}**`, event: 'push' }));
    expect(
      diffOfRules(before, [{ branch: letters.map((letter) => `**${letter}**`), event: 'push' }]).filter((line) =>
        line.startsWith('may-differ'),
      ),
    ).toEqual([
      'may-differ: the first rule of shop/preview may allow more jobs than are listed here: it is too involved to be compared whole',
      ...letters.map(
        (_letter, at) =>
          `may-differ: the ${ordinal(at)} rule of shop/preview of the old version may have allowed more jobs than are listed here: it is too involved to be compared whole`,
      ),
    ]);
  });

  it('so are hundreds of rules, of which each would have to be taken from what the others leave', () => {
    const narrow = Array.from({ length: 300 }, (_, at) => ({
      ...{ ...PUSH, environment: `e${at}`, workflow: `.github/workflows/${at}.yml` },
    }));
    const said = diffOfRules(narrow, [PUSH]);
    expect(said).toHaveLength(301);
    expect(said.filter((line) => !line.startsWith('may-differ'))).toEqual([]);
  });

  it('and are nothing to be said of where they did not change', () => {
    const allow = [...'abcdefghijklmn'].map((letter) => ({ branch: `**${letter}**`, event: 'push' }));
    expect(diffLines({ entitlement: { allow } }, { entitlement: { allow, ttl: '15m' } })).toEqual([
      'wider: shop/preview `ttl` is 15m, and was 10m',
    ]);
  });

  it('a rule that takes away from many others is listed in part, and said to be', () => {
    const environments = Array.from({ length: 10 }, (_, at) => `e${at}`);
    const files = environments.map((name) => `.github/workflows/${name}.yml`);
    const narrow = environments.map((environment, at) => ({ ...PUSH, environment, workflow: files[at] }));
    const said = diffOfRules(narrow, [PUSH]);
    expect(said.filter((line) => line.startsWith('gains'))).toHaveLength(8);
    expect(said.at(-1)).toMatch(
      /^may-differ: the first rule of shop\/preview may allow more jobs than are listed here/,
    );
  });

  it('jobs that an earlier rule allows already are named once', () => {
    expect(diffOfRules([{ branch: 'x', event: 'push' }], [PUSH, { ...PUSH, environment: 'production' }])).toEqual([
      `gains: jobs of acme/shop on branch main by push ${MAY_NOW}`,
      `loses: jobs of acme/shop on branch x by push ${NO_LONGER}`,
    ]);
  });

  it('who approves is asked of GitHub later, and who may ask is compared all the same', () => {
    const approval = { by: 'acme/security', 'apart-from': ['requester', 'actor', 'commit-author'] };
    const asking = (...allow: Yaml[]): PolicyParts => ({ entitlement: { allow, approval } });
    expect(diffLines(asking(PUSH), asking(PUSH, { ...PUSH, branch: 'x' }))).toEqual([
      'gains: jobs of acme/shop on branch x by push, started by a person may now have shop/preview (the second rule, after approval)',
    ]);
  });
});
