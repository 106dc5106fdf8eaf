import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../../support/build-policy.ts';
import { organizationLines } from '../../../support/diff-lines.ts';

describe('what a project may offer', () => {
  const project = (...offers: Yaml[]): Yaml => ({
    projects: { shop: { owner: 'acme/platform', 'may-offer': offers } },
  });
  const jwt = (...audiences: string[]): Yaml => ({ kind: 'jwt', audiences });

  it.each<[before: Yaml[], now: Yaml[], said: string[]]>([
    [
      [jwt('a')],
      [jwt('a', 'b')],
      ['wider: the project shop may offer {audiences:[a,b],kind:jwt} now, and before {audiences:[a],kind:jwt}'],
    ],
    [
      [jwt('a', 'b')],
      [jwt('a')],
      ['narrower: the project shop may offer {audiences:[a],kind:jwt} now, and before {audiences:[a,b],kind:jwt}'],
    ],
    [
      [jwt('a')],
      [jwt('b')],
      [
        'wider: the project shop may offer {audiences:[b],kind:jwt} now',
        'narrower: the project shop may not offer {audiences:[a],kind:jwt} any more',
      ],
    ],
    [[], [jwt('a')], ['wider: the project shop may offer {audiences:[a],kind:jwt} now']],
    [[jwt('a', 'b'), jwt('c')], [jwt('c'), jwt('b', 'a')], []],
    [
      [jwt('a', 'b'), jwt('c')],
      [jwt('c', 'd'), jwt('a')],
      [
        'wider: the project shop may offer {audiences:[c,d],kind:jwt} now, and before {audiences:[c],kind:jwt}',
        'narrower: the project shop may offer {audiences:[a],kind:jwt} now, and before {audiences:[a,b],kind:jwt}',
      ],
    ],
    [
      [jwt('a'), jwt('b')],
      [jwt('a', 'b')],
      [
        'wider: the project shop may offer {audiences:[a,b],kind:jwt} now, and before {audiences:[a],kind:jwt}',
        'narrower: the project shop may not offer {audiences:[b],kind:jwt} any more',
      ],
    ],
    [
      [jwt('a')],
      [{ ...jwt('a'), claims: ['c'] }],
      [
        'wider: the project shop may offer {audiences:[a],claims:[c],kind:jwt} now',
        'narrower: the project shop may not offer {audiences:[a],kind:jwt} any more',
      ],
    ],
    [
      [jwt('a')],
      [{ ...jwt('a'), kind: 'kubernetes' }],
      [
        'wider: the project shop may offer {audiences:[a],kind:kubernetes} now',
        'narrower: the project shop may not offer {audiences:[a],kind:jwt} any more',
      ],
    ],
    [[], [jwt('x'.repeat(200))], [`wider: the project shop may offer {audiences:[${'x'.repeat(108)}… now`]],
  ])('offers %j → %j', (before, now, said) => {
    expect(organizationLines(project(...before), project(...now))).toEqual(said);
  });

  it.each<[before: unknown, now: unknown]>([
    ['a', ['a']],
    [['a'], 'a'],
    [{ a: 'read' }, 'read'],
    ['read', { a: 'read' }],
  ])('that is a text, a list or a map is something else than one of another form: %j → %j', (before, now) => {
    const of = (any: unknown): Yaml => ({ kind: 'k', any });
    expect(organizationLines(project(of(before)), project(of(now)))).toHaveLength(2);
  });

  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [{ contents: 'read' }, { contents: 'write' }, ['wider: the project shop may offer']],
    [{ contents: 'admin' }, { contents: 'write' }, ['narrower: the project shop may offer']],
    [{ contents: 'read' }, { contents: 'read', issues: 'read' }, ['wider: the project shop may offer']],
    [
      { contents: 'write' },
      { contents: 'read', issues: 'read' },
      ['wider: the project shop may offer', 'narrower: the project shop may not offer'],
    ],
    [{ contents: 'read', issues: 'read' }, { issues: 'read', contents: 'read' }, []],
  ])('permissions on offer %j → %j', (before, now, said) => {
    const token = (permissions: Yaml): Yaml => ({
      ...{ kind: 'github-token', repositories: [{ name: 'acme/libs', id: '2' }], permissions },
    });
    const lines = organizationLines(project(token(before)), project(token(now)));
    expect(lines.map((line) => line.split(' {')[0])).toEqual(said);
  });
});
