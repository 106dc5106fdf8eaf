// Orders to end access: which targets can be meant, and which reasons are one.
import { describe, expect, it } from 'vitest';
import { pauseBodySchema, revocationBodySchema } from '../../shared/access-api.ts';
import { slipIn, TARGET_FORMS, type TargetedScope } from '../../shared/target-forms.ts';

const NAME = 'a'.repeat(40);
const COMMIT = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';

const RIGHT: Readonly<Record<TargetedScope, readonly string[]>> = {
  lease: ['lse_1', 'lse_A-b_9', `lse_${'a'.repeat(60)}`],
  entitlement: ['shop/deploy', '9/a', `${NAME}/${NAME}`],
  project: ['shop', '9', 'a-b', NAME],
  repository: ['github/2001', 'ghe.acme_1-x/1', `${'a'.repeat(64)}/${'1'.repeat(20)}`],
  commit: [COMMIT, COMMIT + COMMIT.slice(0, 24)],
  'called-workflow': ['octo/automation/.github/workflows/deploy.yml@refs/tags/v2', 'ä@ö'],
  principal: ['prn_1', 'prn_A-b_9'],
};

const WRONG: Readonly<Record<TargetedScope, readonly [says: string, ...targets: string[]]>> = {
  lease: ['is no id of a lease: it begins with lse_', '', 'lse_', 'xlse_1', 'lse_1 ', 'lse_é', `lse_${'a'.repeat(61)}`],
  entitlement: [
    'is no entitlement: write PROJECT/ENTITLEMENT',
    ...['shop', 'shop/', '/deploy', 'shop/deploy/x', 'Shop/deploy', '-a/b', 'a/-b', `${NAME}a/b`, `a/${NAME}a`],
  ],
  project: [
    'is no name of a project: small letters, digits and "-", at most 40',
    '',
    'Shop',
    '-a',
    'a b',
    'a/b',
    `${NAME}a`,
  ],
  repository: [
    'is no repository: write ISSUER/ID, as in github/2001',
    ...['2001', 'github/', '/2001', 'github/x', 'git hub/1', 'github/1x', `${'a'.repeat(65)}/1`],
    `github/${'1'.repeat(21)}`,
  ],
  commit: [
    'is no commit: write the whole hash, in lower case',
    ...['1f0c9d5', COMMIT.toUpperCase(), `${COMMIT}0`, `0${COMMIT}`, `${COMMIT} `],
  ],
  'called-workflow': [
    'is no called workflow: write it as in job_workflow_ref, OWNER/REPOSITORY/PATH@REF',
    ...['a', '@', 'a@', '@a', 'a b@c', 'a@b c', 'a\u202e@c', 'a@c\u202e', ' a@b', 'a@b\n', `a@${'b'.repeat(513)}`],
  ],
  principal: ['is no id of a principal: it begins with prn_', '', 'prn_', 'xprn_1', 'prn_1 ', 'prn_é'],
};

const SCOPES = Object.keys(TARGET_FORMS) as TargetedScope[];
const problemsOf = (result: { error?: { issues: readonly { path: PropertyKey[]; message: string }[] } }) =>
  (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a target', () => {
  it.each(SCOPES)('has the form of its scope: %s', (scope) => {
    for (const target of RIGHT[scope])
      expect(revocationBodySchema.parse({ of: { scope, target }, reason: 'a leak' })).toEqual({
        of: { scope, target },
        reason: 'a leak',
      });
    const [says, ...targets] = WRONG[scope];
    for (const target of RIGHT[scope]) expect(slipIn(scope, target)).toBeUndefined();
    for (const target of targets)
      expect(problemsOf(revocationBodySchema.safeParse({ of: { scope, target }, reason: 'a leak' }))).toEqual([
        `of.target: ${says}`,
      ]);
  });

  it('of everything is none', () => {
    expect(revocationBodySchema.safeParse({ of: { scope: 'everything', target: 'x' }, reason: 'x' }).success).toBe(
      false,
    );
  });
});

describe('the reason of an order', () => {
  const reasonOf = (reason: string) => pauseBodySchema.safeParse({ of: { scope: 'everything' }, reason });

  it('is taken without the spaces around it, and nothing is revoked unless asked', () => {
    expect(reasonOf('  a leak ').data).toEqual({ of: { scope: 'everything' }, reason: 'a leak', revoke: false });
    expect(reasonOf('a'.repeat(200)).success).toBe(true);
  });

  it.each([
    ['  ', 'reason: is empty: say why'],
    ['a'.repeat(201), 'reason: is longer than 200 characters'],
    ['a\u202eb', 'reason: the character U+202E cannot be seen and is not allowed'],
  ])('%j is none', (reason, problem) => {
    expect(problemsOf(reasonOf(reason))).toEqual([problem]);
  });
});
