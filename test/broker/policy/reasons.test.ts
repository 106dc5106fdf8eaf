import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import {
  buildAsk,
  buildEntitlement,
  buildPolicies,
  decide,
  decideRule,
  outcomeOf,
  type Yaml,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const reasonsOf = (decision: Decision) => (decision.outcome === 'deny' ? decision.reasons : []);
const main = buildSubject();

describe('what stands against an entitlement', () => {
  it.each<[what: string, entitlement: Yaml, code: string, message: string]>([
    [
      'approval',
      { approval: { by: 'acme/release-managers' } },
      'APPROVAL_UNAVAILABLE',
      'shop/preview needs approval by acme/release-managers, which this broker cannot ask for yet',
    ],
    [
      'break-glass',
      { 'break-glass': { for: 'acme/security', notify: 'acme/security' } },
      'APPROVAL_UNAVAILABLE',
      'shop/preview needs break-glass access, which this broker cannot give yet',
    ],
    ['mode: observe', { mode: 'observe' }, 'OBSERVE_ONLY', 'shop/preview is only observed (`mode: observe`)'],
    [
      'expires',
      { expires: '2026-11-21' },
      'ENTITLEMENT_EXPIRED',
      'shop/preview ended with 2026-11-21 (UTC): ask its owner to set a later `expires`',
    ],
  ])('%s refuses every job', (_what, ...[entitlement, code, message]) => {
    const [reason, ...others] = reasonsOf(decide(entitlement, main));
    expect(others).toEqual([]);
    expect(reason).toMatchObject({ code, message: expect.stringContaining(message) });
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
          message: expect.stringContaining('needs a provider of `aws-role` credentials'),
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

  it.each([
    [2, 'permit'],
    [3, 'JOB_LIMIT_REACHED'],
    [4, 'JOB_LIMIT_REACHED'],
  ])('with max-per-job 3 a job that has %i gets %s', (issuedToJob, outcome) => {
    expect(outcomeOf(decide({ 'max-per-job': 3 }, main, { standing: { suspension: undefined, issuedToJob } }))).toBe(
      outcome,
    );
  });

  it.each([
    [600, 'permit', undefined],
    [60, 'permit', undefined],
    [
      601,
      'TTL_TOO_LONG',
      'The asked ttl of 601s is longer than shop/preview allows: ask for 10m or less, or leave `ttl` out.',
    ],
    [
      59,
      'TTL_TOO_SHORT',
      'The asked ttl of 59s is shorter than a credential of shop/preview can be made to live: ask for 1m or more.',
    ],
    [0, 'TTL_TOO_SHORT', undefined],
  ])('an asked ttl of %i s: %s', (ttl, outcome, message) => {
    const decision = decide({}, main, { ttl });
    expect(outcomeOf(decision)).toBe(outcome);
    if (message !== undefined) expect(reasonsOf(decision)[0]?.message).toBe(message);
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
