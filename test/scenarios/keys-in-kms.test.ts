// Credential keys that AWS KMS holds: what relying parties get, and what happens when it does not sign.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKeys } from '../../broker/cli/keys.ts';
import { prepareAws } from '../support/aws-story.ts';
import { rowsBeside } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { kmsOfTest } from '../support/kms-of-test.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { HOUR, RotationStory } from '../support/rotation-story.ts';

const kms = kmsOfTest();

const policies = (algorithm: string) => ({
  'shop.yaml': SHOP.replace('kind: jwt,', `kind: jwt, algorithm: ${algorithm},`),
});

async function startInKms(inAwsKms: Readonly<Record<string, string>>, more: object = {}): Promise<RotationStory> {
  return RotationStory.start({ keys: 'own', keyTimes: { inAwsKms }, ...more });
}

async function verified(story: RotationStory, token: string) {
  const keySet = createRemoteJWKSet(new URL(`${story.broker.origin}/.well-known/jwks.json`));
  return jwtVerify(token, keySet, { issuer: story.broker.config.issuer, currentDate: new Date(story.time.now) });
}

describe('a credential key in AWS KMS', () => {
  it.each([
    ['ES256', 'ECC_NIST_P256'],
    ['RS256', 'RSA_3072'],
  ] as const)('signs %s that relying parties verify, and is in no store', async (algorithm, spec) => {
    const story = await startInKms({ [algorithm]: kms().makeKey(spec) });
    if (algorithm === 'RS256') {
      story.broker.writePolicy('shop.yaml', policies('RS256')['shop.yaml']);
      await story.broker.running.reload();
    }
    const { status, body } = await story.broker.ask();
    expect(status).toBe(200);
    const { protectedHeader } = await verified(story, body.access_token);
    expect(protectedHeader).toMatchObject({ alg: algorithm, kid: await story.keyIn('current', algorithm) });
    expect(await story.broker.entries('issuance.succeeded')).toMatchObject([{ key_id: protectedHeader.kid }]);
    expect(kms().asked.filter((act) => act === 'Sign')).toHaveLength(1);
  });

  it.each([
    ['ES256', 'ECC_NIST_P256'],
    ['RS256', 'RSA_3072'],
  ] as const)('signs %s over a token that is longer than what KMS takes in one call', async (algorithm, spec) => {
    const story = await startInKms({ [algorithm]: kms().makeKey(spec) });
    const names = Array.from({ length: 15 }, (_, at) => `x_${at}`);
    const claims = names.map((name) => `${name}: "${'y'.repeat(256)}"`).join(', ');
    story.broker.writePolicy(
      'shop.yaml',
      policies(algorithm)['shop.yaml'].replace('com }', `com, claims: { ${claims} } }`),
    );
    story.broker.writePolicy(
      '_organization.yaml',
      ORGANIZATION.replace('[ action ]', `[ action, ${names.join(', ')} ]`),
    );
    await story.broker.running.reload();
    const { status, body } = await story.broker.ask();
    expect([status, body.access_token?.length > 5_000]).toEqual([200, true]);
    const { payload, protectedHeader } = await verified(story, body.access_token);
    expect(payload['x_0']).toHaveLength(256);
    expect(protectedHeader).toMatchObject({ alg: algorithm, kid: await story.keyIn('current', algorithm) });
    expect(kms().messageTypes).toEqual(['DIGEST']);
  });

  it('signs what is traded at AWS, as what is handed out', async () => {
    const aws = await prepareAws(() => story.time.now);
    const story: RotationStory = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') }, aws.options);
    aws.publishAt(story.broker.origin);
    onTestFinished(() => aws.sts.close());
    expect((await story.broker.ask({ scope: 'shop/deploy' })).status).toBe(200);
    expect(decodeProtectedHeader(aws.sts.tokens[0] ?? '').kid).toBe(await story.keyIn('current', 'ES256'));
  });

  it('takes the place of one in the store as any other does: published first, and with the old one signing meanwhile', async () => {
    const story = await RotationStory.start();
    const first = await story.signer();
    const config = story.broker.config as { keys: object };
    config.keys = { ...config.keys, inAwsKms: { ES256: kms().makeKey('ECC_NIST_P256') } };
    await story.broker.restart();
    await story.pass(0);
    await story.pass(0);
    expect([await story.signer(), await story.published()]).toEqual([
      first,
      expect.arrayContaining([await story.keyIn('next')]),
    ]);
    await story.pass(HOUR);
    const signer = await story.signer();
    expect([signer, await story.keyIn('previous')]).toEqual([await story.keyIn('current'), first]);
    expect(kms().asked).toContain('Sign');
    config.keys = { ...config.keys, inAwsKms: {} };
    await story.broker.restart();
    await story.pass(0);
    await story.pass(0);
    await story.pass(HOUR);
    expect(await story.keyIn('previous')).toBeDefined();
    kms().trouble = 'denies';
    expect((await story.broker.ask()).status).toBe(200);
  });

  it('is not made by `keys rotate`: the next one is made there, and named', async () => {
    const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
    const { code, err } = await story.run('rotate', '--algorithm', 'ES256');
    expect([code, err]).toEqual([1, expect.stringContaining('make another key there, and name it in keys.credential')]);
  });

  it('that leaked is replaced by another that the configuration names', async () => {
    const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
    const leaked = (await story.keyIn('current')) ?? '';
    const withdraw = () => story.run('rotate', `--compromised=${leaked}`, '--reason', 'its account was taken over');
    expect(await withdraw()).toMatchObject({ code: 1, err: expect.stringContaining('make another in the KMS') });
    expect(await story.keyIn('current')).toBe(leaked);
    const config = story.broker.config as { keys: object };
    config.keys = { ...config.keys, inAwsKms: { ES256: kms().makeKey('ECC_NIST_P256') } };
    await story.broker.restart();
    await story.pass(0);
    const next = await story.keyIn('next');
    expect(await withdraw()).toMatchObject({ code: 0, out: expect.stringContaining(`Signs now: ${next}`) });
    expect([await story.signer(), (await story.published()).includes(leaked)]).toEqual([next, false]);
  });
});

describe('a key that leaked while the KMS answers nobody', () => {
  const nameAnother = async (story: RotationStory): Promise<void> => {
    const config = story.broker.config as { keys: object };
    config.keys = { ...config.keys, inAwsKms: { ES256: kms().makeKey('ECC_NIST_P256') } };
    await story.broker.restart();
  };

  it('is withdrawn all the same, where the next one is on record: nothing is signed until the KMS is back', async () => {
    const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
    const leaked = (await story.keyIn('current')) ?? '';
    await nameAnother(story);
    await story.pass(0);
    const next = await story.keyIn('next');
    kms().trouble = 'denies';
    const { code, out } = await story.run(
      'rotate',
      `--compromised=${leaked}`,
      '--reason',
      'its account was taken over',
    );
    expect([code, out]).toEqual([0, expect.stringContaining(`Signs now: ${next}`)]);
    expect([(await story.broker.ask()).status, (await story.published()).includes(leaked)]).toEqual([503, false]);
    kms().trouble = undefined;
    expect(await story.signer()).toBe(next);
  });

  it('is withdrawn once the configuration names the KMS no more, as the answer says', async () => {
    const story = await RotationStory.start();
    const leaked = (await story.keyIn('current')) ?? '';
    kms().trouble = 'denies';
    await nameAnother(story);
    const withdraw = () => story.run('rotate', `--compromised=${leaked}`, '--reason', 'a backup was stolen');
    expect(await withdraw()).toMatchObject({ code: 1, err: expect.stringContaining('take it out of keys.credential') });
    expect(await story.keyIn('current')).toBe(leaked);
    Object.assign(story.broker.config.keys, { inAwsKms: {} });
    await story.broker.restart();
    expect(await withdraw()).toMatchObject({ code: 0 });
    expect(await story.signer()).toBe(await story.keyIn('current'));
  });
});

describe('a KMS in trouble', () => {
  it.each(['denies', 'disabled', 'signs-with-another', 'answers-rubbish'] as const)(
    'that %s: 503, no credential, and somebody is woken once',
    async (trouble) => {
      const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
      kms().trouble = trouble;
      for (const run of ['1', '2']) {
        const { status, headers, body } = await story.broker.ask({ claims: { run_id: run } });
        expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UPSTREAM_FAILED', '5']);
      }
      expect(story.said('a signing key held elsewhere does not sign')).toHaveLength(1);
      expect(rowsBeside(story.broker, 'SELECT * FROM leases')).toEqual([]);
      kms().trouble = undefined;
      const { body } = await story.broker.ask({ claims: { run_id: '3' } });
      expect(decodeProtectedHeader(body.access_token).kid).toBe(await story.keyIn('current'));
      expect(story.said('a signing key held elsewhere signs again')).toHaveLength(1);
      await story.broker.entries();
    },
  );

  it('lets the same ask succeed once it is over', async () => {
    const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
    const secret = 's'.repeat(43);
    kms().trouble = 'denies';
    expect((await story.broker.ask({ secret })).status).toBe(503);
    kms().trouble = undefined;
    expect((await story.broker.ask({ secret })).status).toBe(200);
  });

  it('asks nothing of the system that its signature was for: that issuance failed, and the same ask succeeds afterwards', async () => {
    const aws = await prepareAws(() => story.time.now);
    const story: RotationStory = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') }, aws.options);
    aws.publishAt(story.broker.origin);
    onTestFinished(() => aws.sts.close());
    const ask = { scope: 'shop/deploy', secret: 's'.repeat(43) };
    kms().trouble = 'denies';
    const { status, headers, body } = await story.broker.ask(ask);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UPSTREAM_FAILED', '5']);
    expect(body.error_description).toContain('the key service of the broker gave no signature');
    expect(await story.broker.entries('issuance.unknown')).toEqual([]);
    expect(await story.broker.entries('issuance.failed')).toHaveLength(1);
    kms().trouble = undefined;
    expect((await story.broker.ask(ask)).status).toBe(200);
    expect(aws.sts.tokens).toHaveLength(1);
  });

  it('that takes its time holds up nobody else', async () => {
    const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
    kms().trouble = 'hangs';
    const waiting = story.broker.ask();
    expect((await story.broker.ask({ scope: 'shop/upstream', claims: { run_id: '2' } })).status).toBe(200);
    kms().trouble = undefined;
    kms().letGo();
    expect((await waiting).status).toBe(200);
  });

  it('that has another key under the name on record stops the start; one that does not answer does not', async () => {
    const arn = kms().makeKey('ECC_NIST_P256');
    const story = await startInKms({ ES256: arn });
    await story.broker.running.close();
    kms().trouble = 'denies';
    await story.broker.start();
    expect(story.said('a signing key held elsewhere cannot be looked at')).toHaveLength(1);
    await story.broker.running.close();
    kms().trouble = undefined;
    kms().swapKey(arn);
    await expect(story.broker.start()).rejects.toThrow(`${arn} is not the key`);
    kms().trouble = 'denies';
    await story.broker.start();
  });

  it('is not asked by `pause` and `revoke` while no broker runs, and keeps neither from working', async () => {
    const story = await startInKms({ ES256: kms().makeKey('ECC_NIST_P256') });
    await story.broker.ask();
    await story.broker.running.close();
    const asked = kms().asked.length;
    kms().trouble = 'hangs';
    for (const words of [['pause'], ['revoke', '--everything']]) {
      const { code, err } = await buildpass(...words, '--reason', 'INC-7', '--config', story.broker.config.file);
      expect([code, err]).toEqual([0, '']);
    }
    expect(kms().asked.length).toBe(asked);
    kms().trouble = undefined;
    await story.broker.start();
    expect((await story.broker.ask()).body.code).toBe('PAUSED');
    expect(await story.broker.entries('access.revocation_ordered')).toMatchObject([{ by: 'operator', leases: 1 }]);
  });

  it('that has no key of the right form makes no keys', async () => {
    const story = await RotationStory.start();
    const arn = kms().makeKey('ECC_NIST_P384');
    const { config } = story.broker;
    const path = `${config.store.path}.other`;
    const creating = createKeys(
      { ...config, store: { ...config.store, path }, keys: { ...config.keys, inAwsKms: { ES256: arn } } },
      {},
    );
    await expect(creating).rejects.toThrow(`${arn} is a key of ECC_NIST_P384 for SIGN_VERIFY, and ES256 needs`);
  });
});
