// An issuer that does not answer: its own jobs wait, nobody else's do, and the broker says what is wrong.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type GithubIssuer, startGithubIssuer } from '../support/github-issuer.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const MINUTE = 60_000;
const clock = { at: 0, now: () => clock.at };
let broker: TestBroker;
let ghes: GithubIssuer;
beforeEach(async () => {
  clock.at = Date.UTC(2026, 10, 30, 12);
  ghes = await startGithubIssuer({ now: clock.now, claims: { aud: BROKER_URL } });
  const shop = SHOP.replace('id: "456789"', 'id: "456789", issuer: github').replace(
    /(repositories:\n)/,
    '$1  - { name: octo-org/octo-repo, id: "456789", issuer: ghes }\n',
  );
  broker = await TestBroker.start({
    ...{ clock, background: 'by-hand', issuers: { ghes } },
    policies: { 'shop.yaml': shop, '_organization.yaml': ORGANIZATION },
  });
});
afterEach(async () => {
  await broker.close();
  await ghes.close();
});

const askFromGhes = async () => broker.ask({ token: await ghes.mint() });
const said = (text: string) =>
  broker.logLines.map((line) => JSON.parse(line)).filter(({ message }) => message.includes(text));

it('at a start without its keys, only its own jobs are told to come back', async () => {
  await ghes.fail('down');
  const refused = await askFromGhes();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(refused.body).toMatchObject({ error: 'temporarily_unavailable', code: 'ISSUER_UNREACHABLE' });
  expect((await broker.ask()).status).toBe(200);
  await ghes.recover();
  clock.at += MINUTE;
  expect((await askFromGhes()).status).toBe(200);
});

it('keys are fetched beside the jobs: an outage of an hour is not noticed by them, and is said once', async () => {
  await broker.running.runBackground();
  await ghes.fail('error');
  for (let minutes = 0; minutes < 59; minutes += 1, clock.at += MINUTE) await broker.running.runBackground();
  expect((await askFromGhes()).status).toBe(200);
  expect(said('cannot be fetched')).toMatchObject([
    { level: 'warn', issuer: 'ghes', error: { message: /status 500$/ } },
  ]);
  clock.at += 2 * MINUTE;
  expect((await askFromGhes()).status).toBe(503);
  expect((await broker.ask()).status).toBe(200);
  await ghes.recover();
  clock.at += MINUTE;
  await broker.running.runBackground();
  expect((await askFromGhes()).status).toBe(200);
  expect(said('can be fetched again')).toMatchObject([{ level: 'info', issuer: 'ghes' }]);
});

it('a new key is known before the first token that it signed', async () => {
  await broker.running.runBackground();
  await ghes.rotate();
  clock.at += 8 * MINUTE;
  await broker.running.runBackground();
  const { length } = ghes.requests;
  expect((await askFromGhes()).status).toBe(200);
  expect(ghes.requests).toHaveLength(length);
});
