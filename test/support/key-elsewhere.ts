// A broker whose key for RS256 is held by AWS KMS: what it signs with that leaves it between the decision and the issuance, so that
// these are two commits. Processes that are started afterwards find the same KMS by their environment.
import { vi } from 'vitest';
import { KmsDouble } from './kms-double.ts';
import { ORGANIZATION, SHOP } from './policy-files.ts';
import type { TestBrokerOptions } from './test-broker.ts';

/** The shop, whose preview is signed by that key. */
export const SIGNED_ELSEWHERE = SHOP.replace('previews.example.com }', 'previews.example.com, algorithm: RS256 }');

/** Of a file of tests: it ends with it. */
let held: Promise<{ kms: KmsDouble; arn: string }> | undefined;

export async function keyElsewhere(): Promise<Required<Pick<TestBrokerOptions, 'keys' | 'keyTimes' | 'policies'>>> {
  held ??= new KmsDouble().listen().then((kms) => ({ kms: kms.unref(), arn: kms.makeKey('RSA_3072') }));
  const { kms, arn } = await held;
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', kms.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a secret of the double');
  return {
    ...{ keys: 'own', keyTimes: { inAwsKms: { RS256: arn } } },
    policies: { 'shop.yaml': SIGNED_ELSEWHERE, '_organization.yaml': ORGANIZATION },
  };
}
