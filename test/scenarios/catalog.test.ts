// What a job may ask for, and what would be missing: told without asking, and only to those who may know.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogEntitlement, catalogSchema } from '../../shared/catalog.ts';
import { liftSuspensions, suspend } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { type Answer, TestBroker } from '../support/test-broker.ts';

const STRANGER = { repository_id: '999', repository: 'octo-org/other', sub: 'repo:octo-org/other:ref:refs/heads/main' };

/** A second project that lists the same repository, and one that doesn't. */
const SECOND = `
project: web
title: Web
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
  told:
    title: Told to everybody
    risk: low
    credential: { kind: jwt, audience: https://previews.example.com }
    ttl: 10m
    public-details: true
    allow: [ { branch: main, event: push } ]
`;
const ELSEWHERE = SECOND.replace('project: web', 'project: secret').replace('"456789"', '"777"');
const OFFER = 'may-offer: [ { kind: jwt, audiences: [ https://previews.example.com ] } ]';
const POLICIES = {
  '_organization.yaml': `${ORGANIZATION}  web: { owner: octo-org/platform, ${OFFER} }\n  secret: { owner: octo-org/platform, ${OFFER} }\n`,
  'shop.yaml': SHOP,
  'web.yaml': SECOND,
  'secret.yaml': ELSEWHERE,
};

describe('the catalog', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ policies: POLICIES });
  });
  afterAll(() => broker.close());
  afterEach(() => liftSuspensions(broker));

  const decisions = ({ body }: Answer): readonly string[] =>
    (body.entitlements as CatalogEntitlement[]).map(({ scope, decision }) => `${scope} ${decision}`);
  const found = (answer: Answer, scope: string): CatalogEntitlement =>
    answer.body.entitlements.find((one: CatalogEntitlement) => one.scope === scope);

  it('has every entitlement of the projects that list the repository, with the decision for this job now', async () => {
    const answer = await broker.catalog();
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(decisions(answer)).toEqual([
      'shop/approve-me deny',
      'shop/deploy deny',
      'shop/publish-preview permit',
      'shop/upstream permit',
      'web/told permit',
    ]);
    expect(catalogSchema.parse(answer.body)).toEqual(answer.body);
  });

  it('says what each gives, on which terms, how it ends, and how risky it is', async () => {
    const answer = await broker.catalog();
    expect(found(answer, 'shop/deploy')).toMatchObject({
      ...{ title: 'Deploy the web shop', owner: 'octo-org/platform', kind: 'jwt', risk: 'high', ttl: 300 },
      gives: 'a JWT for https://deploy.example.com, with action: deploy',
      revocation: 'at-expiry',
      lifetime: 'dies 5 min after it was issued, and cannot be revoked before',
      ends_at: expect.stringMatching(/^20..-..-..T..:..:..\....Z$/),
      risk_figure: {
        score: 61,
        level: 'medium',
        factors: expect.arrayContaining([{ points: 4, sentence: 'Nobody has to agree.' }]),
      },
    });
    expect(found(answer, 'shop/approve-me')).toMatchObject({
      terms: ['approval by 1 of octo-org/release-managers within 30m'],
      reasons: [{ code: 'APPROVAL_UNAVAILABLE' }],
    });
    expect(found(answer, 'shop/upstream').lifetime).toBe(
      'dies 10 min after it was issued, and at once when it is returned or revoked',
    );
  });

  it('says what would be missing, the nearest rule first, as an explanation does', async () => {
    const workflow = 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/release/2';
    const elsewhere = { ref: 'refs/heads/release/2', workflow_ref: workflow, job_workflow_ref: workflow };
    const answer = await broker.catalog(elsewhere);
    const { reasons } = (await broker.explain('shop/publish-preview', elsewhere)).body;
    expect(reasons.length).toBeGreaterThan(1);
    expect(found(answer, 'shop/publish-preview').reasons).toEqual(reasons);
  });

  it('of a public repository has codes only, unless the entitlement says otherwise', async () => {
    const answer = await broker.catalog({ repository_visibility: 'public' });
    expect(found(answer, 'shop/deploy')).toEqual({
      scope: 'shop/deploy',
      decision: 'deny',
      reasons: [{ code: 'POLICY_NO_MATCH' }],
    });
    expect(found(answer, 'shop/publish-preview')).toEqual({
      scope: 'shop/publish-preview',
      decision: 'permit',
      reasons: [],
    });
    expect(found(answer, 'web/told').title).toBe('Told to everybody');
  });

  it('of a stranger is empty, whatever there is', async () => {
    const answer = await broker.catalog(STRANGER);
    expect([answer.status, answer.text]).toEqual([200, '{"entitlements":[],"refused":[],"next":null}']);
    await suspend(broker, 'everything');
    expect((await broker.catalog(STRANGER)).text).toBe(answer.text);
  });

  it('counts what is suspended, and is not given while everything is', async () => {
    await suspend(broker, 'project shop');
    expect(found(await broker.catalog(), 'shop/publish-preview').reasons).toMatchObject([{ code: 'SUSPENDED' }]);
    await liftSuspensions(broker);
    await suspend(broker, 'everything');
    expect((await broker.catalog()).body).toMatchObject({ status: 503, code: 'PAUSED' });
  });

  it('uses up the token, and appends nothing', async () => {
    const before = (await broker.entries()).length;
    const headers = { authorization: `Bearer ${await broker.token()}` };
    expect((await broker.fetch('/v1/catalog', { headers })).status).toBe(200);
    expect(await broker.entries()).toHaveLength(before);
    expect((await broker.fetch('/v1/catalog', { headers })).body).toMatchObject({
      status: 401,
      code: 'TOKEN_REPLAYED',
    });
  });

  it('needs a token, and a place that is one; a wrong place uses no token up', async () => {
    expect((await broker.fetch('/v1/catalog')).body).toMatchObject({ status: 401, code: 'AUTHORIZATION_MISSING' });
    const headers = { authorization: `Bearer ${await broker.token()}` };
    for (const query of ['?after=x', '?after=a/b&after=c/d', '?after='])
      expect((await broker.fetch(`/v1/catalog${query}`, { headers })).body).toMatchObject({
        status: 400,
        code: 'PARAMETER_INVALID',
      });
    expect((await broker.fetch('/v1/catalog', { headers })).status).toBe(200);
  });
});

describe('a repository that moved to another owner', () => {
  it.each([
    ['private', [expect.objectContaining({ code: 'REPOSITORY_MOVED', message: expect.stringContaining('shop.yaml') })]],
    ['public', [{ code: 'REPOSITORY_MOVED' }]],
  ])('is told of the project and why, and of no entitlement (%s)', async (visibility, reasons) => {
    const shop = SHOP.replace('octo-org/octo-repo', 'another/octo-repo');
    const broker = await TestBroker.start({ policies: { '_organization.yaml': ORGANIZATION, 'shop.yaml': shop } });
    const { body } = await broker.catalog({ repository_visibility: visibility });
    expect(body).toEqual({ entitlements: [], refused: [{ project: 'shop', reasons }], next: null });
    await broker.close();
  });
});

describe('a large catalog', () => {
  it('comes in pages, each with what leads to the next', async () => {
    const one = SHOP.slice(SHOP.indexOf('  publish-preview:'), SHOP.indexOf('  deploy:'));
    const names = Array.from({ length: 120 }, (_, at) => `e${String(at).padStart(3, '0')}`);
    const shop =
      SHOP.slice(0, SHOP.indexOf('  publish-preview:')) +
      names.map((name) => one.replace('publish-preview', name)).join('');
    const broker = await TestBroker.start({ policies: { '_organization.yaml': ORGANIZATION, 'shop.yaml': shop } });
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await broker.catalog({}, next === '' ? '' : `?after=${next}`);
      expect(body.entitlements.length).toBeLessThanOrEqual(50);
      seen.push(...body.entitlements.map(({ scope }: CatalogEntitlement) => scope));
      next = body.next;
    }
    expect(seen).toEqual(names.map((name) => `shop/${name}`));
    await broker.close();
  });
});

describe('buildpass catalog', () => {
  it('prints what the broker answers to the token of a job', async () => {
    const broker = await TestBroker.start();
    const file = join(broker.directory, 'token');
    await writeFile(file, await broker.token());
    const { code, out } = await buildpass('catalog', '--broker-url', broker.origin, '--subject-token-file', file);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^yes {2}shop\/publish-preview {2}10m {2}risk \d+ \(low\) {2}a JWT for https:\/\/previews\.example\.com$/m,
    );
    expect(out).toMatch(
      /^no {3}shop\/approve-me .*\n {5}Needs a second person\n.*approval by 1 of octo-org\/release-managers.*\n {5}APPROVAL_UNAVAILABLE: /m,
    );
    await broker.close();
  });
});

describe('asking for the catalog', () => {
  it('is counted like any other ask', async () => {
    const limits = { requests: { count: 2, per: 3_600_000 }, refusedShare: 0.5 };
    const broker = await TestBroker.start({ limits });
    const statuses = [await broker.catalog(), await broker.catalog(), await broker.catalog()].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([200, 200, 429]);
    await broker.close();
  });
});
