// What stands on the wire: which answers are taken for one, and which are not believed.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as api from '../../shared/api.ts';

const REASON = { code: 'POLICY_NO_MATCH', message: 'm', rule: 0, condition: 'branch', expected: 'main', got: 'x' };
const LEASE = { revocation: 'at-expiry', upstream_expires_at: '2026-11-22T12:00:00Z' };

/** Each answer with everything in it, and what of it must be there. */
const ANSWERS: readonly [name: string, schema: z.ZodObject, answer: Record<string, unknown>, required: string[]][] = [
  ['a receipt', api.receiptSchema, { entry: 'e', proof: 'p' }, ['entry', 'proof']],
  [
    'a credential',
    api.issuedSchema,
    {
      access_token: 't',
      issued_token_type: api.ACCESS_TOKEN_TYPE,
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'shop/preview',
      issuance_id: 'iss_1',
      request_id: 'req_1',
      request_url: 'https://buildpass.example.com/requests/req_1',
      lease_id: 'lse_1',
      assurance: 'automated',
      receipt: { entry: 'e', proof: 'p' },
      credential: { username: 'x' },
    },
    [
      'access_token',
      'issued_token_type',
      'token_type',
      'expires_in',
      'scope',
      'issuance_id',
      'lease_id',
      'assurance',
      'receipt',
      'credential',
    ],
  ],
  ['a reason', api.reasonSchema, REASON, ['code']],
  [
    'a refusal',
    api.refusalSchema,
    {
      error: 'access_denied',
      error_description: 'd',
      code: 'FROZEN',
      request_id: 'req_1',
      request_url: 'https://buildpass.example.com/requests/req_1',
      reasons: [REASON],
      interval: 5,
      expires_in: 60,
    },
    ['error'],
  ],
  ['an explanation', api.explanationSchema, { decision: 'deny', reasons: [REASON] }, ['decision', 'reasons']],
  ['a problem', api.problemSchema, { code: 'INTERNAL', title: 't', detail: 'd', request_id: 'req_1' }, ['code']],
  ['a returned lease', api.leaseReturnSchema, LEASE, ['revocation', 'upstream_expires_at']],
];

const ID_MISTAKES = ['', '../x', 'a.b', 'a b', '-a', 'é', 'a'.repeat(101), 'a/b', 'a\n'];
const MISTAKES: readonly [schema: z.ZodObject, key: string, values: readonly unknown[]][] = [
  [api.receiptSchema, 'entry', ['x'.repeat(65_537), 1]],
  [api.receiptSchema, 'proof', ['x'.repeat(16_385)]],
  [api.issuedSchema, 'access_token', ['', 'x'.repeat(65_537)]],
  [api.issuedSchema, 'token_type', ['bearer', '']],
  [api.issuedSchema, 'expires_in', [-1, 1.5, '600']],
  [api.issuedSchema, 'issuance_id', ID_MISTAKES],
  [api.issuedSchema, 'lease_id', ID_MISTAKES],
  [api.issuedSchema, 'assurance', ['', 'manual']],
  [api.issuedSchema, 'receipt', [{}, 'x']],
  [api.issuedSchema, 'credential', [{ a: 1 }, { ['k'.repeat(101)]: 'x' }, [], 'x']],
  [api.reasonSchema, 'rule', [0.5, '0']],
  [api.reasonSchema, 'message', ['x'.repeat(4_097)]],
  [api.refusalSchema, 'reasons', [Array.from({ length: 501 }, () => REASON), [{}], 'x']],
  [api.refusalSchema, 'interval', [-1, 3_601, 0.5]],
  [api.refusalSchema, 'expires_in', [-1, 0.5]],
  [api.explanationSchema, 'decision', ['allow', '']],
  [api.explanationSchema, 'reasons', [Array.from({ length: 501 }, () => REASON)]],
  [api.leaseReturnSchema, 'revocation', ['revoked', '']],
  [api.leaseReturnSchema, 'upstream_expires_at', ['x'.repeat(41), undefined]],
];

describe('an answer', () => {
  it.each(ANSWERS)(
    'that is %s is taken as it is, and without what may be left out',
    (_name, schema, ...[answer, required]) => {
      expect(schema.parse(answer)).toEqual(answer);
      const least = Object.fromEntries(required.map((key) => [key, answer[key]]));
      expect(schema.parse(least)).toEqual(least);
      for (const key of required) expect(schema.safeParse({ ...least, [key]: undefined }).success).toBe(false);
    },
  );

  it.each(MISTAKES)('of %# is not believed with a wrong %s', (schema, key, values) => {
    const right = ANSWERS.find(([, one]) => one === schema)?.[2];
    for (const value of values) expect(schema.safeParse({ ...right, [key]: value }).success).toBe(false);
  });

  it.each([
    [api.issuedSchema, 'token_type', ['Bearer', 'N_A']],
    [api.issuedSchema, 'assurance', ['automated', 'self-approved', 'approved', 'break-glass']],
    [api.issuedSchema, 'issuance_id', ['A', 'iss_1', 'a-b', 'a'.repeat(100), '9']],
    [api.issuedSchema, 'expires_in', [0]],
    [api.refusalSchema, 'interval', [0, 3_600]],
    [api.refusalSchema, 'expires_in', [0]],
    [api.refusalSchema, 'reasons', [[], Array.from({ length: 500 }, () => REASON)]],
    [api.explanationSchema, 'reasons', [[], Array.from({ length: 500 }, () => REASON)]],
    [api.explanationSchema, 'decision', ['permit', 'deny', 'approval']],
    [api.leaseReturnSchema, 'revocation', ['immediate', 'at-expiry', 'none']],
    [api.leaseReturnSchema, 'upstream_expires_at', [null]],
  ] as const)('of %# may have each %s', (schema, key, values) => {
    const right = ANSWERS.find(([, one]) => one === schema)?.[2];
    for (const value of values) expect(schema.parse({ ...right, [key]: value })).toMatchObject({ [key]: value });
  });
});

describe('forms', () => {
  it('of a scope are project/entitlement', () => {
    expect(api.SCOPE_FORM.exec('shop-1/deploy-2')?.slice(1)).toEqual(['shop-1', 'deploy-2']);
    const longest = 'a'.repeat(40);
    expect(api.SCOPE_FORM.test(`${longest}/${longest}`)).toBe(true);
    for (const text of [
      '',
      'shop',
      'shop/',
      '/x',
      'a/b/c',
      'Shop/x',
      ' a/b',
      'a/b\n',
      `${longest}a/b`,
      `a/${longest}a`,
    ])
      expect(api.SCOPE_FORM.test(text)).toBe(false);
  });

  it('of a request secret are 128 bits or more in base64url', () => {
    for (const text of ['aZ09_-aZ09_-aZ09_-aZ09', 'a'.repeat(128)])
      expect(api.REQUEST_SECRET_FORM.test(text)).toBe(true);
    for (const text of [
      'a'.repeat(21),
      'a'.repeat(129),
      `${'a'.repeat(22)}=`,
      `${'a'.repeat(22)}\n`,
      `+${'a'.repeat(22)}`,
    ])
      expect(api.REQUEST_SECRET_FORM.test(text)).toBe(false);
  });

  it('are named as the RFC names them', () => {
    const { GRANT_TYPE, ID_TOKEN_TYPE, JWT_TYPE, ACCESS_TOKEN_TYPE } = api;
    expect([GRANT_TYPE, ID_TOKEN_TYPE, JWT_TYPE, ACCESS_TOKEN_TYPE]).toEqual([
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:ietf:params:oauth:token-type:id_token',
      'urn:ietf:params:oauth:token-type:jwt',
      'urn:ietf:params:oauth:token-type:access_token',
    ]);
  });
});
