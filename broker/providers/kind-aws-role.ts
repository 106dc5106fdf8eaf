// The kind `aws-role`: a session of a role at AWS, for which the broker's own JWT is traded. Its parameters, the offers that bound
// them, and what AWS takes in each (STS API reference).
import { z } from 'zod';
import { text } from '../policy/forms.ts';
import { AWS_AUDIENCE, AWS_ROLE, awsRoleName, PARTITIONS } from './kind-aws-names.ts';
import { defineKind, type Kind } from './kind-definition.ts';
import { audience } from './kind-jwt.ts';

export interface AwsRoleParameters {
  readonly role: string;
  readonly region: string;
  /** of the token that is traded; `AWS_AUDIENCE` where it is left out */
  readonly audience?: string | undefined;
  readonly 'session-policy'?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly 'source-identity'?: string | undefined;
}

/** As AWS takes it: of JSON that says the same, the one without characters beyond Latin-1. */
export const sessionPolicyJson = (policy: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(policy).replace(/[^\x20-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What the trust policy of the role must allow. */
export const trustActions = (parameters: AwsRoleParameters): readonly string[] => [
  'sts:AssumeRoleWithWebIdentity',
  ...(parameters.tags === undefined ? [] : ['sts:TagSession']),
  ...(parameters['source-identity'] === undefined ? [] : ['sts:SetSourceIdentity']),
];

const MAX_SESSION_POLICY = 2_048;
const MAX_TAGS = 50;

const awsText = (max: number) =>
  text(
    new RegExp(`^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,${max}}$`, 'u'),
    `at most ${max} letters, digits, spaces and _ . : / = + - @`,
  );

const tags = z.record(awsText(128), awsText(256)).superRefine((given, context) => {
  const names = Object.keys(given);
  const say = (message: string, ...path: string[]): void => context.addIssue({ code: 'custom', path, message });
  if (names.length === 0) say('is empty: name a tag, or leave the key out');
  if (names.length > MAX_TAGS) say(`has ${names.length} tags, more than the ${MAX_TAGS} that AWS takes`);
  for (const [at, name] of names.entries()) {
    const same = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
    if (names.findIndex(same) !== at) say(`"${name}" is the same tag as another one for AWS: keep one of them`, name);
    // An offer writes name=value: which of two signs parts them must not be a question.
    if (name.includes('=')) say(`"${name}" has = in its name, which an offer could not tell from its value`, name);
    if (/^aws:/i.test(name)) say(`"${name}" begins with aws: which AWS keeps for itself: choose another name`, name);
  }
});

export const awsRoleKind: Kind = defineKind<AwsRoleParameters>({
  kind: 'aws-role',
  // STS: 15 minutes to 12 hours, and a session cannot be revoked by itself.
  lifetime: { min: 900, max: 43_200 },
  revocation: 'at-expiry',
  gives: ({ role, region, ...given }) =>
    `a session of ${role} in ${region}${given['session-policy'] === undefined ? '' : ', narrowed by a session policy'}`,
  power: (given) =>
    given['session-policy'] === undefined
      ? { points: 12, sentence: 'it can do whatever its role can in AWS.' }
      : { points: 8, sentence: 'it can do in AWS what its role and its session policy both allow.' },
  parameters: z
    .strictObject({
      role: text(AWS_ROLE, 'the ARN of a role, such as arn:aws:iam::111122223333:role/shop-deploy'),
      region: text(/^[a-z]{2,4}(-[a-z]+)+-[0-9]$/, 'a region, such as eu-west-1'),
      audience: audience
        .optional()
        .describe(`The audience that the identity provider in IAM takes. Left out, it is ${AWS_AUDIENCE}.`),
      'session-policy': z
        .record(z.string(), z.unknown())
        .refine(
          (policy) => Object.keys(policy).length > 0 && sessionPolicyJson(policy).length <= MAX_SESSION_POLICY,
          `must be an IAM policy of at most ${MAX_SESSION_POLICY} characters as JSON`,
        )
        .optional()
        .describe('Narrows the session further.'),
      tags: tags.optional().describe('Tags of the session.'),
      'source-identity': text(/^[\w+=,.@-]{2,64}$/, '2 to 64 letters, digits and _ + = , . @ -').optional(),
    })
    .superRefine(({ role, region }, context) => {
      const { partition } = awsRoleName(role);
      const { regions, such } = PARTITIONS[partition] ?? {};
      if (regions === undefined || regions.test(region)) return;
      const message = `"${region}" is no region of ${partition}, where the role is: write one such as ${such}`;
      context.addIssue({ code: 'custom', path: ['region'], message });
    }),
  reach: [
    { parameter: 'role', offer: 'roles', compare: 'pattern', values: ({ role }) => [role] },
    // A region gives no access by itself: the session is as good in all of them.
    { parameter: 'region', offer: 'regions', compare: 'whole', leftOut: 'anything', values: ({ region }) => [region] },
    // What another identity provider of the account takes was set up for others.
    {
      parameter: 'audience',
      offer: 'audiences',
      compare: 'whole',
      leftOut: 'nothing',
      values: (given) => list(given.audience),
    },
    // Permissions may hang on a tag and its value, and trust on a source identity: neither is a project's to invent.
    {
      parameter: 'tags',
      offer: 'tags',
      compare: 'pattern',
      leftOut: 'nothing',
      values: (given) => Object.entries(given.tags ?? {}).map((tag) => tag.join('=')),
    },
    {
      parameter: 'source-identity',
      offer: 'source-identities',
      compare: 'pattern',
      leftOut: 'nothing',
      values: (given) => list(given['source-identity']),
    },
  ],
});

const list = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
