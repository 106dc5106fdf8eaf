import { describe, expect, it } from 'vitest';
import type { Decision, Reason } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import {
  buildAsk,
  buildEntitlement,
  buildPolicies,
  buildStaticSecret,
  decide,
  decideRule,
  NOBODY_SIGNS_IN,
  outcomeOf,
  type Yaml,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const reasonsOf = (decision: Decision) => (decision.outcome === 'deny' ? decision.reasons : []);
const main = buildSubject();
const NOW = buildAsk().now;

describe('what stands against an entitlement', () => {
  it.each<[what: string, entitlement: Yaml, reason: Reason]>([
    [
      'approval',
      { approval: { by: 'acme/release-managers' } },
      {
        code: 'APPROVAL_UNAVAILABLE',
        message:
          'shop/preview needs approval by 1 of acme/release-managers within 30m, and nobody can sign in at this broker yet (`sign-in`): it is refused to every job until then.',
      },
    ],
    [
      'break-glass',
      { 'break-glass': { for: 'acme/security', notify: 'acme/security' } },
      {
        code: 'APPROVAL_UNAVAILABLE',
        message:
          'shop/preview needs break-glass by 1 of acme/security, and nobody can sign in at this broker yet (`sign-in`): it is refused to every job until then.',
      },
    ],
    [
      'mode: observe',
      { mode: 'observe' },
      {
        code: 'OBSERVE_ONLY',
        message:
          'shop/preview is only observed (`mode: observe`): decisions are logged and nothing is issued until its owner takes that line out.',
      },
    ],
    [
      'expires',
      { expires: '2026-11-21' },
      {
        code: 'ENTITLEMENT_EXPIRED',
        message:
          'shop/preview ended with 2026-11-21 (UTC): ask its owner to set a later `expires` if it is still needed.',
        expected: 'until 2026-11-21',
      },
    ],
  ])('%s refuses every job', (_what, entitlement, reason) => {
    const policies = buildPolicies({ entitlement }, { people: NOBODY_SIGNS_IN });
    expect(reasonsOf(evaluate(policies, main, buildAsk()))).toEqual([reason]);
  });

  it('a kind that this broker cannot issue refuses every job', () => {
    const projects = {
      shop: {
        owner: 'acme/platform',
        'may-offer': [{ kind: 'aws-role', roles: ['arn:aws:iam::111122223333:role/shop-*'] }],
      },
    };
    const credential = { kind: 'aws-role', role: 'arn:aws:iam::111122223333:role/shop-deploy', region: 'eu-west-1' };
    const policies = buildPolicies({ organization: { projects }, entitlement: { credential, ttl: '15m' } });
    expect(evaluate(policies, main, buildAsk())).toMatchObject({
      reasons: [
        {
          code: 'PROVIDER_UNAVAILABLE',
          message:
            'shop/preview needs a provider of `aws-role` credentials, which this broker does not have yet: it is refused to every job until then.',
        },
      ],
    });
  });

  it('review, deployment and session refuse nobody', () => {
    const deployment = { for: 'acme/security', workflow: '.github/workflows/deploy.yml', ref: 'main' };
    expect(decide({ review: { every: '90d', by: 'acme/security' }, deployment, session: '2h' }, main).outcome).toBe(
      'permit',
    );
  });

  it('an entitlement lives through its last day in UTC', () => {
    const end = Date.parse('2026-11-23T00:00:00Z');
    expect(decide({ expires: '2026-11-22' }, main, { now: end - 1 }).outcome).toBe('permit');
    expect(outcomeOf(decide({ expires: '2026-11-22' }, main, { now: end }))).toBe('ENTITLEMENT_EXPIRED');
  });

  it('a freeze refuses between its local times, but for what it excepts', () => {
    const freeze = {
      from: '2026-12-20T00:00',
      to: '2027-01-02T00:00',
      zone: 'Europe/Berlin',
      reason: 'Holidays',
      except: ['shop/rollback'],
    };
    const policies = buildPolicies({
      organization: { guardrails: { freeze: [freeze] } },
      project: { entitlements: { preview: buildEntitlement(), rollback: buildEntitlement() } },
    });
    const at = (now: string, entitlement = 'preview') =>
      evaluate(policies, main, buildAsk({ now: Date.parse(now), entitlement }));
    expect(outcomeOf(at('2026-12-19T22:59:59Z'))).toBe('permit');
    expect(at('2026-12-19T23:00:00Z')).toMatchObject({
      reasons: [
        {
          code: 'FROZEN',
          message:
            'Nothing is issued until 2027-01-02T00:00 Europe/Berlin, because of "Holidays". Ask again afterwards.',
          expected: 'after 2027-01-02T00:00 Europe/Berlin',
        },
      ],
    });
    expect(outcomeOf(at('2026-12-25T00:00:00Z', 'rollback'))).toBe('permit');
    expect(outcomeOf(at('2027-01-01T23:00:00Z'))).toBe('permit');
  });

  it('a suspension refuses with its reason', () => {
    const decision = decide({}, main, { standing: { suspension: { reason: 'incident 7' }, issuedToJob: 0 } });
    expect(decision).toMatchObject({
      reasons: [
        {
          code: 'SUSPENDED',
          message: 'shop/preview is suspended ("incident 7"): it is refused until security lifts that.',
        },
      ],
    });
  });

  it('an incident that nobody has reviewed shuts break-glass, and says until when', () => {
    const standing = { suspension: undefined, issuedToJob: 0, unreviewed: { endedAt: NOW - 1_000 } };
    const breakGlass = { 'break-glass': { for: 'acme/security', notify: 'acme/security' } };
    expect(reasonsOf(decide(breakGlass, main, { standing }))).toEqual([
      {
        code: 'BREAK_GLASS_SHUT',
        message:
          "shop/preview was used as break-glass, and that incident ended at 2026-11-22T11:59:59.000Z: it is shut until somebody of security or of the project's owner, who neither asked nor invoked, has reviewed it.",
        condition: 'break-glass',
        expected: 'a reviewed incident',
      },
    ]);
    // Where people may approve, that way stays open.
    const either = { ...breakGlass, approval: { by: 'acme/security' } };
    expect(decide(either, main, { standing }).outcome).toBe('approval');
    expect(decide({}, main, { standing }).outcome).toBe('permit');
  });

  it.each([
    [2, 'permit'],
    [3, 'JOB_LIMIT_REACHED'],
    [4, 'JOB_LIMIT_REACHED'],
  ])('with max-per-job 3 a job that has %i gets %s', (issuedToJob, outcome) => {
    expect(outcomeOf(decide({ 'max-per-job': 3 }, main, { standing: { suspension: undefined, issuedToJob } }))).toBe(
      outcome,
    );
  });

  it('the limit of a job says how many it has and may have', () => {
    const standing = { suspension: undefined, issuedToJob: 4 };
    expect(reasonsOf(decide({ 'max-per-job': 3 }, main, { standing }))).toEqual([
      {
        code: 'JOB_LIMIT_REACHED',
        message:
          'This job already has 4 credentials of shop/preview, and one job gets at most 3: reuse what it has, or ask the owner for a larger `max-per-job`.',
        expected: 'at most 3',
        got: '4',
      },
    ]);
  });

  it.each([
    ['before its session is over', 7_199_999, 'permit'],
    ['once its session is over', 7_200_000, 'SESSION_ENDED'],
  ])('a job that had its first one is decided %s', (_, since, outcome) => {
    const standing = { suspension: undefined, issuedToJob: 0, firstIssuedAt: NOW - since };
    expect(outcomeOf(decide({ session: '2h' }, main, { standing }))).toBe(outcome);
    expect(outcomeOf(decide({}, main, { standing }))).toBe('permit');
  });

  it('a session that is over is asked about again where people must agree', () => {
    const standing = { suspension: undefined, issuedToJob: 0, firstIssuedAt: NOW - 7_200_000 };
    expect(decide({ session: '2h', approval: { by: 'acme/security' } }, main, { standing }).outcome).toBe('approval');
  });

  it('the end of a session says when it was, and what to do', () => {
    const standing = { suspension: undefined, issuedToJob: 0, firstIssuedAt: NOW - 10_800_000 };
    const [since, end] = [10_800_000, 3_600_000].map((ago) => new Date(NOW - ago).toISOString());
    expect(reasonsOf(decide({ session: '2h' }, main, { standing }))).toEqual([
      {
        code: 'SESSION_ENDED',
        message: `This job had its first credential of shop/preview at ${since}, and its \`session\` of 2h ended at ${end}: let a new job ask, or ask the owner for a longer \`session\`.`,
        expected: `before ${end}`,
        got: since,
      },
    ]);
  });

  it.each([600, 60])('an asked ttl of %i s is given where the entitlement allows 10 minutes', (ttl) => {
    expect(decide({}, main, { ttl })).toMatchObject({ outcome: 'permit', ttl });
  });

  it.each<[ttl: number, reason: Reason]>([
    [
      601,
      {
        code: 'TTL_TOO_LONG',
        message: 'The asked ttl of 601s is longer than shop/preview allows: ask for 10m or less, or leave `ttl` out.',
        expected: 'at most 600s',
        got: '601s',
      },
    ],
    [
      59,
      {
        code: 'TTL_TOO_SHORT',
        message:
          'The asked ttl of 59s is shorter than a credential of shop/preview can be made to live: ask for 1m or more.',
        expected: 'at least 60s',
        got: '59s',
      },
    ],
    [
      0,
      {
        code: 'TTL_TOO_SHORT',
        message:
          'The asked ttl of 0s is shorter than a credential of shop/preview can be made to live: ask for 1m or more.',
        expected: 'at least 60s',
        got: '0s',
      },
    ],
  ])('an asked ttl of %i s is not', (ttl, reason) => {
    expect(reasonsOf(decide({}, main, { ttl }))).toEqual([reason]);
  });

  it('no ttl can be asked for what never dies', () => {
    const kinds = credentialKinds(['vault-secret']);
    const policies = buildPolicies(buildStaticSecret(), { kinds });
    expect(evaluate(policies, main, buildAsk())).toMatchObject({ outcome: 'permit', ttl: 'never' });
    expect(reasonsOf(evaluate(policies, main, buildAsk({ ttl: 600 })))).toEqual([
      {
        code: 'TTL_TOO_SHORT',
        message: 'shop/preview hands out a value that never dies, and nobody could end it after 10m: leave `ttl` out.',
        expected: 'never',
        got: '600s',
      },
    ]);
  });
});

describe('reasons', () => {
  it('answers with at most 500 reasons, and with values that a person can read', () => {
    const allow: Yaml[] = Array.from({ length: 600 }, (_, at) => ({ branch: `b${at}` }));
    const decision = decide({ allow }, buildSubject({ ref: `refs/heads/${'x'.repeat(5_000)}` }));
    expect(reasonsOf(decision)).toHaveLength(500);
    expect(reasonsOf(decision)[0]?.got?.length).toBe(257);
    expect(reasonsOf(decision)[0]?.message.length).toBeLessThan(1_000);
  });

  it('fits into an answer, however long the lists of the policy are', () => {
    const branch = Array.from({ length: 900 }, (_, at) => `branch-${'x'.repeat(40)}-${at}`);
    const hostile = buildSubject({ ref: `refs/heads/${'\u200b'.repeat(2_000)}` });
    const [reason] = reasonsOf(decideRule({ branch }, hostile));
    expect(reason?.expected?.length).toBe(513);
    expect(reason?.message.length).toBeLessThan(4_096);
  });

  it('shows hostile names as what they are', () => {
    const decision = decideRule({ branch: 'main' }, buildSubject({ ref: 'refs/heads/\u202egnp.\u001b[2J"\u200bx' }));
    expect(reasonsOf(decision)[0]?.message).toContain('this job has "\\u{202e}gnp.\\u001b[2J\\"\\u{200b}x".');
  });
});
