import { expect, test } from 'vitest';
import { COMMAND_LINE_CLIENT, DEVICE_GRANT_TYPE, deviceTokenSchema } from '../../shared/device-login.ts';

test('a command line asks as RFC 8628 has it, and by a name of its own', () => {
  expect(DEVICE_GRANT_TYPE).toBe('urn:ietf:params:oauth:grant-type:device_code');
  expect(COMMAND_LINE_CLIENT).toBe('buildpass-cli');
});

const answerOf = (access_token: string) =>
  deviceTokenSchema.safeParse({ access_token, token_type: 'Bearer', expires_in: 0, principal: 'prn_1', name: 'Ada' });

test.for(['a.b-c_9'.repeat(3), 'a'.repeat(200)])('it takes %j for a token', (token) => {
  expect(answerOf(token).data?.access_token).toBe(token);
});

test.for(['', 'a'.repeat(19), 'a'.repeat(201), `${'a'.repeat(20)} `, `${'a'.repeat(20)}\n`, `é${'a'.repeat(20)}`])(
  'it does not take %j for one, which could not stand in a header',
  (token) => {
    expect(answerOf(token).success).toBe(false);
  },
);
