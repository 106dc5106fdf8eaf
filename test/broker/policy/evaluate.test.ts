import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../broker/model.ts';
import { evaluate, listsRepository } from '../../../broker/policy/evaluate.ts';
import {
  buildAsk,
  buildEntitlement,
  buildPolicies,
  decide,
  decideRule,
  outcomeOf,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const reasonsOf = (decision: Decision) => (decision.outcome === 'deny' ? decision.reasons : []);
const main = buildSubject();
const feature = buildSubject({ ref: 'refs/heads/feature' });

describe('evaluate', () => {
  it('permits by the first rule that holds, for the asked time or the entitlement’s own', () => {
    const allow = [{ branch: 'release/*' }, { branch: 'main' }, { event: 'push' }];
    expect(decide({ allow }, main)).toMatchObject({
      outcome: 'permit',
      rule: 1,
      ttl: 600,
      project: { name: 'shop' },
      entitlement: { name: 'preview' },
    });
    expect(decide({ allow }, main, { ttl: 120 })).toMatchObject({ outcome: 'permit', ttl: 120 });
  });

  it.each([
    ['another repository', { repositoryId: '2002' }],
    ['the same id at another issuer', { issuer: 'ghes' }],
  ])('%s is a stranger, whatever it asks for', (_what, overrides) => {
    const policies = buildPolicies();
    for (const ask of [{}, { entitlement: 'none' }, { project: 'none' }]) {
      expect(evaluate(policies, buildSubject(overrides), buildAsk(ask))).toEqual({ outcome: 'stranger' });
    }
  });

  it('a project that does not exist is answered like one that does not list the repository', () => {
    expect(evaluate(buildPolicies(), main, buildAsk({ project: 'none' }))).toEqual({ outcome: 'stranger' });
    expect(evaluate(buildPolicies(), main, buildAsk({ project: '__proto__' }))).toEqual({ outcome: 'stranger' });
  });

  it('an unknown entitlement is refused with what there is', () => {
    const decision = evaluate(buildPolicies(), main, buildAsk({ entitlement: 'preveiw' }));
    expect(decision).toMatchObject({
      entitlement: undefined,
      reasons: [{ code: 'ENTITLEMENT_UNKNOWN', got: 'preveiw' }],
    });
    expect(reasonsOf(decision)[0]?.message).toBe(
      'The project shop has no entitlement "preveiw"; did you mean "preview"? It has: preview.',
    );
  });

  it('an entitlement like none there is is refused with all there are', () => {
    const entitlements = { preview: buildEntitlement(), rollback: buildEntitlement() };
    const decision = evaluate(buildPolicies({ project: { entitlements } }), main, buildAsk({ entitlement: 'x' }));
    expect(reasonsOf(decision)[0]?.message).toBe('The project shop has no entitlement "x". It has: preview, rollback.');
  });

  it('a repository that was transferred to another owner is refused, and told nothing of the rules', () => {
    const moved = buildSubject({ repository: 'other/shop', repositoryOwnerId: '1002' });
    expect(evaluate(buildPolicies(), moved, buildAsk({ entitlement: 'none' }))).toMatchObject({
      outcome: 'deny',
      entitlement: undefined,
      reasons: [
        {
          code: 'REPOSITORY_MOVED',
          message:
            'The policy names this repository "acme/shop", and it now belongs to "other" (id 1002): if the move was meant, ask acme/platform to correct `repositories` in shop.yaml.',
          expected: 'acme/shop (owner id 1001)',
          got: 'other/shop (owner id 1002)',
        },
      ],
    });
  });

  it('a repository of an owner that is not configured is refused like one that moved', () => {
    const policies = buildPolicies({ project: { repositories: [{ name: 'stranger/shop', id: '2001' }] } });
    expect(evaluate(policies, main, buildAsk())).toMatchObject({
      reasons: [{ code: 'REPOSITORY_MOVED', expected: 'stranger/shop (owner id not configured)' }],
    });
  });

  it('a repository that was only renamed is still itself', () => {
    expect(decide({}, buildSubject({ repository: 'acme/web-shop' })).outcome).toBe('permit');
  });

  it('knows no owners where there is no configuration', () => {
    const policies = buildPolicies({}, { issuers: undefined });
    expect(evaluate(policies, buildSubject({ repositoryOwnerId: '1002' }), buildAsk()).outcome).toBe('permit');
  });

  it('names every failed condition, the nearest rule first, then the order of the file', () => {
    const allow = [
      { branch: 'a', environment: 'x', runner: 'self-hosted' },
      { branch: 'b', environment: 'x' },
      { branch: 'c' },
      { tag: 'v*' },
    ];
    const reasons = reasonsOf(decide({ allow }, feature)).map(({ rule, condition }) => `${rule} ${condition}`);
    expect(reasons).toEqual([
      '2 branch',
      '3 tag',
      '1 branch',
      '1 environment',
      '0 branch',
      '0 environment',
      '0 runner',
    ]);
  });

  it('the event has a code of its own, every other condition shares one', () => {
    expect(outcomeOf(decideRule({ branch: 'main', environment: 'x' }, buildSubject({ eventName: 'schedule' })))).toBe(
      'POLICY_NO_MATCH EVENT_NOT_ALLOWED',
    );
  });

  it('a rule that needs an unknown fact does not shut the others', () => {
    expect(
      outcomeOf(
        decide(
          {
            allow: [
              { branch: 'main', requester: 'acme/security' },
              { branch: 'main', event: 'push' },
            ],
          },
          main,
        ),
      ),
    ).toBe('permit');
  });

  it('says everything that stands against it at once, so that nobody learns one thing a run', () => {
    const decision = decide({ mode: 'observe', expires: '2026-11-21' }, feature, { ttl: 6_000 });
    expect(outcomeOf(decision)).toBe('OBSERVE_ONLY ENTITLEMENT_EXPIRED TTL_TOO_LONG POLICY_NO_MATCH');
  });

  it('says nothing of rules that do not hold where another does', () => {
    const allow = [{ branch: 'release/*' }, { branch: 'main' }];
    expect(outcomeOf(decide({ allow, mode: 'observe' }, main))).toBe('OBSERVE_ONLY');
  });
});

describe('listsRepository', () => {
  it('knows the repositories of every project, by issuer and id', () => {
    const policies = buildPolicies({
      project: {
        repositories: [
          { name: 'acme/a', id: '1' },
          { name: 'acme/b', id: '2' },
        ],
      },
    });
    const listed = (issuer: string, repositoryId: string): boolean =>
      listsRepository(policies, { issuer, repositoryId });
    expect([listed('github', '1'), listed('github', '2'), listed('github', '3'), listed('ghes', '1')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
