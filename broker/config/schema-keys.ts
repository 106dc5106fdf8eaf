// The keys of buildpass.yaml about signing keys: how they are encrypted, when another takes a key's place, and who holds them.
import { z } from 'zod';
import { parseDuration } from '../../shared/duration.ts';
import { secretFile } from './forms.ts';

const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]{1,40}:\d{12}:key\/[A-Za-z0-9-]{1,128}$/;
const MINUTE = 60;
const DAY = 86_400;
const RSA_KEY_SIZES = [2048, 3072, 4096] as const;
const isWithin = (duration: string, least: number, most: number): boolean => {
  const seconds = parseDuration(duration);
  return seconds !== undefined && seconds >= least && seconds <= most;
};

const keyArn = (algorithm: string, spec: string) =>
  z
    .string()
    .regex(
      KEY_ARN,
      'must be the ARN of a key, like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-…; no alias, which can be pointed elsewhere',
    )
    .optional()
    .describe(`ARN of the key that signs ${algorithm}: ${spec}, for signing. Left out, the store holds that one.`);

const awsKms = z
  .strictObject({
    kind: z.literal('aws-kms').describe('`aws-kms`: AWS KMS, with the credentials that the AWS SDK finds by itself.'),
    es256: keyArn('ES256', '`ECC_NIST_P256`'),
    rs256: keyArn('RS256', '`RSA_2048`, `RSA_3072` or `RSA_4096`'),
  })
  .refine(({ es256, rs256 }) => es256 !== undefined || rs256 !== undefined, 'names no key: write `es256` or `rs256`');

export const keys = z.strictObject({
  'encryption-key-file': secretFile(
    '32 random bytes in base64. The signing keys live in the store, encrypted under this one. `buildpass keys create` makes it.',
  ),
  'rotate-every': z
    .string()
    .refine((every) => every === 'never' || isWithin(every, DAY, 3650 * DAY), 'must be `never`, or 1d to 3650d')
    .default('90d')
    .describe(
      'How long a credential key signs before another takes its place, or `never`. Those that a KMS holds are made there, and not on this schedule. See operations.md.',
    ),
  'publish-before-use': z
    .string()
    .refine((before) => isWithin(before, 10 * MINUTE, 30 * DAY), 'must be 10m to 30d')
    .default('1h')
    .describe(
      'How long a new key is published before it signs: as long as the relying party that keeps the key set longest without asking again.',
    ),
  'log-overlap': z
    .string()
    .refine((overlap) => isWithin(overlap, 60 * MINUTE, 3650 * DAY), 'must be 1h to 3650d')
    .default('90d')
    .describe(
      'How long a key of the log signs beside the one that took its place: the time for whoever pins it (`log-key` of the action, auditors) to take up the new one. See operations.md.',
    ),
  'rsa-key-size': z
    .literal(RSA_KEY_SIZES)
    .default(2048)
    .describe(
      'Of the key that signs RS256, in bits: 2048, as GitHub and the clouds have it themselves, 3072 where rules ask for more, or 4096. It is that of the next key that the store holds; a signature of 3072 bits takes two to three times as long.',
    ),
  credential: awsKms.optional().describe('Who holds the credential keys, where not the store. See operations.md.'),
});
