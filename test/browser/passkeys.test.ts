// Passkeys in a real browser, with a virtual authenticator: the broker’s side is what a person’s browser and device make of it.
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { TestBroker } from '../support/test-broker.ts';
import { launchBrowser } from './browser.ts';

const PEOPLE = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Fay'].map((name, at) => ({
  name,
  id: String(7001 + at),
  groups: [],
}));

let browser: Browser;
let broker: TestBroker;
const time = { ahead: 0 };

beforeAll(async () => {
  browser = await launchBrowser();
  const port = await freePort();
  broker = await TestBroker.start({
    url: `http://localhost:${port}`,
    listen: { port },
    people: PEOPLE,
    clock: { now: () => Date.now() + time.ahead },
    background: 'by-hand',
  });
});
afterAll(async () => {
  await browser.close();
  await broker.close();
});

interface Person {
  readonly page: Page;
  readonly devtools: CDPSession;
  readonly authenticatorId: string;
}

/** Signed in, with an authenticator that knows its user. */
async function at(name: string, verifies = true): Promise<Person> {
  // The scripts of these tests are not the page’s: its policy would not let them ask.
  const context = await browser.newContext({ bypassCSP: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: verifies },
      ...{ isUserVerified: verifies, automaticPresenceSimulation: true },
    },
  });
  await page.goto(broker.running.demoLink(name));
  await page.evaluate(SCRIPT);
  return { page, devtools, authenticatorId };
}

/** What a page of the portal would do, with a hook between each step. */
const SCRIPT = `
  globalThis.post = async (path, body = {}, method = 'POST') => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, ...(text === '' ? {} : JSON.parse(text)) };
  };
  globalThis.create = async (change = (options) => options) => {
    const options = await post('/v1/passkeys/options');
    if (options.status !== 200) return options;
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(change(options));
    return (await navigator.credentials.create({ publicKey })).toJSON();
  };
  globalThis.prove = async (change = (options) => options) => {
    const options = await post('/v1/step-up/options');
    if (options.status !== 200) return options;
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(change(options));
    return (await navigator.credentials.get({ publicKey })).toJSON();
  };
`;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
const run = ({ page }: Person, script: string): Promise<any> => page.evaluate(`(async () => { ${script} })()`);
const register = (person: Person) =>
  run(person, `return post('/v1/passkeys', { ...(await create()), name: 'Laptop' })`);
const stepUp = (person: Person) => run(person, `return post('/v1/step-up', await prove())`);
const me = (person: Person) => run(person, `return (await fetch('/v1/me')).json()`);

describe('a passkey', () => {
  it('is registered after a sign-in, proves its person later, and is in the log', async () => {
    const ada = await at('Ada');
    expect(await register(ada)).toMatchObject({ status: 201, id: expect.stringMatching(/^pky_/), name: 'Laptop' });
    const before = await ada.page.context().cookies();
    expect(await stepUp(ada)).toMatchObject({ status: 200, method: 'passkey', at: expect.any(String) });
    expect((await me(ada)).step_up).toMatchObject({ method: 'passkey', methods: ['passkey', 'provider'] });
    expect(await ada.page.context().cookies()).not.toEqual(before);
    const { principal } = await me(ada);
    const entry = (await broker.entries('passkey.registered')).find((one) => one['principal'] === principal);
    expect(entry).toMatchObject({ passkey_id: expect.stringMatching(/^pky_/) });
  });

  it('is added or removed only by somebody who has just proven who they are', async () => {
    const ben = await at('Ben');
    const { id } = await register(ben);
    expect(await run(ben, 'return create()')).toMatchObject({ status: 403, code: 'STEP_UP_REQUIRED' });
    expect(await run(ben, `return post('/v1/passkeys/${id}', {}, 'DELETE')`)).toMatchObject({
      ...{ status: 403, code: 'STEP_UP_REQUIRED', methods: ['passkey', 'provider'] },
    });
    await stepUp(ben);
    expect((await run(ben, `return post('/v1/passkeys/options')`)).status).toBe(200);
    time.ahead += 6 * 60_000;
    expect(await run(ben, 'return create()')).toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await stepUp(ben);
    expect((await run(ben, `return post('/v1/passkeys/${id}', {}, 'DELETE')`)).status).toBe(204);
    expect(await broker.entries('passkey.removed')).toMatchObject([{ passkey_id: id }]);
  });

  it('is not the first one of a session that lies open', async () => {
    const cleo = await at('Cleo');
    time.ahead += 6 * 60_000;
    expect(await run(cleo, 'return create()')).toMatchObject({ status: 403, code: 'STEP_UP_REQUIRED' });
  });

  it.each([
    [
      'without its user verified',
      `create((options) => ({ ...options, authenticatorSelection: { userVerification: 'discouraged' } }))`,
    ],
    [
      'for another challenge',
      `create((options) => ({ ...options, challenge: btoa('another challenge').replace(/=/g, '') }))`,
    ],
    ['with an attestation nobody asked for', `create((options) => ({ ...options, attestation: 'direct' }))`],
    [
      'in the words of another',
      `({ ...(await create()), response: { clientDataJSON: 'e30', attestationObject: 'oA' } })`,
    ],
  ])('is not taken %s', async (name, made) => {
    const dan = await at('Dan', !name.includes('verified'));
    const answer = await run(dan, `return post('/v1/passkeys', await ${made})`);
    expect(answer).toMatchObject({ status: 400, code: 'PASSKEY_REFUSED' });
    expect((await run(dan, `return (await fetch('/v1/passkeys')).json()`)).passkeys).toEqual([]);
  });

  it('proves nothing a second time, without its user, or for another person', async () => {
    const [eve, fay] = [await at('Eve'), await at('Fay')];
    await register(eve);
    await register(fay);
    expect(
      await run(
        eve,
        `const proof = await prove(); await post('/v1/step-up', proof); return post('/v1/step-up', proof)`,
      ),
    ).toMatchObject({ code: 'PASSKEY_REFUSED' });
    await verified(eve, false);
    const unverified = `prove((options) => ({ ...options, userVerification: 'discouraged' }))`;
    expect(await run(eve, `return post('/v1/step-up', await ${unverified})`)).toMatchObject({
      code: 'PASSKEY_REFUSED',
    });
    await verified(eve, true);
    const proof = await run(eve, 'return prove()');
    await run(fay, `return post('/v1/step-up/options')`);
    expect(await run(fay, `return post('/v1/step-up', ${JSON.stringify(proof)})`)).toMatchObject({
      code: 'PASSKEY_REFUSED',
    });
  });
});

const verified = ({ devtools, authenticatorId }: Person, isUserVerified: boolean) =>
  devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
