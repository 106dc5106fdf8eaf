// The two calls of workload identity federation: our JWT for a federated token, and that for a token of a service account.
import type { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import type { Clouds } from './endpoints.ts';
import { impersonationAdvice, impersonationReason, type Target, tradeAdvice, tradeReason } from './gcp-refusals.ts';
import type { UpstreamCall } from './upstream-http.ts';

export const GOOGLE_STS = 'Google STS';
export const GOOGLE_IAM = 'Google IAM Credentials';
/** Of the federated token: enough to ask for a token of a service account, and for nothing else that the broker does. */
const FEDERATED_SCOPE = 'https://www.googleapis.com/auth/iam';

/** What a provider of workload identities takes unless it lists audiences of its own. */
export const googleAudience = (provider: string): string => `https://iam.googleapis.com/${provider}`;

/** The provider as the Security Token Service names it. */
const stsAudience = (provider: string): string => `//iam.googleapis.com/${provider}`;

export const tradeUrl = ({ google }: Pick<Clouds, 'google'>): string => `${google.stsUrl}/v1/token`;

export const impersonationUrl = ({ google }: Pick<Clouds, 'google'>, account: string): string =>
  `${google.iamCredentialsUrl}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;

type Call = Omit<UpstreamCall, 'signal'>;

interface Trade {
  readonly clouds: Pick<Clouds, 'google'>;
  readonly issuer: string;
  readonly target: Target;
  /** our JWT */
  readonly token: string;
}

export function tradeCall({ clouds, issuer, target, token }: Trade): Call {
  const audience = googleAudience(target.provider);
  return {
    system: GOOGLE_STS,
    url: tradeUrl(clouds),
    body: {
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: stsAudience(target.provider),
      scope: FEDERATED_SCOPE,
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      subjectToken: token,
    },
    reasonOf: tradeReason,
    adviceOf: tradeAdvice(target, { issuer, audience }),
  };
}

interface Impersonation {
  readonly clouds: Pick<Clouds, 'google'>;
  readonly target: Target;
  /** the federated token */
  readonly bearer: Secret;
  /** Cloud Audit Logs keep it with the call: the one place where an issuance of ours has a name there */
  readonly reason: string;
  readonly scopes: readonly string[];
  readonly lifetime: Seconds;
}

export const impersonationCall = ({ clouds, target, bearer, reason, scopes, lifetime }: Impersonation): Call => ({
  system: GOOGLE_IAM,
  url: impersonationUrl(clouds, target.account),
  headers: { authorization: `Bearer ${bearer.reveal()}`, 'x-goog-request-reason': reason },
  body: { scope: scopes, lifetime: `${lifetime}s` },
  reasonOf: impersonationReason,
  adviceOf: impersonationAdvice(target),
});

/** The answer's `details` about a service account. */
export function accountDetails(account: string, provider: string): Readonly<Record<string, string>> {
  const project = projectOf(account);
  return { ...(project === undefined ? {} : { project_id: project }), service_account: account, provider };
}

/** `NAME@PROJECT.iam.…`, `PROJECT@appspot.…`, and `NAME@PROJECT.DOMAIN.iam.…` for the project `DOMAIN:PROJECT`; other accounts do not say. */
function projectOf(account: string): string | undefined {
  const [, project, domain] = /@([^.]+)(?:\.(.+))?\.iam\.gserviceaccount\.com$/.exec(account) ?? [];
  if (project === undefined) return /^([^@]+)@appspot\./.exec(account)?.[1];
  return domain === undefined ? project : `${domain}:${project}`;
}
