// What the configuration may say of signing keys.
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

const DAY = 86_400_000;
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const load = async (more: string) =>
  (await loadConfig(await writeConfig(VALID_CONFIG.replace('./kek }', `./kek, ${more} }`)), {})).keys;

describe('the keys of a configuration', () => {
  it.each([
    ['rotate-every: 30d', { rotateEvery: 30 * DAY }],
    ['rotate-every: never', { rotateEvery: undefined }],
    ['publish-before-use: 2d', { publishBeforeUse: 2 * DAY }],
    ['log-overlap: 1h', { logOverlap: DAY / 24 }],
    ['log-overlap: 2h', { rsaKeySize: 2048 }],
    ['rsa-key-size: 3072', { rsaKeySize: 3072 }],
    ['rsa-key-size: 4096', { rsaKeySize: 4096 }],
    [`credential: { kind: aws-kms, es256: "${KEY}" }`, { inAwsKms: { ES256: KEY } }],
    [`credential: { kind: aws-kms, rs256: "${KEY}" }`, { inAwsKms: { RS256: KEY } }],
  ])('take %s', async (more, expected) => {
    expect(await load(more)).toMatchObject(expected);
  });

  it.each([
    ['rotate-every: 0', 'rotate-every'],
    ['rotate-every: 5m', 'must be `never`, or 1d to 3650d'],
    ['rotate-every: 10000d', 'must be `never`, or 1d to 3650d'],
    ['publish-before-use: 5m', 'must be 10m to 30d'],
    ['publish-before-use: never', 'must be 10m to 30d'],
    ['log-overlap: 59m', 'must be 1h to 3650d'],
    ['rsa-key-size: 1024', 'rsa-key-size'],
    ['rsa-key-size: "2048"', 'rsa-key-size'],
    ['credential: { kind: aws-kms }', 'names no key: write `es256` or `rs256`'],
    ['credential: { kind: vault, es256: "x" }', 'kind'],
    ['credential: { kind: aws-kms, es256: "alias/signing" }', 'must be the ARN of a key'],
    [`credential: { kind: aws-kms, es256: "${KEY.replace('key/', 'alias/')}" }`, 'must be the ARN of a key'],
    [`credential: { kind: aws-kms, es256: "${KEY}", region: eu-west-1 }`, 'region'],
  ])('refuse %s', async (more, message) => {
    await expect(load(more)).rejects.toThrow(message);
  });
});
