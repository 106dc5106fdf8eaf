import { afterEach, describe, expect, it } from 'vitest';
import { publicKeySet } from '../../../broker/keys/key-set.ts';
import type { Credential, Grant } from '../../../broker/model.ts';
import { awsRoleProvider } from '../../../broker/providers/aws-role.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { describeProvider, type ProviderWorld } from '../../conformance/provider.ts';
import { type AwsStsDouble, startAwsSts } from '../../support/aws-sts-double.ts';
import { buildGrant, buildKeys } from '../../support/build-grant.ts';
import type { Yaml } from '../../support/build-policy.ts';
import { kindOf, offersOf } from '../../support/credential-samples.ts';

const ISSUER = 'https://buildpass.example.com';
const ROLE = 'arn:aws:iam::111122223333:role/ci/shop-deploy';
const SUBJECT = 'project:shop:entitlement:deploy';
const OFFER = { roles: ['**'], tags: ['team=**'], 'source-identities': ['*'], audiences: ['https://aws.example.com'] };

const trusting = (more: { actions?: readonly string[]; aud?: string; sub?: string } = {}) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/buildpass.example.com' },
      Action: ['sts:AssumeRoleWithWebIdentity', ...(more.actions ?? [])],
      Condition: {
        StringEquals: {
          'buildpass.example.com:aud': more.aud ?? 'sts.amazonaws.com',
          'buildpass.example.com:sub': more.sub ?? SUBJECT,
        },
      },
    },
  ],
});

let sts: AwsStsDouble;
afterEach(() => sts.close());

async function start(differing: Yaml = {}, trust: unknown = trusting()): Promise<ProviderWorld> {
  const keys = buildKeys();
  sts = await startAwsSts({
    roles: [{ arn: ROLE, trust }],
    providers: [
      {
        issuer: ISSUER,
        audiences: ['sts.amazonaws.com', 'https://aws.example.com'],
        keys: async () => publicKeySet(keys.published),
      },
    ],
  });
  const parsed = kindOf('aws-role').parse(
    { role: ROLE, region: 'eu-west-1', ...differing },
    offersOf('aws-role', [OFFER]),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return {
    provider: awsRoleProvider({
      ...{ issuer: ISSUER, keys, clouds: { aws: { stsUrl: sts.url, privateNetwork: false } } },
      fetchFrom: createUpstreamFetch,
    }),
    double: sts,
    parameters: parsed.parameters,
    values: ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'],
  };
}

/** It gives XML to whoever asks for JSON. */
async function startInXml(...given: Parameters<typeof start>): Promise<ProviderWorld> {
  const world = await start(...given);
  sts.xml = true;
  return world;
}

describeProvider('aws-role', () => start());
describe('answered in XML', () => describeProvider('aws-role', () => startInXml()));

const issue = ({ provider, parameters }: ProviderWorld, changes: Partial<Grant> = {}): Promise<Credential> =>
  provider.issue(buildGrant(changes), parameters, new AbortController().signal);

const sessionOf = ({ values }: Credential) =>
  sts.whoIs(Object.fromEntries(Object.entries(values).map(([name, secret]) => [name, secret.reveal()])));

const why = (world: ProviderWorld, changes: Partial<Grant> = {}): Promise<Error> =>
  issue(world, changes).then(
    () => new Error('it answered'),
    (error: Error) => error,
  );

describe('a session of a role', () => {
  it('is of the role, under the name of the issuance, and says so', async () => {
    const credential = await issue(await start(), { issuanceId: 'iss_7', ttl: 900 });
    const arn = 'arn:aws:sts::111122223333:assumed-role/shop-deploy/iss_7';
    expect(credential).toMatchObject({
      tokenType: 'N_A',
      issuedTokenType: 'urn:buildpass:token-type:aws-role',
      details: { aws_region: 'eu-west-1', aws_account_id: '111122223333', aws_role_arn: arn },
      provenance: { system: new URL(sts.url).host, id: arn },
    });
    expect(sessionOf(credential)).toMatchObject({
      arn,
      policy: undefined,
      tags: {},
      endsAt: credential.upstreamExpiresAt,
    });
  });

  it('is given for a token for AWS alone, of five minutes, that says for which job', async () => {
    const { token } = sessionOf(await issue(await start())) ?? {};
    expect(token).toMatchObject({
      iss: ISSUER,
      aud: 'sts.amazonaws.com',
      sub: SUBJECT,
      repository_id: '2001',
      run_id: expect.any(String),
    });
    expect(Number(token?.exp) - Number(token?.iat)).toBe(300);
    expect(Object.keys(token ?? {}).filter((name) => name.includes('aws.amazon.com'))).toEqual([]);
  });

  it.each([900, 1_800, 3_600])('is of the %i seconds that the job asked for', async (ttl) => {
    const credential = await issue(await start(), { ttl });
    expect(Math.abs((credential.upstreamExpiresAt ?? 0) - Date.now() - ttl * 1000)).toBeLessThan(10_000);
  });

  it('is narrowed by the policy of the entitlement, whatever letters it has', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Sid: 'Größe€', Effect: 'Deny', Action: '*', Resource: '*' }],
    };
    expect(sessionOf(await issue(await start({ 'session-policy': policy })))).toMatchObject({ policy });
    expect(sts.complaints).toEqual([]);
  });

  it('has the tags and the source identity of the entitlement', async () => {
    const differing = { tags: { team: 'Web shop' }, 'source-identity': 'shop-ci', audience: 'https://aws.example.com' };
    const actions = ['sts:TagSession', 'sts:SetSourceIdentity'];
    const world = await start(differing, trusting({ actions, aud: 'https://aws.example.com' }));
    expect(sessionOf(await issue(world))).toMatchObject({ tags: { team: 'Web shop' }, sourceIdentity: 'shop-ci' });
  });
});

describe('an STS that answers in XML, as AWS documents it', () => {
  it('gives the same session', async () => {
    const more = { tags: { team: 'Web shop' }, 'source-identity': 'shop-ci', audience: 'https://aws.example.com' };
    const actions = ['sts:TagSession', 'sts:SetSourceIdentity'];
    const credential = await issue(await startInXml(more, trusting({ actions, aud: 'https://aws.example.com' })));
    expect(credential.excess).toBeUndefined();
    expect(sessionOf(credential)).toMatchObject({ sourceIdentity: 'shop-ci', endsAt: credential.upstreamExpiresAt });
  });

  it('says no in its own words, with the next step', async () => {
    const error = await why(await startInXml({}, trusting({ sub: 'project:shop:entitlement:<&"other">' })));
    expect([error.name, error.message]).toEqual([
      'UpstreamRefused',
      expect.stringContaining('AWS STS refused (403): "AccessDenied: Not authorized to perform sts:'),
    ]);
    expect(error.message).toContain('`buildpass trust aws shop/deploy` prints it');
  });

  it.each<[what: string, twist: Record<string, unknown>]>([
    ['no audience', { Audience: null }],
    ['an empty subject', { SubjectFromWebIdentityToken: '' }],
    ['a source identity that nobody asked for', { SourceIdentity: 'root' }],
  ])('hands nobody a session with %s', async (_what, twist) => {
    const world = await startInXml();
    sts.twist = twist;
    expect((await issue(world)).excess).toMatch(/another (audience|subject|source identity)/);
  });

  it.each([
    ['none', {}],
    ['an empty secret', { SecretAccessKey: '' }],
    ['one with a line break', { SecretAccessKey: 'a\nb' }],
    ['one with a space before it', { SecretAccessKey: ' a' }],
    ['an end that is a number', { Expiration: '4000000000' }],
    ['a second one', { SecretAccessKey: { SecretAccessKey: 'a' } }],
  ])('with a credential such as %s leaves open what came of it', async (_what, changes) => {
    const world = await startInXml();
    const sound = { AccessKeyId: 'A', SecretAccessKey: 'a', SessionToken: 't', Expiration: 4e9 };
    sts.twist = { Credentials: Object.keys(changes).length === 0 ? null : { ...sound, ...changes } };
    expect(await why(world)).toMatchObject({ name: 'Error', message: expect.stringContaining('something else than') });
  });
});

describe('what AWS says no to', () => {
  it.each<[what: string, trust: unknown, differing: Yaml]>([
    ['another subject', trusting({ sub: 'project:shop:entitlement:other' }), {}],
    ['another audience', trusting({ aud: 'https://aws.example.com' }), {}],
    ['tags that its trust does not take', trusting(), { tags: { team: 'shop' } }],
    [
      'a source identity that its trust does not take',
      trusting({ actions: ['sts:TagSession'] }),
      { 'source-identity': 'shop' },
    ],
  ])('%s is said with the trust policy to compare', async (_what, trust, differing) => {
    const error = await why(await start(differing, trust));
    expect(error.name).toBe('UpstreamRefused');
    expect(error.message).toContain(
      'AWS STS refused (403): "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity". The trust policy of the role must allow sts:AssumeRoleWithWebIdentity',
    );
    expect(error.message).toContain(`and the subject ${SUBJECT}: \`buildpass trust aws shop/deploy\` prints it`);
  });

  it.each<[code: string, message: string, step: string]>([
    [
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for https://x',
      'The account of the role has no identity provider in IAM for exactly https://buildpass.example.com',
    ],
    [
      'IDPCommunicationError',
      'Couldn’t retrieve verification key',
      'AWS could not read https://buildpass.example.com/.well-known/openid-configuration',
    ],
    ['ExpiredTokenException', 'Token expired', 'the clock of the broker is wrong'],
    ['MalformedPolicyDocument', 'Syntax errors in policy', '`session-policy` of shop/deploy is no IAM policy'],
    ['PackedPolicyTooLarge', 'Packed size 120%', 'are too large together: shorten them'],
    ['RegionDisabledException', 'STS is not activated in this region', 'STS is not active in eu-west-1'],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      'The role allows no session of 15m',
    ],
  ])('%s is said with its next step', async (code, message, step) => {
    const world = await start();
    sts.refusal = { code, message };
    const error = await why(world);
    expect([error.name, error.message]).toEqual(['UpstreamRefused', expect.stringContaining(step)]);
    expect(error.message).toContain(`"${code}: ${message.replace(/\.$/, '')}". `);
  });

  it('is quoted as it is where nothing more is known of it, and shortened', async () => {
    const world = await start();
    sts.refusal = { code: 'Throttling', message: `Rate exceeded ${'x y '.repeat(99)}` };
    expect((await why(world)).message).toMatch(/^AWS STS refused \(400\): "Throttling: Rate exceeded [x y]{274}"$/);
  });

  it('is open where the answer is no error of STS', async () => {
    const world = await start();
    sts.refusal = { code: 'InternalFailure', message: 'later', status: 500 };
    expect((await why(world)).name).toBe('Error');
  });
});

describe('an answer that differs from what was asked', () => {
  it.each<[what: string, twist: Record<string, unknown>, excess: string]>([
    [
      'another session name',
      { AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/shop-deploy/other' } },
      'another role, or under another name',
    ],
    [
      'another account',
      { AssumedRoleUser: { Arn: 'arn:aws:sts::999922223333:assumed-role/shop-deploy/iss_1' } },
      'another role',
    ],
    ['another audience', { Audience: 'x' }, 'another audience'],
    ['no subject', { SubjectFromWebIdentityToken: null }, 'another subject'],
    [
      'another provider',
      { Provider: 'arn:aws:iam::111122223333:oidc-provider/evil.example.com' },
      'another identity provider',
    ],
    ['a source identity that nobody asked for', { SourceIdentity: 'root' }, 'another source identity'],
  ])('%s is handed to nobody', async (_what, twist, excess) => {
    const world = await start();
    sts.twist = twist;
    expect((await issue(world)).excess).toContain(excess);
  });

  it('may name the issuer for the provider, as the documentation of STS says', async () => {
    const world = await start();
    sts.twist = { Provider: ISSUER };
    expect((await issue(world)).excess).toBeUndefined();
  });

  it.each([
    ['no credential', { Credentials: null }],
    [
      'a key that would end a line',
      { Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 'a\nb', SessionToken: 't', Expiration: 4e9 } },
    ],
    [
      'an end that is no number',
      {
        Credentials: {
          AccessKeyId: 'ASIA',
          SecretAccessKey: 'a',
          SessionToken: 't',
          Expiration: '2099-01-01T00:00:00Z',
        },
      },
    ],
  ])('with %s leaves open what came of it', async (_what, twist) => {
    const world = await start();
    sts.twist = twist;
    expect(await why(world)).toMatchObject({
      name: 'Error',
      message: 'AWS STS answered with something else than what was asked for',
    });
  });
});
