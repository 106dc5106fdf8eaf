// Which tokens are taken, and that each works once: also fifty at a time, and after a restart.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startGithubIssuer } from '../support/github-issuer.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

describe('a subject token', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.close());

  it('works for one of fifty calls at the same moment, and the replay is in the log once', async () => {
    const token = await broker.token({ run_id: '5050' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => broker.ask({ token })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'TOKEN_REPLAYED')).toHaveLength(49);
    const mine = (await broker.entries()).filter(({ run_id: run }) => run === '5050');
    expect(mine.map(({ type }) => type).sort()).toEqual([
      'issuance.started',
      'issuance.succeeded',
      'request.decided',
      'request.replayed',
    ]);
  });

  it('stays used across a restart', async () => {
    const token = await broker.token();
    expect((await broker.ask({ token })).status).toBe(200);
    await broker.restart();
    expect((await broker.ask({ token })).body).toMatchObject({ error: 'invalid_request', code: 'TOKEN_REPLAYED' });
  });

  it('is used up by whatever it was verified for: an explanation, a refusal, a return', async () => {
    const token = await broker.token();
    await broker.fetch('/v1/explain', {
      method: 'POST',
      body: new URLSearchParams({ scope: 'shop/deploy' }),
      headers: { authorization: `Bearer ${token}` },
    });
    expect((await broker.ask({ token })).body.code).toBe('TOKEN_REPLAYED');
    expect((await broker.returnLease('lse_none', token)).body.code).toBe('TOKEN_REPLAYED');
  });

  it('is not used up by a call that was refused for its form', async () => {
    const token = await broker.token();
    expect((await broker.ask({ token, scope: 'no slash' })).body.error).toBe('invalid_scope');
    expect((await broker.ask({ token })).status).toBe(200);
  });

  it('made for somebody else is refused with both names', async () => {
    const { body } = await broker.ask({ token: await broker.token({ aud: 'https://elsewhere.example' }) });
    expect(body.code).toBe('AUDIENCE_MISMATCH');
    expect(body.error_description).toContain('https://elsewhere.example');
    expect(body.error_description).toContain(BROKER_URL);
  });

  it('of an issuer that is not on the list is refused without a single request to it', async () => {
    const stranger = await startGithubIssuer();
    onTestFinished(() => stranger.close());
    const { body } = await broker.ask({ token: await stranger.mint({ aud: BROKER_URL }) });
    expect(body.code).toBe('ISSUER_UNTRUSTED');
    expect(stranger.requests).toEqual([]);
  });

  it('gets a 503 with Retry-After while its issuer cannot be reached, and works afterwards', async () => {
    const fresh = await TestBroker.start();
    onTestFinished(() => fresh.close());
    await fresh.github.fail('down');
    const { status, headers, body } = await fresh.ask();
    expect([status, body.error, body.code]).toEqual([503, 'temporarily_unavailable', 'ISSUER_UNREACHABLE']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('two issuers with the same repository id', () => {
  it('are kept apart: a project of one is nothing to the other', async () => {
    const ghes = await startGithubIssuer({ path: '/_services/token' });
    const policies = {
      '_organization.yaml': ORGANIZATION,
      'shop.yaml': project('shop', 'github'),
      'plant.yaml': project('plant', 'ghes'),
    };
    const broker = await TestBroker.start({ issuers: { ghes }, policies });
    const ofGhes = () => ghes.mint({ aud: BROKER_URL });
    expect((await broker.ask({ scope: 'plant/read', token: await ofGhes() })).status).toBe(200);
    expect((await broker.ask({ scope: 'shop/read', token: await ofGhes() })).body.error_description).toBe(
      'No such entitlement for this job.',
    );
    expect((await broker.ask({ scope: 'shop/read' })).status).toBe(200);
    const issuers = (await broker.entries('issuance.succeeded')).map(({ issuer, project: name }) => [issuer, name]);
    expect(issuers).toEqual([
      ['ghes', 'plant'],
      ['github', 'shop'],
    ]);
    await broker.close();
    await ghes.close();
  });
});

const ORGANIZATION = `
teams: { octo-org/platform: { github: "4710" } }
projects:
  shop: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://a.example.com ] } ] }
  plant: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://a.example.com ] } ] }
`;

const project = (name: string, issuer: string): string => `
project: ${name}
title: ${name}
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789", issuer: ${issuer} } ]
entitlements:
  read:
    title: Read
    risk: low
    credential: { kind: jwt, audience: https://a.example.com }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
`;
