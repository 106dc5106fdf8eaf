// Bytes that nobody would think of: random ones, and requests with a few bytes changed. Whatever comes, the answer is a 4xx with a
// code of the list, or the end of the connection, and the broker still issues.
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { OTHER_CODES, REASON_CODES, REQUEST_CODES } from '../../shared/error-codes.ts';
import { FORM } from '../support/raw-http.ts';
import { TestBroker } from '../support/test-broker.ts';

const CODES = new Set<unknown>([...REQUEST_CODES, ...REASON_CODES, ...OTHER_CODES]);

let broker: TestBroker;
/** A request that is refused because its token was used, whatever stays of it. */
let whole: Buffer;
beforeAll(async () => {
  broker = await TestBroker.start({
    background: 'by-hand',
    limits: { requests: { count: 100_000, per: 1_000 }, refusedShare: 1 },
  });
  const token = await broker.token();
  await broker.ask({ token });
  const parameters = { grant_type: GRANT_TYPE, subject_token: token, subject_token_type: ID_TOKEN_TYPE };
  const body = new URLSearchParams({ ...parameters, scope: 'shop/publish-preview' }).toString();
  whole = Buffer.from(
    `POST /v1/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${FORM}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
});
afterAll(async () => {
  expect((await broker.ask()).status).toBe(200);
  await broker.close();
});

/** Longer than any answer takes; what is still silent then waits for the rest of a request. */
const PATIENCE_MS = 100;

async function answersTo(bytes: Uint8Array): Promise<string> {
  const socket = connect(broker.running.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.setTimeout(PATIENCE_MS, () => socket.end());
  socket.write(bytes);
  let answers = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answers += chunk;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return answers;
}

function checkAnswers(answers: string): void {
  if (answers === '') return;
  expect(answers).toMatch(/^HTTP\/1\.1 /);
  for (const answer of answers.split(/(?=HTTP\/1\.1 \d{3} )/)) {
    const status = Number(answer.slice(9, 12));
    if (status === 100) continue;
    expect([status >= 400 && status < 500, status]).toEqual([true, status]);
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    if (body !== '') expect(CODES).toContain((JSON.parse(body) as { code?: unknown }).code);
    expect(body).not.toMatch(/\.ts:|node_modules|at [A-Za-z]+ \(/);
  }
}

const EDITS = fc.array(
  fc.record({
    at: fc.nat({ max: 2_000 }),
    remove: fc.nat({ max: 12 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc
        .constantFrom('\r\n', '\r\n\r\n', '\n', ' ', '\0', ':', '%', '&', '=', '../', '__proto__')
        .map((s) => Buffer.from(s)),
      fc
        .constantFrom('Transfer-Encoding: chunked\r\n', 'Content-Length: 1\r\n', 'Expect: x\r\n')
        .map((s) => Buffer.from(s)),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

const edited = (bytes: Buffer, edits: readonly { at: number; remove: number; insert: Uint8Array }[]): Buffer =>
  edits.reduce((text, { at, remove, insert }) => {
    const from = at % (text.length + 1);
    return Buffer.concat([text.subarray(0, from), insert, text.subarray(from + remove)]);
  }, bytes);

describe('whatever is sent', () => {
  it('as random bytes is refused or hung up on', { timeout: 60_000 }, async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      fc.string({ unit: 'binary' }).map(Buffer.from),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => checkAnswers(await answersTo(sent))),
      { numRuns: 150 },
    );
  });

  it('as a request with some bytes changed is refused or hung up on', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(EDITS, async (edits) => checkAnswers(await answersTo(edited(whole, edits)))),
      { numRuns: 250 },
    );
  });
});
