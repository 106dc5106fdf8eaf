// Credential keys in AWS KMS: `GetPublicKey` and `Sign`, nothing else. The SDK is loaded by the first key that needs it, and
// finds its credentials by its own standard chain; the region is that of the key's ARN.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { KMSClient, SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import type { KeyHolder } from './key-holder.ts';
import type { CredentialAlgorithm } from './signing-keys.ts';

const ALGORITHMS: Readonly<Record<CredentialAlgorithm, SigningAlgorithmSpec>> = {
  ES256: 'ECDSA_SHA_256',
  RS256: 'RSASSA_PKCS1_V1_5_SHA_256',
};
const SPECS: Readonly<Record<CredentialAlgorithm, readonly string[]>> = {
  ES256: ['ECC_NIST_P256'],
  RS256: ['RSA_2048', 'RSA_3072', 'RSA_4096'],
};
/** One retry: whoever asked waits, and asks again by itself. */
const MAX_ATTEMPTS = 2;

export function createAwsKms(): KeyHolder {
  const clients = new Map<string, Promise<KMSClient>>();
  const clientFor = (reference: string): Promise<KMSClient> => {
    const region = reference.split(':')[3] ?? '';
    const client = clients.get(region) ?? open(region);
    clients.set(region, client);
    return client;
  };
  return {
    async publicKey(reference, algorithm, signal) {
      const { GetPublicKeyCommand } = await import('@aws-sdk/client-kms');
      const client = await clientFor(reference);
      const found = await client.send(new GetPublicKeyCommand({ KeyId: reference }), { abortSignal: signal });
      const fits =
        found.KeyId === reference &&
        found.KeyUsage === 'SIGN_VERIFY' &&
        SPECS[algorithm].includes(found.KeySpec ?? '') &&
        found.SigningAlgorithms?.includes(ALGORITHMS[algorithm]) === true;
      if (!fits || found.PublicKey === undefined)
        throw new Error(
          `${reference} is a key of ${found.KeySpec} for ${found.KeyUsage}, and ${algorithm} needs ${SPECS[algorithm].join(' or ')} for SIGN_VERIFY`,
        );
      return readSpki(found.PublicKey);
    },
    async sign(reference, { algorithm, input, signal }) {
      const { SignCommand } = await import('@aws-sdk/client-kms');
      const client = await clientFor(reference);
      const command = new SignCommand({
        KeyId: reference,
        ...messageOf(input),
        SigningAlgorithm: ALGORITHMS[algorithm],
      });
      const { Signature: signature } = await client.send(command, { abortSignal: signal });
      if (signature === undefined) throw new Error(`${reference} gave no signature`);
      return Buffer.from(signature);
    },
  };
}

/** KMS takes no longer one; a token with many claims or session tags is. */
const LONGEST_MESSAGE = 4_096;

/** Of a longer one its digest, which is what KMS would make of it. */
const messageOf = (input: Buffer) =>
  input.length <= LONGEST_MESSAGE
    ? ({ Message: input, MessageType: 'RAW' } as const)
    : ({ Message: createHash('sha256').update(input).digest(), MessageType: 'DIGEST' } as const);

async function open(region: string): Promise<KMSClient> {
  const { KMSClient } = await import('@aws-sdk/client-kms');
  return new KMSClient({ region, maxAttempts: MAX_ATTEMPTS });
}

const readSpki = (der: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
