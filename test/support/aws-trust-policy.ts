// Whether a trust policy of a role lets a web identity in: as much of IAM's language as such a policy needs, and nothing is guessed,
// so that an operator or a key that is not known here fails the test.
import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const conditions = z.record(z.string(), oneOrMore).optional();

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z
    .array(
      z.strictObject({
        Sid: z.string().optional(),
        Effect: z.enum(['Allow', 'Deny']),
        Principal: z.strictObject({ Federated: oneOrMore }),
        Action: oneOrMore,
        Condition: z.strictObject({ StringEquals: conditions, StringLike: conditions }).optional(),
      }),
    )
    .min(1),
});

export interface WebIdentity {
  /** ARN of the provider in IAM */
  readonly provider: string;
  /** condition keys with what the token has for them */
  readonly context: Readonly<Record<string, string>>;
}

/** @throws where the policy is none that IAM would take */
export function allowedActions(policy: unknown, { provider, context }: WebIdentity): ReadonlySet<string> {
  const { Statement: statements } = policySchema.parse(policy);
  const holding = statements.filter(({ Principal: { Federated: principals }, Condition: condition = {} }) => {
    const { StringEquals: equals = {}, StringLike: like = {} } = condition;
    return (
      principals.includes(provider) &&
      every(equals, context, (wanted, value) => wanted === value) &&
      every(like, context, (wanted, value) => likeness(wanted).test(value))
    );
  });
  const actions = (effect: string): string[] =>
    holding.filter((one) => one.Effect === effect).flatMap(({ Action: names }) => names);
  const denied = actions('Deny');
  return new Set(actions('Allow').filter((action) => !denied.includes(action)));
}

function every(
  wanted: Readonly<Record<string, readonly string[]>>,
  context: Readonly<Record<string, string>>,
  matches: (wanted: string, value: string) => boolean,
): boolean {
  return Object.entries(wanted).every(([key, values]) => {
    const value = context[key];
    return value !== undefined && values.some((one) => matches(one, value));
  });
}

const likeness = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
