// What Entra's refusals mean to whoever set the app up: its own words, and what to compare. By the numbers of its errors (AADSTS…),
// which Microsoft may change: one that is not known here is said in Entra's words alone.
import { z } from 'zod';

interface Asked {
  readonly tenant: string;
  readonly 'client-id': string;
  readonly scope: string;
  readonly issuer: string;
  /** of our JWT */
  readonly subject: string;
  readonly audience: string;
}

const refusal = z.object({
  error: z.string(),
  error_description: z.string().optional(),
  error_codes: z.array(z.number()).optional().catch(undefined),
});

/** Without the ids and the time that follow in its description. */
export function entraReason(body: unknown): string | undefined {
  const { data } = refusal.safeParse(body);
  return data && (data.error_description?.split(/\s*Trace ID:/)[0] ?? data.error);
}

/** The numbers of its errors, without `AADSTS`. */
export const entraCodes = (body: unknown): readonly number[] => refusal.safeParse(body).data?.error_codes ?? [];

export const entraAdvice =
  (asked: Asked) =>
  (body: unknown): string | undefined =>
    entraCodes(body)
      .map((code) => ADVICE[code]?.(asked))
      .find((advice) => advice !== undefined);

type Advice = (asked: Asked) => string;

const federation: Advice = ({ 'client-id': client, issuer, subject, audience }) =>
  `The app ${client} needs a federated credential with the issuer ${issuer}, the subject ${subject} and the audience ${audience}, compared by case`;
const keys: Advice = ({ issuer }) =>
  `Entra must be able to read ${issuer}/.well-known/openid-configuration and the keys that it leads to, from the internet`;
const app: Advice = ({ 'client-id': client, tenant }) =>
  `Compare the client id ${client} and the tenant ${tenant}: the app must be there, with a service principal`;
const resource: Advice = ({ scope }) => `Compare the scope ${scope}: its resource must be known in the tenant`;
const resources = Object.fromEntries([70011, 500011, 1002012].map((code) => [code, resource]));
const federations = Object.fromEntries(
  [70021, 700211, 700212, 700213, 7002137, 7002138].map((code) => [code, federation]),
);

const ADVICE: Readonly<Record<number, Advice>> = {
  ...federations,
  ...resources,
  50013: keys,
  50166: keys,
  501661: keys,
  700027: keys,
  700024: () => 'Compare the clock of the broker: the assertion is good for five minutes',
  700016: app,
  7000112: ({ 'client-id': client }) => `Enable the app ${client} in the tenant`,
  90002: ({ tenant }) => `There is no tenant ${tenant} at this address: compare it, and login-url of the configuration`,
  7000215: federation,
  53003: () => 'A Conditional Access policy for workload identities blocks it: the broker asks from its own address',
};
