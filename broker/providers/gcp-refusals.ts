// What Google's refusals mean to whoever set the federation up: its own words, and what to compare or to bind.
import { z } from 'zod';

export interface Target {
  readonly provider: string;
  readonly account: string;
  /** of our JWT */
  readonly subject: string;
}

/** RFC 6749 §5.2, as the Security Token Service answers. */
const oauthError = z.object({ error: z.string(), error_description: z.string().optional() });
/** `google.rpc.Status` in the form of the REST APIs. */
const statusError = z.object({ error: z.object({ message: z.string(), status: z.string().optional() }) });

/** What a provider answers whose attribute condition does not take a token that is right otherwise. */
const CONDITION = 'unauthorized_client';

export const isRejectedByCondition = (body: unknown): boolean => oauthError.safeParse(body).data?.error === CONDITION;

export function tradeReason(body: unknown): string | undefined {
  const { data } = oauthError.safeParse(body);
  return data === undefined ? undefined : [data.error, data.error_description ?? ''].join(' ').trim();
}

export const tradeAdvice =
  ({ provider, subject }: Target, { issuer, audience }: { issuer: string; audience: string }) =>
  (body: unknown): string | undefined => {
    switch (oauthError.safeParse(body).data?.error) {
      case 'invalid_target':
        return `Compare the project number, the pool and the provider of ${provider}: it must exist and be enabled`;
      case 'invalid_grant':
        return `The provider must trust the issuer ${issuer} and its keys, and take the audience ${audience} (it does where it lists none)`;
      case CONDITION:
        return `The attribute condition of the provider must take the subject ${subject}`;
      default:
        return undefined;
    }
  };

export const impersonationReason = (body: unknown): string | undefined =>
  statusError.safeParse(body).data?.error.message;

export const isImpersonationDenied = (body: unknown): boolean =>
  impersonationReason(body)?.includes('iam.serviceAccounts.getAccessToken') === true;

export const impersonationAdvice =
  (target: Target) =>
  (body: unknown): string | undefined => {
    const { message = '' } = statusError.safeParse(body).data?.error ?? {};
    if (isImpersonationDenied(body))
      return `Grant roles/iam.workloadIdentityUser on ${target.account} to ${principalOf(target)}`;
    if (/lifetime/i.test(message))
      return 'Longer than an hour needs the organization policy constraints/iam.allowServiceAccountCredentialLifetimeExtension for this account: shorten the ttl';
    return undefined;
  };

/** Where the provider maps `google.subject` to `assertion.sub`. */
const principalOf = ({ provider, subject }: Target): string =>
  `principal://iam.googleapis.com/${provider.replace(/\/providers\/[^/]+$/, '')}/subject/${subject}`;
