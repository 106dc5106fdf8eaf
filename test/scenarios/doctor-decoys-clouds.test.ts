// What AWS, Google and Entra make of a decoy, and what `doctor` makes of their answers: set up right, set up wrong in one respect at a
// time, and set up so that they trust what they must not.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DecoyShown } from '../../broker/open/decoys.ts';
import { type AwsStory, DEPLOY_ROLE, prepareAws, trustOf } from '../support/aws-story.ts';
import { keysPublishedBy } from '../support/aws-sts-double.ts';
import { suspend } from '../support/beside-broker.ts';
import { cloudStory } from '../support/cloud-story.ts';
import { principalOf } from '../support/google-double.ts';
import { DECOY, showDecoy } from '../support/show-decoy.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const claimsOf = (token = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

describe('a decoy at AWS', () => {
  let aws: AwsStory;
  let broker: TestBroker;
  beforeAll(async () => {
    aws = await prepareAws();
    broker = await TestBroker.start(aws.options);
    aws.publishAt(broker.origin);
  });
  afterAll(async () => {
    await broker.close();
    aws.sts.close();
  });

  /** With one thing of its side written otherwise, for one test. */
  function setUp(otherwise: Partial<Pick<AwsStory['sts'], 'roles' | 'providers' | 'refusal'>>): void {
    const { roles, providers, refusal } = aws.sts;
    Object.assign(aws.sts, otherwise);
    onTestFinished(() => void Object.assign(aws.sts, { roles, providers, refusal }));
  }

  it('is a token about no job, for one minute, and on record before it leaves', async () => {
    let newest: string | undefined;
    const [provider] = aws.sts.providers;
    const keys = async (): Promise<object> => {
      newest = (await broker.entries()).at(-1)?.type;
      return keysPublishedBy(BROKER_URL, broker.origin);
    };
    setUp({ providers: provider === undefined ? [] : [{ ...provider, keys }] });
    const answer = await showDecoy(broker);
    const { iat, exp, jti, ...claims } = claimsOf(aws.sts.tokens.at(-1));
    expect(claims).toEqual({ iss: BROKER_URL, sub: DECOY, aud: 'sts.amazonaws.com', nbf: iat });
    expect([Number(exp) - Number(iat), newest]).toEqual([60, 'decoy.started']);
    expect(answer).toMatchObject({ id: jti, outcome: 'subject-refused', system: 'AWS STS', target: DEPLOY_ROLE });
    expect(JSON.stringify([answer, broker.logLines])).not.toContain(aws.sts.tokens.at(-1));
    expect((await broker.entries()).slice(-2)).toMatchObject([
      {
        type: 'decoy.started',
        decoy_id: jti,
        by: 'operator',
        system: 'AWS STS',
        target: DEPLOY_ROLE,
        kind: 'aws-role',
      },
      { type: 'decoy.ended', decoy_id: jti, outcome: 'subject-refused' },
    ]);
  });

  it.each<[what: string, otherwise: Parameters<typeof setUp>[0], next: string]>([
    ['no identity provider', { providers: [] }, `has no identity provider in IAM for exactly ${BROKER_URL}`],
    [
      'another audience',
      {
        providers: [
          { issuer: BROKER_URL, audiences: ['other'], keys: () => keysPublishedBy(BROKER_URL, broker.origin) },
        ],
      },
      'The identity provider in IAM must have the audience sts.amazonaws.com',
    ],
    [
      'something that nobody has words for yet',
      { refusal: { code: 'InvalidIdentityToken', message: 'Something new' } },
      `needs an identity provider in IAM for exactly ${BROKER_URL}`,
    ],
    [
      'a thumbprint of another certificate',
      {
        refusal: {
          code: 'InvalidIdentityToken',
          message: 'OpenIDConnect provider’s HTTPS certificate doesn’t match configured thumbprint',
        },
      },
      'must have the thumbprint',
    ],
    [
      'keys that it cannot verify with',
      {
        refusal: {
          code: 'InvalidIdentityToken',
          message: 'Couldn’t retrieve verification key from your identity provider',
        },
      },
      `AWS must be able to read the keys that ${BROKER_URL} leads to`,
    ],
  ])('is told of %s', async (_what, otherwise, next) => {
    setUp(otherwise);
    expect(await showDecoy(broker)).toMatchObject({ outcome: 'refused', next: expect.stringContaining(next) });
  });

  it('that cannot be checked because AWS reaches no keys says nothing either way', async () => {
    setUp({ providers: [{ issuer: BROKER_URL, audiences: [], keys: () => Promise.reject(new Error()) }] });
    expect(await showDecoy(broker)).toMatchObject({
      outcome: 'unclear',
      next: expect.stringContaining('could not read'),
    });
  });

  it.each(['project:shop:entitlement:deploy*', 'project:*', '*'])(
    'is taken by a role that trusts %s, and can do nothing there',
    async (pattern) => {
      const trust = JSON.parse(
        JSON.stringify(trustOf('deploy'))
          .replace('project:shop:entitlement:deploy', pattern)
          .replace('StringEquals', 'StringLike'),
      );
      setUp({ roles: [{ arn: DEPLOY_ROLE, trust }] });
      const answer = await showDecoy(broker);
      expect(answer).toMatchObject({
        outcome: 'accepted',
        next: expect.stringContaining(
          `"StringEquals": { "buildpass.example.com:sub": "project:shop:entitlement:deploy" }`,
        ),
      });
      const [ended] = (await broker.entries('decoy.ended')).slice(-1);
      expect(ended).toMatchObject({
        outcome: 'accepted',
        may_live_until: 'lives_until' in answer ? answer.lives_until : '',
      });
      expect(JSON.stringify([answer, broker.logLines])).not.toContain(aws.sts.issued.at(-1));
      const policy = aws.sts.policies.at(-1);
      expect(policy).toEqual({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
    },
  );

  it('is shown for nothing that is paused, and for nothing that is not there', async () => {
    await suspend(broker, 'entitlement shop/tagged');
    const shown = aws.sts.tokens.length;
    expect(await showDecoy(broker, 'shop/tagged')).toEqual({ outcome: 'not-shown', found: 'it is paused' });
    await expect(showDecoy(broker, 'shop/other')).rejects.toThrow('have no entitlement "shop/other"');
    await expect(showDecoy(broker, 'nonsense')).rejects.toThrow();
    expect(aws.sts.tokens.length).toBe(shown);
  });

  it('whose answer does not come leaves open what came of it, and says until when that may live', async () => {
    aws.sts.mood = 'breaks';
    onTestFinished(() => {
      aws.sts.mood = 'well';
    });
    expect(await showDecoy(broker)).toMatchObject({ outcome: 'unclear', lives_until: expect.any(String) });
    const [ended] = (await broker.entries('decoy.ended')).slice(-1);
    expect(ended).toMatchObject({ outcome: 'unclear', may_live_until: expect.any(String) });
  });
});

describe('a decoy at Google', () => {
  const onlyDeploy = ({ sub }: { sub?: unknown }): boolean => sub === 'project:shop:entitlement:deploy';

  it('is refused by the attribute condition of a provider that is set up as `trust gcp` says', async () => {
    const { broker, google } = await cloudStory();
    google.pool.condition = onlyDeploy;
    expect(await showDecoy(broker)).toMatchObject({ outcome: 'subject-refused', system: 'Google STS' });
    expect([google.issued, google.complaints]).toEqual([[], []]);
  });

  it.each<[string, (google: Awaited<ReturnType<typeof cloudStory>>['google']) => void, string]>([
    ['a pool that is not there', ({ pool }) => Object.assign(pool, { enabled: false }), 'it must exist and be enabled'],
    ['another audience', ({ pool }) => Object.assign(pool, { allowedAudiences: ['other'] }), 'and take the audience'],
    [
      'keys that it cannot read',
      ({ trust }) => Object.assign(trust, { servedAt: () => 'http://127.0.0.1:1' }),
      'must trust the issuer',
    ],
  ])('is told of %s', async (_what, change, next) => {
    const { broker, google } = await cloudStory();
    google.pool.condition = onlyDeploy;
    change(google);
    expect(await showDecoy(broker)).toMatchObject({ outcome: 'refused', next: expect.stringContaining(next) });
  });

  it('that a provider without a condition takes is of no use at an account that is not bound to it', async () => {
    const { broker, google } = await cloudStory();
    const answer = await showDecoy(broker);
    expect(answer).toMatchObject({
      outcome: 'subject-refused',
      found: expect.stringContaining('the attribute condition `assertion.sub == "project:shop:entitlement:deploy'),
      lives_until: expect.any(String),
    });
    expect(JSON.stringify([answer, broker.logLines])).not.toContain(google.issued[0]);
    expect(google.auditLog).toMatchObject([{ reason: 'id' in answer ? answer.id : '' }]);
  });

  it('that was traded, and then heard nothing more, says until when the federated token lives', async () => {
    const { broker, google } = await cloudStory();
    Object.assign(google, { mood: 'breaks', moodFrom: ({ path }: { path: string }) => path.startsWith('/iam') });
    expect(await showDecoy(broker)).toMatchObject({ outcome: 'unclear', lives_until: expect.any(String) });
  });

  it('that becomes the account asks for a minute of nothing much, and says so loudly', async () => {
    const { broker, google } = await cloudStory();
    google.account.members.push(principalOf(DECOY));
    const answer = await showDecoy(broker);
    expect(answer).toMatchObject({
      outcome: 'accepted',
      found: expect.stringContaining('became shop-deploy@'),
      next: expect.stringContaining('not to the pool'),
    });
    expect(google.complaints).toEqual([]);
  });
});

describe('a decoy at Entra', () => {
  it.each<[string, object, readonly [DecoyShown['outcome'], string]]>([
    ['a federated credential as `trust azure` says', {}, ['subject-refused', 'has this issuer and this audience']],
    ['one for another audience', { audience: 'api://other' }, ['refused', 'AADSTS700212']],
    ['a flexible one', { subject: 'project:shop:*' }, ['accepted', 'gave a token of the app']],
  ])('meets %s', async (_what, federated, [outcome, found]) => {
    const { broker, entra } = await cloudStory();
    Object.assign(entra.app.federated, federated);
    const answer = await showDecoy(broker, 'shop/deploy-azure');
    expect(answer).toMatchObject({ outcome, found: expect.stringContaining(found) });
    expect(entra.complaints).toEqual([]);
    for (const token of entra.issued) expect(JSON.stringify([answer, broker.logLines])).not.toContain(token);
  });

  it('is told of an app that is not there', async () => {
    const { broker, entra } = await cloudStory();
    entra.app.exists = false;
    expect(await showDecoy(broker, 'shop/deploy-azure')).toMatchObject({
      outcome: 'refused',
      next: expect.stringContaining('Compare the client id'),
    });
  });
});
