// What AWS STS says no with, and what to do about each: AWS names the error and hardly ever its cause.
import { z } from 'zod';
import { formatDuration } from '../../shared/duration.ts';
import type { Seconds } from '../clock.ts';
import { readStsXml } from './sts-xml.ts';

/** As the start of a sentence. */
export const STS = 'AWS STS';

export interface Traded {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  /** `project/entitlement` */
  readonly scope: string;
  readonly region: string;
  readonly ttl: Seconds;
  /** what the trust of the role must allow */
  readonly actions: readonly string[];
}

interface StsRefusal {
  readonly code: string;
  /** AWS's own words */
  readonly message: string;
}

const errorSchema = z.object({ Error: z.object({ Code: z.string(), Message: z.string().nullish() }) });
const xmlSchema = z.object({ ErrorResponse: errorSchema });

/** Undefined where the body is no error of STS. What is no JSON comes as text. */
export function stsRefusal(body: unknown): StsRefusal | undefined {
  const error =
    typeof body === 'string'
      ? xmlSchema.safeParse(readStsXml(body)).data?.ErrorResponse.Error
      : errorSchema.safeParse(body).data?.Error;
  return error && { code: error.Code, message: error.Message ?? '' };
}

export function stsReason(body: unknown): string | undefined {
  const refusal = stsRefusal(body);
  return refusal && `${refusal.code}: ${refusal.message}`;
}

export const stsAdvice =
  (traded: Traded) =>
  (body: unknown): string | undefined => {
    const refusal = stsRefusal(body);
    return refusal && nextStep(refusal, traded);
  };

/** STS says so with the status of a no. */
const PASSING = ['IDPCommunicationError', 'Throttling', 'RequestLimitExceeded'];

export const stsPasses = (body: unknown): boolean => PASSING.includes(codeOf(stsRefusal(body)?.code));

const codeOf = (code = ''): string => code.replace(/Exception$/, '');

/** What to change; nothing where AWS's own words say it. */
function nextStep({ code, message }: StsRefusal, traded: Traded): string | undefined {
  const { issuer, audience, subject, scope, region, ttl, actions } = traded;
  switch (codeOf(code)) {
    case 'AccessDenied':
      return `The trust policy of the role must allow ${actions.join(', ')} to ${issuer}, with the audience ${audience} and the subject ${subject}: \`buildpass trust aws ${scope}\` prints it`;
    case 'InvalidIdentityToken':
    case 'IDPRejectedClaim':
      return `${identityProvider(message, traded)}: \`buildpass trust aws ${scope}\` says how`;
    case 'IDPCommunicationError':
      return `AWS could not read ${issuer}/.well-known/openid-configuration or its keys in time: the address must answer to the whole internet; ask again then`;
    case 'ExpiredToken':
      return 'The token of the broker was too old when it came there: the clock of the broker is wrong';
    case 'MalformedPolicyDocument':
      return `The \`session-policy\` of ${scope} is no IAM policy that AWS takes`;
    case 'PackedPolicyTooLarge':
      return `The \`session-policy\` and \`tags\` of ${scope} are too large together: shorten them`;
    case 'RegionDisabled':
      return `STS is not active in ${region} for this account: activate it there, or name another \`region\``;
    case 'ValidationError':
      return message.includes('MaxSessionDuration')
        ? `The role allows no session of ${formatDuration(ttl)}: raise its maximum session duration in IAM, or ask for less`
        : undefined;
    default:
      return undefined;
  }
}

/** Which part of it is wrong, where AWS's words say so. */
function identityProvider(message: string, { issuer, audience }: Traded): string {
  if (/no openidconnect provider/i.test(message))
    return `The account of the role has no identity provider in IAM for exactly ${issuer}`;
  if (/token audience/i.test(message)) return `The identity provider in IAM must have the audience ${audience}`;
  if (/thumbprint/i.test(message))
    return `The identity provider in IAM must have the thumbprint of the authority that vouches for ${new URL(issuer).host} now`;
  if (/verification key/i.test(message)) return `AWS must be able to read the keys that ${issuer} leads to`;
  return `The account of the role needs an identity provider in IAM for exactly ${issuer}, with the audience ${audience}, and AWS must be able to read the keys there`;
}
