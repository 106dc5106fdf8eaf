// The body of a call that is JSON: what is wrong with it is said in our words, and what could be meant in two ways is not taken.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { jsonBody } from '../../../broker/http/json-body.ts';
import { pauseBodySchema } from '../../../shared/access-api.ts';

const read = (body: string | Buffer) => {
  const request = Object.assign(Readable.from([Buffer.from(body as string)]), { headers: {} });
  return jsonBody(request as unknown as IncomingMessage, pauseBodySchema);
};
const SECRET = 'a'.repeat(43);

describe('the JSON of a call', () => {
  it('is taken as its schema says', async () => {
    expect(await read('{"of":{"scope":"everything"},"reason":" INC-7 "}')).toEqual({
      ...{ of: { scope: 'everything' }, reason: 'INC-7', revoke: false },
    });
  });

  it.each([
    ['', 'The body is not JSON.'],
    ['{', 'The body is not JSON.'],
    ['[]', 'The body is not a JSON object.'],
    ['null', 'The body is not a JSON object.'],
    [
      '{"of":{"scope":"project","target":"shop"},"of":{"scope":"everything"},"reason":"x"}',
      'has the member "of" twice.',
    ],
    ['{"of":{"scope":"everything"}}', 'takes it: `reason` is missing.'],
    ['{"of":{"scope":"everything"},"reson":"x","reason":"x"}', '`reson`: unknown key; did you mean `reason`?'],
    [
      '{"of":{"scope":"everything","target":"shop"},"reason":"x"}',
      '`of.target` does not go with what stands beside it',
    ],
    ['{"of":{"scope":"projct","target":"shop"},"reason":"x"}', 'or `principal`, not "projct"; did you mean `project`?'],
    ['{"of":{"scope":"project","target":5},"reason":"x"}', '`of.target` must be text, not 5'],
    ['{"of":{"scope":"project","target":"Shop"},"reason":"x"}', '`of.target` is no name of a project: small letters'],
    ['{"of":{"scope":"everything"},"reason":"x","revoke":"yes"}', '`revoke` must be true or false, not text.'],
  ])('%s is refused, and it is said why', async (body, says) => {
    await expect(read(body)).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      message: expect.stringContaining(says),
    });
  });

  it('is UTF-8 and nothing that would be guessed at', async () => {
    const body = Buffer.from('{"of":{"scope":"everything"},"reason":"\xff"}', 'latin1');
    await expect(read(body)).rejects.toMatchObject({ code: 'PARAMETER_INVALID', message: 'The body is not UTF-8.' });
  });

  it.each([
    `{"${SECRET}":1,"${SECRET}":2}`,
    `{"${SECRET}":1,"of":{"scope":"everything"},"reason":"x"}`,
    `{"of":{"scope":"${SECRET}"},"reason":"x"}`,
  ])('is not repeated where it could be a secret: %s', async (body) => {
    const message = await read(body).catch((error: Error) => error.message);
    expect(message).toContain('[43 characters]');
    expect(message).not.toContain(SECRET);
  });
});
