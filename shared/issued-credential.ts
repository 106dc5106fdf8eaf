// What an answer hands out, by kind: the values and details that it must hold, and no other value. Whoever hands a credential on (the
// action, `buildpass request`) reads it by this first, so that nothing incomplete or hostile is written anywhere.
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { isVaultOutput } from './action-outputs.ts';
import { ACCESS_TOKEN_TYPE, type Issued } from './api.ts';
import { isSecureUrl } from './secure-url.ts';

const KIND_URN = 'urn:buildpass:token-type:';
/** Seconds of a life that has no end: a value that somebody else keeps, and nobody changes by himself. */
const NEVER_ENDS = Number.MAX_SAFE_INTEGER;

/** `missing` and `must be …`, each after the name of the value. */
const text = (form: RegExp, what: string, longest = 2_048) => {
  const error = ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? 'is missing' : `must be ${what}`;
  return z.string({ error }).max(longest).regex(form);
};

/** What fits into a header, a line and a variable; its size is that of the wire. */
const secret = text(/^[\x21-\x7e]+$/, 'one line of visible characters', 65_536);
/** Details are no secrets, so they are not masked, and a job's log and files show them as they are. */
const label = text(/^[a-z0-9-]{1,63}$/, 'made of a-z, 0-9 and -');
const plain = text(/^[\x21-\x7e]{1,256}$/, 'one line of visible characters');

/** Where a job's libraries send the token. */
const tradedAt = text(/^https?:\/\/[\x21-\x7e]+$/, 'an address', 512)
  .refine(isPlainAddress, 'must be an address alone')
  .refine(isSecureUrl, 'must be an https address');

const kind = <V extends z.ZodRawShape, D extends z.ZodRawShape>(
  tokenType: Issued['token_type'],
  values: V,
  details: D,
) => ({ tokenType, form: z.object({ credential: z.strictObject(values), details: z.object(details) }) });

const KINDS = {
  jwt: kind('Bearer', { token: secret }, {}),
  'github-token': kind(
    'Bearer',
    { token: secret },
    { installation_id: text(/^[1-9][0-9]{0,19}$/, 'digits'), app_slug: plain },
  ),
  'aws-role': kind(
    'N_A',
    { aws_access_key_id: secret, aws_secret_access_key: secret, aws_session_token: secret },
    {
      aws_region: text(/^[a-z]{2,4}(-[a-z]+)+-[0-9]$/, 'a region'),
      aws_account_id: text(/^[0-9]{12}$/, 'twelve digits'),
      aws_role_arn: text(
        /^arn:[a-z0-9-]+:sts::[0-9]{12}:assumed-role\/[\w+=,.@/-]+$/,
        'the ARN of a session',
      ).optional(),
    },
  ),
  'gcp-service-account': kind('Bearer', { access_token: secret }, { project_id: plain.optional() }),
  'gcp-credentials-file': kind(
    'Bearer',
    { token: secret },
    {
      project_id: plain.optional(),
      provider: text(/^projects\/[0-9]+\/[\w/-]{1,200}$/, 'a workload identity provider'),
      ...{ token_url: tradedAt, impersonation_url: tradedAt },
    },
  ),
  'azure-app': kind('Bearer', { access_token: secret }, { tenant_id: plain, client_id: plain }),
  kubernetes: kind(
    'Bearer',
    { token: secret },
    {
      server: text(/^https:\/\/[\x21-\x7e]+$/, 'an https address').refine(isPlainAddress, 'must be an address alone'),
      namespace: label,
      cluster: label,
      certificate_authority_data: text(/^[A-Za-z0-9+/]+={0,2}$/, 'base64', 65_536)
        .refine(isCertificates, 'must be the base64 of certificates in PEM')
        .optional(),
    },
  ),
  'vault-secret': {
    tokenType: 'N_A',
    form: z.object({
      credential: z.record(z.string(), z.string()).superRefine(checkVaultValues),
      details: z.object({}),
    }),
  },
} as const;

type Kinds = typeof KINDS;
export type KindName = keyof Kinds;
export type IssuedCredential = {
  readonly [K in KindName]: { readonly kind: K } & Readonly<z.infer<Kinds[K]['form']>>;
}[KindName];

export const neverEnds = ({ expires_in: seconds }: Pick<Issued, 'expires_in'>): boolean => seconds === NEVER_ENDS;

/** @throws Error with a sentence saying what is wrong with the answer */
export function readCredential(issued: Issued): IssuedCredential {
  const name = kindOf(issued.issued_token_type);
  if (name === undefined)
    throw new Error(
      `issued_token_type "${issued.issued_token_type}" is of no kind that this version knows: it may be too old for this broker`,
    );
  const { tokenType, form } = KINDS[name];
  if (issued.token_type !== tokenType)
    throw new Error(`token_type is ${issued.token_type}, and ${tokenType} is that of ${name}`);
  const { data, error } = form.safeParse({ credential: issued.credential, details: issued.details ?? {} });
  if (data === undefined) throw new Error(`for ${name}, ${sentenceOf(error.issues[0] as z.core.$ZodIssue)}`);
  return { kind: name, ...data } as IssuedCredential;
}

function kindOf(issuedTokenType: string): KindName | undefined {
  if (issuedTokenType === ACCESS_TOKEN_TYPE) return 'jwt';
  if (!issuedTokenType.startsWith(KIND_URN)) return undefined;
  const name = issuedTokenType.slice(KIND_URN.length);
  return Object.hasOwn(KINDS, name) && name !== 'jwt' ? (name as KindName) : undefined;
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return `${where} holds "${issue.keys.join('", "')}", which is none of its values`;
  return `${where} ${issue.message}`;
}

function checkVaultValues(values: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  const wrong = (message: string) => context.addIssue(message);
  const entries = Object.entries(values);
  if (entries.length === 0) wrong('is empty');
  for (const [name, value] of entries) {
    if (!isVaultOutput(name)) wrong(`holds "${name}", which can't be an output`);
    if (value === '') wrong(`holds nothing as "${name}"`);
    // A file of the runner, or a variable, would end there.
    if (value.includes('\0')) wrong(`holds binary data as "${name}"`);
  }
}

/** Nothing that kubectl would send along, or that a reader would take for another host. */
function isPlainAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.username + url.password + url.search + url.hash === '';
}

const CERTIFICATES = /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;

function isCertificates(base64: string): boolean {
  const pem = Buffer.from(base64, 'base64').toString('latin1');
  if (!CERTIFICATES.test(pem)) return false;
  try {
    for (const [block] of pem.matchAll(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)) new X509Certificate(block);
  } catch {
    return false;
  }
  return true;
}
