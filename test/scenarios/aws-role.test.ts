// A job gets a role at AWS: from its ask to the session that AWS knows, and back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runAction } from '../../broker/demo/runner.ts';
import { type AwsStory, DEPLOY_ROLE, prepareAws, TAGGED_ROLE, trustOf } from '../support/aws-story.ts';
import { buildpass } from '../support/command-line.ts';
import { ROOT } from '../support/source-tree.ts';
import { BROKER_URL, newSecret, TestBroker } from '../support/test-broker.ts';

let now = Date.now();
let aws: AwsStory;
let broker: TestBroker;
beforeAll(async () => {
  aws = await prepareAws(() => now);
  broker = await TestBroker.start({ ...aws.options, clock: { now: () => now } });
  aws.publishAt(broker.origin);
});
afterAll(async () => {
  await broker.close();
  aws.sts.close();
});
beforeEach(() => {
  Object.assign(aws.sts, { mood: 'well', refusal: undefined, twist: {} });
  aws.sts.complaints.length = 0;
});

const ask = (entitlement: string, more: Parameters<TestBroker['ask']>[0] = {}) =>
  broker.ask({ scope: `shop/${entitlement}`, ...more });

describe('a job that may have a role at AWS', () => {
  it('gets a session that AWS knows, with region and account', async () => {
    const { status, body } = await ask('deploy');
    expect([status, body.token_type, body.issued_token_type]).toEqual([
      200,
      'N_A',
      'urn:buildpass:token-type:aws-role',
    ]);
    expect(JSON.parse(body.access_token)).toEqual(body.credential);
    const arn = `arn:aws:sts::111122223333:assumed-role/shop-deploy/${body.issuance_id}`;
    expect(aws.sts.whoIs(body.credential)).toMatchObject({ arn, policy: { Statement: [{ Action: 'ecs:*' }] } });
    expect(body.details).toEqual({ aws_region: 'eu-west-1', aws_account_id: '111122223333', aws_role_arn: arn });
    expect(body.expires_in).toBeGreaterThan(890);
    expect(aws.sts.complaints).toEqual([]);
  });

  it('gets the tags and the source identity of the policy, and none of its own', async () => {
    const { body } = await ask('tagged', { parameters: { ttl: '1800', tags: 'admin' } });
    const session = aws.sts.whoIs(body.credential);
    expect(session).toMatchObject({ tags: { team: 'Web shop' }, sourceIdentity: 'shop-ci' });
    expect((session?.endsAt ?? 0) - now).toBeLessThanOrEqual(1_800_000);
  });

  it('is told the truth when it gives it back: it dies, and nobody can end it', async () => {
    const secret = newSecret();
    const { body } = await ask('deploy', { secret });
    const returned = await broker.returnLease(body.lease_id, secret);
    expect(returned.body).toEqual({
      revocation: 'at-expiry',
      upstream_expires_at: new Date(aws.sts.whoIs(body.credential)?.endsAt ?? 0).toISOString(),
    });
    expect(aws.sts.revoked).toEqual([]);
  });

  it('leaves an entry that names the session as AWS does', async () => {
    const { body } = await ask('deploy');
    const entries = await broker.entries('issuance.succeeded');
    expect(entries.find((entry) => entry['issuance_id'] === body.issuance_id)).toMatchObject({
      kind: 'aws-role',
      revocation: 'at-expiry',
      provenance: { system: new URL(aws.sts.url).host, id: body.details.aws_role_arn },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('has nothing any more when its time is over', async () => {
    const { body } = await ask('deploy');
    now += 16 * 60_000;
    await broker.running.runBackground();
    expect(await broker.entries('lease.expired')).toContainEqual(expect.objectContaining({ lease_id: body.lease_id }));
  });

  it('may not ask for less than AWS can keep', async () => {
    const { body } = await ask('deploy', { parameters: { ttl: '600' } });
    expect(body.reasons).toMatchObject([{ code: 'TTL_TOO_SHORT' }]);
  });
});

describe('the action', () => {
  it('hands the job the session in the words of AWS, each secret masked', async () => {
    const { url, bearer } = broker.github.tokenEndpointOf({});
    const workDirectory = mkdtempSync(join(tmpdir(), 'buildpass-job-'));
    onTestFinished(() => rmSync(workDirectory, { recursive: true, force: true }));
    const { outputs, stdout, exitCode } = await runAction({
      ...{ action: 'main', actionDirectory: ROOT, workDirectory },
      inputs: { 'broker-url': broker.origin, audience: BROKER_URL, entitlement: 'shop/deploy' },
      environment: {
        ACTIONS_ID_TOKEN_REQUEST_URL: url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
        GITHUB_REPOSITORY: 'octo-org/octo-repo',
        GITHUB_SERVER_URL: 'https://github.com',
      },
    });
    expect([exitCode, outputs['aws-region'], outputs['aws-account-id']]).toEqual([0, 'eu-west-1', '111122223333']);
    expect(outputs['authenticated-arn']).toBe(
      `arn:aws:sts::111122223333:assumed-role/shop-deploy/${outputs['issuance-id']}`,
    );
    const names = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'];
    const credential = Object.fromEntries(names.map((name) => [name, outputs[name.replaceAll('_', '-')] ?? '']));
    expect(aws.sts.whoIs(credential)?.arn).toContain(`/${outputs['issuance-id']}`);
    for (const secret of Object.values(credential)) expect(stdout).toContain(`::add-mask::${secret}`);
  });
});

describe('the action, where AWS refuses', () => {
  async function step() {
    const { url, bearer } = broker.github.tokenEndpointOf({ repository_visibility: 'private' });
    const workDirectory = mkdtempSync(join(tmpdir(), 'buildpass-job-'));
    onTestFinished(() => rmSync(workDirectory, { recursive: true, force: true }));
    const before = (await broker.entries('issuance.started')).length;
    const result = await runAction({
      ...{ action: 'main', actionDirectory: ROOT, workDirectory },
      inputs: { 'broker-url': broker.origin, audience: BROKER_URL, entitlement: 'shop/deploy' },
      environment: {
        ACTIONS_ID_TOKEN_REQUEST_URL: url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
        GITHUB_REPOSITORY: 'octo-org/octo-repo',
        GITHUB_SERVER_URL: 'https://github.com',
      },
    });
    return { ...result, started: (await broker.entries('issuance.started')).length - before };
  }

  it('ends the step at once with what AWS says, and asks once', async () => {
    aws.sts.refusal = { code: 'AccessDenied', message: 'Not authorized', status: 403 };
    const { exitCode, stdout, started } = await step();
    expect([exitCode, started]).toEqual([1, 1]);
    expect(stdout.match(/^::error/gm)).toHaveLength(1);
    expect(stdout).toContain('AWS STS refused (403)');
    expect(stdout).toContain('The trust policy of the role must allow sts:AssumeRoleWithWebIdentity');
    expect(stdout).not.toContain('trying again');
  });

  it.each(['Throttling', 'IDPCommunicationError'])('is told to come back soon, where it passes: %s', async (code) => {
    aws.sts.refusal = { code, message: 'later', status: 400 };
    expect((await ask('deploy')).headers.get('retry-after')).toBe('5');
  });
});

describe('a role that was set up by what `trust aws` prints', () => {
  const trustPolicyOf = async (scope: string): Promise<unknown> => {
    const { code, out } = await buildpass('trust', 'aws', scope, '--json', '--config', broker.config.file);
    expect(code).toBe(0);
    return JSON.parse(out).documents['trust-policy'];
  };

  it('lets in the entitlement, and no other', async () => {
    const { roles } = aws.sts;
    onTestFinished(() => {
      aws.sts.roles = roles;
    });
    aws.sts.roles = [
      { arn: DEPLOY_ROLE, trust: await trustPolicyOf('shop/deploy') },
      { arn: TAGGED_ROLE, trust: await trustPolicyOf('shop/tagged') },
    ];
    expect([(await ask('deploy')).status, (await ask('tagged')).status]).toEqual([200, 200]);
    aws.sts.roles = [{ arn: DEPLOY_ROLE, trust: await trustPolicyOf('shop/tagged') }];
    expect((await ask('deploy')).body.error_description).toContain('AccessDenied');
  });
});

describe('a role that does not trust the entitlement', () => {
  const beforehand = [
    { arn: DEPLOY_ROLE, trust: trustOf('deploy') },
    { arn: TAGGED_ROLE, trust: trustOf('tagged') },
  ];
  beforeEach(() => {
    const { roles } = aws.sts;
    aws.sts.roles = beforehand;
    onTestFinished(() => {
      aws.sts.roles = roles;
    });
  });

  it('is said to the job with what to set up', async () => {
    const { status, body } = await ask('tagged');
    expect(status).toBe(503);
    expect(body.error_description).toContain('AWS STS refused (403): "AccessDenied: Not authorized');
    expect(body.error_description).toContain(
      'allow sts:AssumeRoleWithWebIdentity, sts:TagSession, sts:SetSourceIdentity to https://buildpass.example.com, with the audience sts.amazonaws.com and the subject project:shop:entitlement:tagged: `buildpass trust aws shop/tagged` prints it.',
    );
  });

  it('is not said where the world reads the log', async () => {
    const { body } = await ask('tagged', { claims: { repository_visibility: 'public' } });
    expect(body.error_description).toBe('The system that issues this credential refused.');
  });

  it('gives nothing to another entitlement of the same project', async () => {
    const session = await ask('deploy');
    expect(session.status).toBe(200);
    aws.sts.roles = [{ arn: DEPLOY_ROLE, trust: trustOf('tagged') }];
    expect((await ask('deploy')).body.error_description).toContain('AccessDenied');
  });
});

describe('what AWS gives beyond what was asked', () => {
  it.each(['wider', 'longer'] as const)('is withheld, and on record: %s', async (mood) => {
    aws.sts.mood = mood;
    const { status, text } = await ask('deploy');
    expect(status).toBe(503);
    for (const secret of aws.sts.issued) expect(text).not.toContain(secret);
    expect((await broker.entries('issuance.withheld')).at(-1)).toMatchObject({
      revocation: 'at-expiry',
      reason: expect.stringMatching(/another role|live longer/),
    });
  });
});

describe('keys that AWS cannot read', () => {
  it('are what it is, and the job is told', async () => {
    aws.publishAt('http://127.0.0.1:1');
    onTestFinished(() => aws.publishAt(broker.origin));
    expect((await ask('deploy')).body.error_description).toContain('the address must answer to the whole internet');
  });
});

describe('an STS that answers in XML alone', () => {
  beforeEach(() => {
    aws.sts.xml = true;
    onTestFinished(() => {
      aws.sts.xml = false;
    });
  });

  it('gives the job the same', async () => {
    const { status, body } = await ask('deploy');
    expect([status, aws.sts.whoIs(body.credential)?.arn]).toEqual([200, body.details.aws_role_arn]);
  });

  it('refuses in words that the job is told, and nothing of a wider session gets out', async () => {
    aws.sts.mood = 'refuses';
    expect((await ask('deploy')).body.error_description).toContain('`buildpass trust aws shop/deploy` prints it');
    aws.sts.mood = 'wider';
    const { status, text } = await ask('deploy');
    expect(status).toBe(503);
    for (const secret of aws.sts.issued) expect(text + broker.logLines.join()).not.toContain(secret);
  });
});
