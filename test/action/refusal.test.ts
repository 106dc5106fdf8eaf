import { expect, test } from 'vitest';
import { refused, wouldBeRefused } from '../../action/refusal.ts';
import type { Refusal } from '../../shared/api.ts';

const SCOPE = 'shop/deploy';
const LINK = 'https://broker.example.com/requests/req_1';

function said(refusal: Refusal): string[] {
  const { message, lines } = refused(refusal, { scope: SCOPE, origins: ['https://broker.example.com'] });
  return [message, ...lines];
}

const denied = (reasons: Refusal['reasons'], members: Partial<Refusal> = {}): string[] =>
  said({ error: 'access_denied', reasons, ...members });

test('the nearest rule comes first, with what was wanted and found', () => {
  const reasons = [
    { code: 'POLICY_NO_MATCH', rule: 2, condition: 'branch', expected: 'main', got: 'feature/x' },
    {
      code: 'POLICY_NO_MATCH',
      rule: 2,
      message: 'runner is "self-hosted", and the rule needs github-hosted.',
      expected: 'github-hosted',
      got: 'self-hosted',
    },
    { code: 'POLICY_NO_MATCH', rule: 0, condition: 'tag', expected: 'v*', got: '' },
    { code: 'POLICY_NO_MATCH', rule: 1, condition: 'tag', expected: 'w*', got: '' },
  ];
  expect(denied(reasons, { request_url: LINK })).toEqual([
    'shop/deploy was refused',
    'No rule of shop/deploy allows this job. The nearest is the third rule, and this differs:',
    '- branch: expected main, got "feature/x"',
    '- runner is "self-hosted", and the rule needs github-hosted',
    '2 other rules fit no better.',
    `What was decided, and why: ${LINK}`,
  ]);
});

test('a reason that is no rule’s is a sentence of its own', () => {
  expect(
    denied([{ code: 'TTL_TOO_LONG', message: 'ttl is at most 15m here', expected: 'at most 15m', got: '2h' }]),
  ).toEqual(['shop/deploy was refused', 'ttl is at most 15m here: got "2h".']);
});

test('codes alone are shown as such', () => {
  expect(denied([{ code: 'POLICY_NO_MATCH' }, { code: 'POLICY_NO_MATCH' }, { code: 'EVENT_NOT_ALLOWED' }])[1]).toBe(
    'Refused: POLICY_NO_MATCH, EVENT_NOT_ALLOWED. The broker tells the details to people of the project only.',
  );
});

test('without reasons the broker’s sentence stands', () => {
  expect(denied(undefined, { error_description: 'No such entitlement for this job.' })[1]).toBe(
    'No such entitlement for this job.',
  );
  expect(denied([])[1]).toBe('The broker refused shop/deploy to this job.');
});

test('an approval that is not built yet is said to be that', () => {
  expect(denied([{ code: 'APPROVAL_UNAVAILABLE', message: 'x' }])[1]).toBe(
    'shop/deploy needs approval, and this broker has nobody who could give it.',
  );
});

test('an approval that ran out says how to ask again', () => {
  expect(said({ error: 'expired_token' })[1]).toContain('Run the job again');
});

test('a bad request shows description and code', () => {
  expect(
    said({ error: 'invalid_request', error_description: 'The token is for "x"', code: 'AUDIENCE_MISMATCH' }),
  ).toEqual(['The broker did not take the request', 'The token is for "x". (AUDIENCE_MISMATCH)']);
});

test('hundreds of reasons are cut to the first', () => {
  const reasons = Array.from({ length: 300 }, (_, at) => ({ code: 'POLICY_NO_MATCH', message: `reason ${at}` }));
  expect(denied(reasons)).toHaveLength(1 + 8);
});

test('a dry run says of a stranger’s entitlement only that it is unknown', () => {
  expect(wouldBeRefused({ decision: 'deny', reasons: [] }, SCOPE)).toEqual([
    'Deny: shop/deploy would be refused to this job',
    'The broker knows no such entitlement for this job.',
  ]);
});

test('a dry run says that people would be asked', () => {
  expect(wouldBeRefused({ decision: 'approval', reasons: [] }, SCOPE)[0]).toBe(
    'Approval: shop/deploy would wait for people',
  );
});

test('a link to another host is left out', () => {
  const refusal = { error: 'access_denied', error_description: 'No such entitlement for this job.' };
  expect(said({ ...refusal, request_url: 'https://evil.example/login' })).toEqual(said(refusal));
});
