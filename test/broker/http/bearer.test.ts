import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { bearerOf } from '../../../broker/http/bearer.ts';

const bearer = (authorization: string | undefined): string =>
  bearerOf({ headers: { authorization } } as IncomingMessage);

describe('the bearer', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER abc'])('is read from "%s"', (authorization) => {
    expect(bearer(authorization)).toBe('abc');
  });

  it('may be a JWT or a secret', () => {
    expect(bearer('Bearer eyJ.eyJ.a-_')).toBe('eyJ.eyJ.a-_');
    expect(bearer('Bearer A-z0_9~+/=')).toBe('A-z0_9~+/=');
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer  abc',
    ' Bearer abc',
    'Basic abc',
    'Bearer a b',
    'Bearer a,Bearer b',
    'Bearer ä',
    'Token abc',
  ])('is missing in %j', (authorization) => {
    expect(() => bearer(authorization)).toThrow(
      expect.objectContaining({
        code: 'AUTHORIZATION_MISSING',
        message: expect.stringContaining('`Authorization: Bearer …`'),
      }),
    );
  });
});
