import { describe, expect, it } from 'vitest';
import { parseAsk, parseForm, parseTokenRequest } from '../../../broker/http/token-request.ts';
import { GRANT_TYPE, ID_TOKEN_TYPE, JWT_TYPE } from '../../../shared/api.ts';

const FORM = 'application/x-www-form-urlencoded';
const SECRET = 'a'.repeat(22);
const GOOD = {
  grant_type: GRANT_TYPE,
  subject_token: 'header.payload.signature',
  subject_token_type: ID_TOKEN_TYPE,
  scope: 'shop/publish-preview',
};

const form = (text: string, type: string | undefined = FORM) => parseForm(type, Buffer.from(text));
const ask = (changes: Readonly<Record<string, string>> = {}) =>
  parseTokenRequest(new Map(Object.entries({ ...GOOD, ...changes }).filter(([, value]) => value !== '')));
const refusal = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('a form', () => {
  it('is read as it was written, plus signs and percent-encoding included', () => {
    expect([...form('a=1+2&b=%C3%A4%26%3D&c=x=y&%64=e')]).toEqual([
      ['a', '1 2'],
      ['b', 'ä&='],
      ['c', 'x=y'],
      ['d', 'e'],
    ]);
  });

  it('with an empty parameter has none of that name', () => {
    expect([...form('a=&b&&c=1&')]).toEqual([['c', '1']]);
  });

  it('takes names of prototypes as names like any other', () => {
    const parameters = form('__proto__=1&constructor=2&toString=3&hasOwnProperty=4');
    expect([...parameters.keys()]).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
  });

  it.each(['ttl=1&ttl=1', 'ttl=&ttl=', 'ttl=1&t%74l=2', 'other=1&ttl=2&other=1', '__proto__=1&__proto__=2'])(
    'with a repeated parameter is refused: %s',
    (text) => {
      expect(refusal(() => form(text))).toMatchObject({
        code: 'PARAMETER_INVALID',
        message: expect.stringMatching(/^The parameter "\w+" is there twice; each may be given once\.$/),
      });
    },
  );

  it.each([
    ['a stray percent sign', 'reason=100%'],
    ['an encoding cut short', 'reason=%4'],
    ['no hexadecimal digits', 'reason=%zz'],
    ['bytes that are no UTF-8', 'reason=%ff%fe'],
    ['half a surrogate pair', 'reason=%ED%A0%80'],
    ['an overlong spelling', 'reason=%C0%AF'],
    ['the same in the name of an unknown parameter', '%ff=1'],
  ])('with %s is refused whole, not put right', (_what, text) => {
    expect(refusal(() => form(text))).toMatchObject({
      code: 'PARAMETER_INVALID',
      message: 'The body is not a form: its percent-encoding or its UTF-8 is broken.',
    });
  });

  it('with raw bytes that are no UTF-8 is refused', () => {
    expect(() => parseForm(FORM, Buffer.from([0x61, 0x3d, 0xff]))).toThrow('its UTF-8 is broken');
  });

  it.each([FORM, `${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`, `${FORM} ; charset="utf-8"`, FORM.toUpperCase()])(
    'may be sent as %s',
    (type) => {
      expect(form('a=1', type).get('a')).toBe('1');
    },
  );

  it.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    '',
    `${FORM}; charset=iso-8859-1`,
    `${FORM}; charset=utf-16`,
    `${FORM}; charset=us-ascii`,
    `${FORM}; charset=utf-8; charset=utf-7`,
    `${FORM}; charset`,
    `${FORM}; boundary=x`,
    `${FORM}x`,
    `x${FORM}`,
  ])('is refused as "%s"', (type) => {
    expect(refusal(() => form('a=1', type))).toMatchObject({
      code: 'CONTENT_TYPE_UNSUPPORTED',
      message: `The body must be application/x-www-form-urlencoded in UTF-8, not ${JSON.stringify(type)}.`,
    });
  });

  it('is refused without a content type, and a long one is not repeated whole', () => {
    expect(refusal(() => parseForm(undefined, Buffer.from('a=1')))).toMatchObject({
      message: expect.stringContaining('not nothing.'),
    });
    expect(String(refusal(() => form('', 'x'.repeat(9000)))).length).toBeLessThan(400);
  });
});

describe('a token request', () => {
  it('has what it needs, and nothing made up', () => {
    expect(ask()).toEqual({
      subjectToken: 'header.payload.signature',
      project: 'shop',
      entitlement: 'publish-preview',
      ttl: undefined,
      reason: undefined,
      ticket: undefined,
      requestSecret: undefined,
    });
  });

  it('carries ttl, reason, ticket and secret', () => {
    const { requestSecret, ...rest } = ask({
      ttl: '900',
      reason: 'Nightly 🚀',
      ticket: 'SHOP-1',
      request_secret: SECRET,
    });
    expect(rest).toMatchObject({ ttl: 900, reason: 'Nightly 🚀', ticket: 'SHOP-1' });
    expect([requestSecret?.reveal(), String(requestSecret)]).toEqual([SECRET, '[secret]']);
  });

  it.each([JWT_TYPE, ID_TOKEN_TYPE])('takes %s', (type) => {
    expect(ask({ subject_token_type: type }).project).toBe('shop');
  });

  it.each([{ client_id: 'ci' }, { unknown: 'x' }, { requested_token_type: '' }, { audience: '' }])(
    'goes on with %j',
    (extra) => {
      expect(ask(extra).project).toBe('shop');
    },
  );

  it.each(['grant_type', 'subject_token', 'subject_token_type', 'scope'])('is refused without %s', (name) => {
    expect(refusal(() => ask({ [name]: '' }))).toMatchObject({
      code: 'PARAMETER_INVALID',
      message: `The parameter "${name}" is missing.`,
    });
  });

  it.each([
    ['resource', 'invalid_target', 'The parameter "resource" cannot be honoured: the entitlement names its target.'],
    ['audience', 'invalid_target', 'The parameter "audience" cannot be honoured: the entitlement names its target.'],
    ['requested_token_type', undefined, 'The parameter "requested_token_type" cannot be honoured. Leave it out.'],
    ['actor_token', undefined, 'The parameter "actor_token" cannot be honoured. Leave it out.'],
    ['actor_token_type', undefined, 'The parameter "actor_token_type" cannot be honoured. Leave it out.'],
    ['grant_type', 'unsupported_grant_type', `The grant_type must be "${GRANT_TYPE}", not "x".`],
    ['subject_token_type', undefined, `The subject_token_type must be "${ID_TOKEN_TYPE}", not "x".`],
  ])('with %s is refused as %s', (name, oauthError, message) => {
    const error = refusal(() => ask({ [name]: 'x' }));
    expect(error).toMatchObject({ code: 'PARAMETER_INVALID', message: expect.stringContaining(message) });
    expect((error as { oauthError?: string }).oauthError).toBe(oauthError);
  });

  it.each([
    '0',
    '-1',
    '+60',
    '060',
    '1.5',
    '1e3',
    '0x10',
    ' 60',
    '60s',
    '٣',
    'NaN',
    'Infinity',
    '31536001',
    '9'.repeat(40),
  ])('with the ttl "%s" is refused, not given another', (ttl) => {
    expect(refusal(() => ask({ ttl }))).toMatchObject({
      code: 'PARAMETER_INVALID',
      message: `The ttl "${ttl}" is not a number of whole seconds, such as 900, and at most 31536000.`,
    });
  });

  it.each(['a'.repeat(21), 'a'.repeat(129), `${SECRET}=`, `${SECRET}+`, `${SECRET}.`, `${SECRET}\n`, 'ä'.repeat(30)])(
    'with a request_secret like %j is refused, and the secret is not repeated',
    (secret) => {
      const error = refusal(() => ask({ request_secret: secret }));
      expect(error).toMatchObject({
        code: 'REQUEST_SECRET_INVALID',
        message: expect.stringContaining('22 to 128 base64url'),
      });
      expect(String(error)).not.toContain(secret.trim());
    },
  );

  it.each([SECRET, 'a'.repeat(128), `${'-_'.repeat(20)}A9`])('takes the request_secret %s', (secret) => {
    expect(ask({ request_secret: secret }).requestSecret?.reveal()).toBe(secret);
  });
});

describe.each(['reason', 'ticket'])('the %s', (name) => {
  it('may have 200 characters of any script', () => {
    expect(ask({ [name]: '🚀'.repeat(200) })).toMatchObject({ [name]: '🚀'.repeat(200) });
    expect(refusal(() => ask({ [name]: '🚀'.repeat(201) }))).toMatchObject({
      code: 'PARAMETER_INVALID',
      message: `The ${name} is longer than 200 characters.`,
    });
  });

  it.each([
    'a\nb',
    'a\rb',
    'a\tb',
    'a\0b',
    'a\x1b[31mb',
    'a\x7fb',
    'a\x85b',
    'a\u2028b',
    'a\u2029b',
    'a\u202eb',
    'a\u2066b',
    'a\u200fb',
  ])('must not have control characters, such as %j', (text) => {
    expect(refusal(() => ask({ [name]: text }))).toMatchObject({
      code: 'PARAMETER_INVALID',
      message: `The ${name} has control characters in it; plain text of one line is expected.`,
    });
  });
});

describe('a scope', () => {
  it.each([
    'shop',
    'shop/',
    '/deploy',
    '/',
    'shop/a/b',
    'shop/a shop/b',
    ' shop/a',
    'shop/a ',
    'shop/a\n',
    'Shop/a',
    'shop/ä',
    '../a',
    '*/*',
    `${'a'.repeat(41)}/b`,
    `a/${'b'.repeat(41)}`,
    '__proto__/a',
  ])('like %j is refused as malformed', (scope) => {
    expect(refusal(() => parseAsk(new Map([['scope', scope]])))).toMatchObject({
      oauthError: 'invalid_scope',
      code: 'PARAMETER_INVALID',
      message: `The scope ${JSON.stringify(scope)} is not of the form project/entitlement; exactly one is asked for at a time.`,
    });
  });

  it('has two names of at most 40 characters', () => {
    const [project, entitlement] = ['a'.repeat(40), '0-9'.repeat(13)];
    expect(parseAsk(new Map([['scope', `${project}/${entitlement}`]]))).toEqual({
      project,
      entitlement,
      ttl: undefined,
    });
  });
});
