// Somebody lost their last passkey: two others give them a way back, on record, and nobody does alone or for themselves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NoticeChannel } from '../../broker/notify/channel.ts';
import { AccessStory, accessOptions, HOUR, MINUTE } from '../support/access-story.ts';
import { NoticeReceiver } from '../support/notice-receivers.ts';
import { type PersonBrowser, signIn } from '../support/person-browser.ts';
import { SoftAuthenticator } from '../support/soft-authenticator.ts';
import { BROKER_URL } from '../support/test-broker.ts';

let story: AccessStory;
let receiver: NoticeReceiver;
let alex: string;
let lost: SoftAuthenticator;
beforeEach(async () => {
  receiver = await NoticeReceiver.start();
  const people = [...(accessOptions().people ?? []), UMA];
  story = await AccessStory.start({ people, notify: channels });
  const browser = await signIn(story.broker, 'Alex');
  lost = await register(browser);
  alex = await principalOf(browser);
});
afterEach(() => story.close().then(() => receiver.close()));

function channels(directory: string): NoticeChannel[] {
  const secretFile = join(directory, 'webhook.secret');
  writeFileSync(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`, { mode: 0o600 });
  return [{ kind: 'webhook', name: 'webhook', url: receiver.url, secretFile, privateNetwork: false }];
}

const UMA = { name: 'Uma', id: '9010', groups: ['security'] };
const principalOf = async (browser: PersonBrowser): Promise<string> => (await browser.get('/v1/me')).body.principal;

async function register(browser: PersonBrowser): Promise<SoftAuthenticator> {
  const authenticator = new SoftAuthenticator(BROKER_URL);
  const { status, body } = await browser.post('/v1/passkeys/options');
  if (status !== 200) throw new Error(body.code);
  expect((await browser.post('/v1/passkeys', authenticator.create(body))).status).toBe(201);
  return authenticator;
}

const reset = async (name: string, principal = alex) => {
  const said = { principal, reason: 'Phone stolen, INC-12.' };
  return (await (await story.person(name)).post('/v1/passkey-resets', said)).body;
};

describe('a person who lost their last passkey', () => {
  it('registers a new one within an hour, after two of security agreed and a fresh sign-in', async () => {
    const before = await signIn(story.broker, 'Alex');
    expect(await reset('Sam')).toMatchObject({ outcome: 'proposed', principal: alex });
    expect((await before.get('/v1/passkeys')).body.passkeys).toHaveLength(1);
    expect(await reset('Rita')).toMatchObject({ outcome: 'reset', passkeys: 1, sessions: 2 });
    expect((await before.get('/v1/me')).status).toBe(401);
    story.pass(59 * MINUTE);
    const after = await signIn(story.broker, 'Alex');
    expect((await after.get('/v1/passkeys')).body).toMatchObject({ passkeys: [], register_by: expect.any(String) });
    await register(after);
    expect((await after.get('/v1/passkeys')).body).toEqual({ passkeys: [expect.anything()] });
  });

  it('is on record with who agreed, and with what was registered after it', async () => {
    await reset('Sam');
    await reset('Rita');
    await register(await signIn(story.broker, 'Alex'));
    const [[proposed], [done]] = [await entries('passkey.reset_proposed'), await entries('passkey.reset')];
    expect([proposed, done]).toMatchObject([
      { target: alex, by: 'security', step_up: 'provider' },
      { target: alex, by: 'security', passkeys: [expect.stringMatching(/^pky_/)], sessions: 1 },
    ]);
    expect(proposed?.['principal']).not.toBe(done?.['principal']);
    expect((await entries('passkey.registered')).at(-1)).toMatchObject({ principal: alex, after_reset: true });
    expect(JSON.stringify(done)).not.toMatch(/INC-12|Rita/);
  });

  it('is told of each step with everybody on the channels, so that whoever did not lose it can say so', async () => {
    await reset('Sam');
    await reset('Rita');
    await register(await signIn(story.broker, 'Alex'));
    await story.background();
    const told = receiver.received.map(({ body }) => body).filter(({ type }) => type === 'passkeys.reset');
    const about = { principal: alex, person: 'Alex' };
    const byStage = Object.fromEntries(told.map(({ data }) => [data.stage, data]));
    expect(byStage).toMatchObject({
      proposed: { ...about, by: 'Sam', reason: 'Phone stolen, INC-12.', page_url: `${BROKER_URL}/me` },
      reset: { ...about, by: 'Rita', until: expect.any(String) },
      registered: { ...about, by: null, until: null },
    });
  });

  it('who lets that hour pass, or whoever signs in as them later, needs two again', async () => {
    await reset('Sam');
    await reset('Rita');
    story.pass(HOUR);
    const late = await signIn(story.broker, 'Alex');
    const { body } = await late.post('/v1/passkeys/options');
    expect(body).toMatchObject({ code: 'PASSKEY_REFUSED', detail: expect.stringContaining('two people of security') });
    await reset('Sam');
    expect(await reset('Rita')).toMatchObject({ outcome: 'reset', passkeys: 0 });
    await register(await signIn(story.broker, 'Alex'));
  });

  it('who began in time and ended late has none', async () => {
    await reset('Sam');
    await reset('Rita');
    story.pass(59 * MINUTE);
    const browser = await signIn(story.broker, 'Alex');
    const { body } = await browser.post('/v1/passkeys/options');
    story.pass(2 * MINUTE);
    const answer = await browser.post('/v1/passkeys', new SoftAuthenticator(BROKER_URL).create(body));
    expect(answer.body).toMatchObject({ code: 'PASSKEY_REFUSED' });
  });

  it('needs a fresh sign-in all the same', async () => {
    await reset('Sam');
    await reset('Rita');
    const browser = await signIn(story.broker, 'Alex');
    story.pass(6 * MINUTE);
    expect((await browser.post('/v1/passkeys/options')).body.code).toBe('STEP_UP_REQUIRED');
  });
});

describe('a reset', () => {
  it('is not done by one who asks twice', async () => {
    await reset('Sam');
    expect(await reset('Sam')).toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    expect(await entries('passkey.reset')).toEqual([]);
  });

  it('is not done for themselves by who lost them, as the first or as the second of two', async () => {
    const sam = await signIn(story.broker, 'Sam');
    await register(sam);
    const own = await principalOf(sam);
    expect(await reset('Sam', own)).toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    await reset('Rita', own);
    expect(await reset('Sam', own)).toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    expect(await reset('Uma', own)).toMatchObject({ outcome: 'reset' });
  });

  it('is not done by one with two accounts that were found to be the same person’s', async () => {
    await reset('Sam');
    const [sam, rita] = [await principalOf(await story.person('Sam')), await principalOf(await story.person('Rita'))];
    await story.broker.running.store.commit((tx) => tx.principals.merge(rita, sam));
    expect(await reset('Sam')).toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
  });

  it('is proposed anew where an hour has passed', async () => {
    await reset('Sam');
    story.pass(HOUR);
    expect(await reset('Rita')).toMatchObject({ outcome: 'proposed' });
  });

  it('is ended by who has the passkey, and uses it', async () => {
    await reset('Sam');
    story.pass(MINUTE);
    const browser = await signIn(story.broker, 'Alex');
    const { body } = await browser.post('/v1/step-up/options');
    expect((await browser.post('/v1/step-up', lost.get(body))).status).toBe(200);
    expect(await reset('Rita')).toMatchObject({ outcome: 'proposed' });
  });
});

describe('refused, and nothing is changed', () => {
  it('to who is not of security, and without a step-up', async () => {
    expect(await reset('Toni')).toMatchObject({ code: 'NOT_SECURITY' });
    const sam = await signIn(story.broker, 'Sam');
    const said = { principal: alex, reason: 'Lost.' };
    expect((await sam.post('/v1/passkey-resets', said)).body).toMatchObject({ code: 'STEP_UP_REQUIRED' });
    expect(await entries('passkey.reset_proposed')).toEqual([]);
  });

  it.each([
    ['a person that there is not', () => 'prn_nobody', 'There is no person'],
    ['one without a passkey', async () => principalOf(await signIn(story.broker, 'Toni')), 'nothing to reset'],
  ])('for %s', async (_who, principal, words) => {
    expect(await reset('Sam', await principal())).toMatchObject({
      code: 'NOT_FOUND',
      detail: expect.stringContaining(words),
    });
  });
});

const entries = (type: Parameters<typeof story.broker.entries>[0]) => story.broker.entries(type);
