import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokerError } from '../../../broker/errors.ts';
import { readCompactJws } from '../../../broker/identity/compact-jws.ts';

const HEADER = { alg: 'RS256', typ: 'JWT', kid: 'key-1' };
const b64 = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
const jws = (header: unknown, payload: unknown = { iss: 'x' }) => `${b64(header)}.${b64(payload)}.c2ln`;

function refusal(token: string): BrokerError {
  try {
    readCompactJws(token);
  } catch (error) {
    if (error instanceof BrokerError) return error;
  }
  throw new Error('expected a BrokerError');
}

describe('reading a compact JWS', () => {
  test('an ordinary token is taken apart', () => {
    const token = jws({ ...HEADER, x5t: 'abc', 'x5t#S256': 'def' }, { iss: 'x', n: 1 });
    expect(readCompactJws(token)).toEqual({
      kid: 'key-1',
      claims: { iss: 'x', n: 1 },
      signed: Buffer.from(token.slice(0, token.lastIndexOf('.'))),
      signature: Buffer.from('sig'),
    });
  });

  test('16 KiB is the limit, checked before anything else', () => {
    expect(refusal('.'.repeat(16 * 1024 + 1))).toMatchObject({
      code: 'TOKEN_MALFORMED',
      message: expect.stringContaining('The token is 16385 characters long; at most 16384 are accepted.'),
    });
    expect(refusal('.'.repeat(16 * 1024)).message).toContain('three parts');
  });

  test.for(['', 'a', 'a.b', 'a.b.c.d', 'a.b.c.d.e', 'Bearer a b'])('%j is not three parts', (token) => {
    expect(refusal(token)).toMatchObject({
      code: 'TOKEN_MALFORMED',
      message: expect.stringMatching(/^The token is not a signed JWT/),
    });
  });

  test.for([
    ['a space', (good: string) => `${good} `],
    ['padding', (good: string) => `${good}==`],
    ['the other base64 alphabet', () => 'ab+/'],
    ['stray last bits', () => 'c2B'],
    ['an impossible length', () => 'abcde'],
    ['nothing', () => ''],
  ] as const)('a signature with %s has a second spelling, and is refused', ([, spoil]) => {
    const [header, payload, signature = ''] = jws(HEADER).split('.');
    expect(refusal(`${header}.${payload}.${spoil(signature)}`).message).toMatch(
      /^The token's signature is not base64url\./,
    );
  });

  test.for([
    [{ ...HEADER, alg: 'none' }, '"alg": "none"; only "RS256" is accepted.'],
    [{ ...HEADER, alg: 'HS256' }, '"alg": "HS256"; only "RS256" is accepted.'],
    [{ ...HEADER, alg: 'rs256' }, '"alg": "rs256"; only "RS256" is accepted.'],
    [{ ...HEADER, alg: ['RS256'] }, '"alg": ["RS256"]; only "RS256" is accepted.'],
    [{ typ: 'JWT', kid: 'a' }, '"alg": nothing; only "RS256" is accepted.'],
    [{ ...HEADER, typ: 'at+jwt' }, '"typ": "at+jwt"; only "JWT" is accepted.'],
    [{ alg: 'RS256', kid: 'a' }, '"typ": nothing; only "JWT" is accepted.'],
    [{ alg: 'RS256', typ: 'JWT' }, '"kid": nothing; it must name a key.'],
    [{ ...HEADER, kid: '' }, '"kid": ""; it must name a key.'],
    [{ ...HEADER, kid: 7 }, '"kid": 7; it must name a key.'],
  ] as const)('the header %j is refused', ([header, words]) => {
    expect(refusal(jws(header))).toMatchObject({ code: 'TOKEN_MALFORMED', message: expect.stringContaining(words) });
  });

  test.for(['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc', 'cty', '__proto__'])(
    'the header member %s is refused',
    (name) => {
      const header = `{"alg":"RS256","typ":"JWT","kid":"key-1","${name}":["x"]}`;
      expect(refusal(jws(header)).message).toMatch(
        `The token's header has the member "${name}", which is not accepted.`,
      );
    },
  );

  test.for([
    [jws('{"alg":"none","alg":"RS256"}'), 'The token\'s header has the member "alg" twice.'],
    [jws(HEADER, '{"aud":"a","aud":"b"}'), 'The token\'s payload has the member "aud" twice.'],
    [jws(HEADER, '{"a":'), "The token's payload is not JSON."],
    [jws(HEADER, '["iss"]'), "The token's payload is not a JSON object."],
  ] as const)('%s is refused', ([token, words]) => {
    expect(refusal(token)).toMatchObject({ code: 'TOKEN_MALFORMED', message: expect.stringContaining(words) });
  });

  test('what the parser said is kept for whoever runs the broker', () => {
    expect(refusal(jws(HEADER, '{"a":')).cause).toMatchObject({
      message: 'is not JSON',
      cause: expect.any(SyntaxError),
    });
  });

  test('nothing that anybody sends makes it fail in another way', () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map(b64),
      fc.constant(b64(HEADER)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const read = () => readCompactJws(parts.join('.'));
        try {
          read();
        } catch (error) {
          expect(error).toMatchObject({ name: 'BrokerError', code: 'TOKEN_MALFORMED' });
        }
      }),
    );
  });
});
