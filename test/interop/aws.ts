// `aws-role` and keys in AWS KMS against what stands in for AWS elsewhere (moto), and AWS's own client library (boto3) with what a job
// got. moto looks at no token: it proves forms, and no trust; what AWS would refuse the double of the tests refuses, in a form that
// boto3 reads.
import assert from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import { type AwsStory, DEPLOY_ROLE, prepareAws } from '../support/aws-story.ts';
import { startIssuerSite, verifyByDiscovery } from '../support/issuer-site.ts';
import { TestBroker } from '../support/test-broker.ts';
import { outputOf, pythonPackages, startPython } from './counterpart.ts';
import { type Moto, startKmsRelay, startMoto, startStsRelay, tokenIn } from './moto-server.ts';

const REGION = 'eu-west-1';

export async function interopWithAws(): Promise<string | undefined> {
  const versions = pythonPackages('moto', 'boto3', 'flask', 'cryptography');
  if (versions === undefined) return undefined;
  const moto = await startMoto();
  try {
    await rolesAt(moto);
    await keysAt(moto);
  } finally {
    moto.stop();
  }
  return versions;
}

const boto3 = async (act: string, given: object) =>
  JSON.parse(await outputOf(startPython('aws.py', act), JSON.stringify({ region: REGION, ...given })));

async function rolesAt(moto: Moto): Promise<void> {
  const [aws, relay] = [await prepareAws(), await startStsRelay(moto)];
  const clouds = { aws: { stsUrl: relay.url, privateNetwork: false } };
  const broker = await TestBroker.start({ ...aws.options, clouds });
  aws.publishAt(broker.origin);
  try {
    relay.adds = false;
    assert.equal((await broker.ask({ scope: 'shop/deploy' })).status, 503);
    const [withheld] = await broker.entries('issuance.withheld');
    assert.match(String(withheld?.['reason']), /another audience/);
    relay.adds = true;
    const { status, body, text } = await broker.ask({ scope: 'shop/deploy' });
    assert.equal(status, 200, text);
    const arn = `arn:aws:sts::111122223333:assumed-role/shop-deploy/${body.issuance_id}`;
    assert.equal(await boto3('caller', { url: moto.url, credential: body.credential }), arn);
    await doubleReadBy(aws, tokenIn(relay.asked.at(-1) ?? ''));
  } finally {
    await broker.close();
    relay.close();
    aws.sts.close();
  }
}

/** The double is no friendlier to the broker than to others: AWS's own client makes of its XML what the double knows of the session. */
async function doubleReadBy({ sts }: AwsStory, token: string): Promise<void> {
  sts.xml = true;
  const session = { url: sts.url, role: DEPLOY_ROLE, session: 'by-boto3', token };
  const answer = await boto3('assume', session);
  const known = sts.whoIs(answer.credential);
  assert.deepEqual([known?.arn, known?.endsAt], [answer.arn, answer.ends_at * 1000]);
  assert.deepEqual(answer.told, ['sts.amazonaws.com', 'project:shop:entitlement:deploy']);
  const other = boto3('assume', { ...session, role: DEPLOY_ROLE.replace('deploy', 'other') });
  await assert.rejects(other, /AccessDenied.*Not authorized to perform sts:AssumeRoleWithWebIdentity/s);
}

async function keysAt(moto: Moto): Promise<void> {
  const inAwsKms = await boto3('make-keys', { url: moto.url });
  const relay = await startKmsRelay(moto);
  // The SDK finds it as it would the endpoint of a VPC.
  process.env['AWS_ENDPOINT_URL_KMS'] = relay.url;
  process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIAIOSFODNN7EXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'a secret of nobody';
  const site = await startIssuerSite();
  const broker = await TestBroker.start({ issuer: site.url, keys: 'own', keyTimes: { inAwsKms } });
  try {
    await site.publish(broker);
    const asked = { 'publish-preview': ['ES256', 'previews'], deploy: ['RS256', 'deploy'] };
    for (const [name, [algorithm, host]] of Object.entries(asked)) {
      const { status, body, text } = await broker.ask({ scope: `shop/${name}`, claims: { environment: 'production' } });
      assert.equal(status, 200, text);
      await verifyByDiscovery(body.access_token, site.url, { audience: `https://${host}.example.com` });
      assert.equal(decodeProtectedHeader(body.access_token).alg, algorithm);
    }
  } finally {
    await broker.close();
    site.close();
    relay.close();
  }
}
