// A KMS for each test of a file, where the AWS SDK looks for one.
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { KmsDouble } from './kms-double.ts';

/** The one of the test that runs; it must have nothing to complain of at its end. */
export function kmsOfTest(): () => KmsDouble {
  let kms: KmsDouble | undefined;
  beforeEach(async () => {
    kms = await new KmsDouble().listen();
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', kms.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a secret of the double');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    kms?.close();
    expect(kms?.complaints).toEqual([]);
  });
  return () => {
    if (kms === undefined) throw new Error('no test has begun');
    return kms;
  };
}
