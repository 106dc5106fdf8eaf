// Passkeys over HTTP, with an authenticator that does as a test says; test/browser/passkeys.test.ts has a real browser's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PersonBrowser, signIn } from '../support/person-browser.ts';
import { SoftAuthenticator } from '../support/soft-authenticator.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const PEOPLE = Array.from({ length: 8 }, (_, at) => ({ name: `P${at}`, id: String(8000 + at), groups: [] }));

let broker: TestBroker;
const time = { ahead: 0 };
beforeAll(async () => {
  const clock = { now: () => Date.now() + time.ahead };
  broker = await TestBroker.start({ people: PEOPLE, clock, background: 'by-hand' });
});
afterAll(() => broker.close());

async function registered(name: string): Promise<{ person: PersonBrowser; authenticator: SoftAuthenticator }> {
  const person = await signIn(broker, name);
  const authenticator = new SoftAuthenticator(BROKER_URL);
  const { body } = await person.post('/v1/passkeys/options');
  expect((await person.post('/v1/passkeys', authenticator.create(body))).status).toBe(201);
  return { person, authenticator };
}

const stepUp = async (person: PersonBrowser, authenticator: SoftAuthenticator) =>
  person.post('/v1/step-up', authenticator.get((await person.post('/v1/step-up/options')).body));

describe('a step-up with a passkey', () => {
  it('is good for five minutes', async () => {
    const { person, authenticator } = await registered('P0');
    expect((await stepUp(person, authenticator)).body).toMatchObject({ method: 'passkey' });
    expect((await person.post('/v1/passkeys/options')).status).toBe(200);
    time.ahead += 5 * 60_000;
    expect((await person.post('/v1/passkeys/options')).body.code).toBe('STEP_UP_REQUIRED');
  });

  it.each<[string, string, (authenticator: SoftAuthenticator) => SoftAuthenticator]>([
    [
      'of an authenticator whose counter went back, as a copy’s would',
      'P1',
      (one) => Object.assign(one, { counter: 0 }),
    ],
    [
      'at a page of another origin',
      'P2',
      (one) => Object.assign(one, { origin: 'https://buildpass.example.com.evil.example' }),
    ],
    ['without its user verified', 'P3', (one) => Object.assign(one, { verified: false })],
    ['with another key', 'P4', (one) => Object.assign(new SoftAuthenticator(BROKER_URL), { id: one.id, counter: 99 })],
  ])('is none %s', async (_what, name, change) => {
    const { person, authenticator } = await registered(name);
    await stepUp(person, authenticator);
    const { status, body } = await stepUp(person, change(authenticator));
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'PASSKEY_REFUSED' });
  });

  it('is none after its challenge’s five minutes', async () => {
    const { person, authenticator } = await registered('P5');
    const { body } = await person.post('/v1/step-up/options');
    time.ahead += 5 * 60_000;
    expect((await person.post('/v1/step-up', authenticator.get(body))).body.code).toBe('PASSKEY_REFUSED');
  });
});

describe('a registration', () => {
  it('with a certificate in it makes the broker ask nobody (SSRF)', async () => {
    const person = await signIn(broker, 'P6');
    const { body } = await person.post('/v1/passkeys/options');
    const statement = new Map<string, number | Buffer | readonly Buffer[]>([
      ['alg', -7],
      ['sig', Buffer.from('sig')],
      ['x5c', [Buffer.from('a certificate that names where its revocations are')]],
    ]);
    const answer = new SoftAuthenticator(BROKER_URL).create(body, { fmt: 'packed', statement });
    expect((await person.post('/v1/passkeys', answer)).body.code).toBe('PASSKEY_REFUSED');
    expect(broker.logLines.join('\n')).toContain('came unasked');
  });

  it.each([[{}], [[]], [{ id: 'x', rawId: 'x', type: 'public-key', response: {} }], [{ name: '\u202E' }]])(
    'of %j is refused as what it is',
    async (body) => {
      const person = await signIn(broker, 'P6');
      expect((await person.post('/v1/passkeys', body)).body).toMatchObject({ status: 400, code: 'PARAMETER_INVALID' });
    },
  );

  it('is nobody’s without a session', async () => {
    const person = await signIn(broker, 'P6');
    await person.post('/v1/sign-out');
    expect((await person.post('/v1/passkeys/options')).body.code).toBe('SIGN_IN_REQUIRED');
  });

  it('says why there is none where the broker is at an address', async () => {
    const at = await TestBroker.start({ url: 'http://127.0.0.1:18080', people: PEOPLE, background: 'by-hand' });
    const person = await signIn(at, 'P0');
    expect((await person.post('/v1/passkeys/options')).body).toMatchObject({
      code: 'PASSKEY_REFUSED',
      detail: expect.stringContaining('has to be a name'),
    });
    await at.close();
  });
});
