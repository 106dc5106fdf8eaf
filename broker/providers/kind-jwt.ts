// The `jwt` kind: audience, claims and algorithm of a token that the broker signs itself.
// A policy can add claims of its own, and never set one that says who asked, for what, or until when.
import { z } from 'zod';
import { text } from '../policy/forms.ts';
import { defineKind, type Kind } from './kind-definition.ts';

/** What the broker itself puts into every JWT (docs/http-api.md). */
const OURS = [
  'assurance',
  'approved_by',
  'check_run_id',
  'client_id',
  'environment',
  'issuer_name',
  'kubernetes_namespace',
  'ref',
  'repository',
  'repository_id',
  'run_attempt',
  'run_id',
  'sha',
];

/** What the broker or GitHub says elsewhere, in entries, answers and ID tokens: here a policy would be saying it. */
const SAID_ELSEWHERE = [
  'actor',
  'actor_id',
  'base_ref',
  'credential',
  'enterprise',
  'enterprise_id',
  'entitlement',
  'environment_node_id',
  'event_name',
  'expires_in',
  'head_ref',
  'issuance_id',
  'issued_token_type',
  'issuer',
  'job_workflow_ref',
  'job_workflow_sha',
  'kind',
  'lease_id',
  'policy_digest',
  'project',
  'ref_protected',
  'ref_type',
  'repository_owner',
  'repository_owner_id',
  'repository_visibility',
  'request_id',
  'requester',
  'rule',
  'run_number',
  'runner_environment',
  'token_type',
  'workflow',
  'workflow_ref',
  'workflow_sha',
];

/** The IANA registry "JSON Web Token Claims": a relying party may act on any of these without our meaning it. */
const REGISTERED = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'email',
  'email_verified',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'address',
  'updated_at',
  'azp',
  'nonce',
  'auth_time',
  'at_hash',
  'c_hash',
  's_hash',
  'acr',
  'amr',
  'sub_jwk',
  'cnf',
  'sip_from_tag',
  'sip_date',
  'sip_callid',
  'sip_cseq_num',
  'sip_via_branch',
  'orig',
  'dest',
  'mky',
  'events',
  'toe',
  'txn',
  'rph',
  'sid',
  'vot',
  'vtm',
  'attest',
  'origid',
  'act',
  'scope',
  'may_act',
  'jcard',
  'at_use_nbr',
  'div',
  'opt',
  'vc',
  'vp',
  'sph',
  'ace_profile',
  'cnonce',
  'exi',
  'roles',
  'groups',
  'entitlements',
  'token_introspection',
  'eat_nonce',
  'ueid',
  'sueids',
  'oemid',
  'hwmodel',
  'hwversion',
  'oemboot',
  'dbgstat',
  'location',
  'eat_profile',
  'submods',
  'uptime',
  'bootcount',
  'bootseed',
  'dloas',
  'swname',
  'swversion',
  'manifests',
  'measurements',
  'measres',
  'intuse',
  'cdniv',
  'cdnicrit',
  'cdniip',
  'cdniuc',
  'cdniets',
  'cdnistt',
  'cdnistd',
  'sig_val_claims',
  'authorization_details',
  'verified_claims',
  'place_of_birth',
  'nationalities',
  'birth_family_name',
  'birth_given_name',
  'birth_middle_name',
  'salutation',
  'title',
  'msisdn',
  'also_known_as',
  'htm',
  'htu',
  'ath',
  'atc',
  'sub_id',
  'rcd',
  'rcdi',
  'crn',
  'msgi',
  '_claim_names',
  '_claim_sources',
  'rdap_allowed_purposes',
  'rdap_dnt_allowed',
  'geohash',
  '_sd',
  '...',
  '_sd_alg',
  'sd_hash',
  'status',
  'vct',
  'trust_chain',
  'metadata',
  'jwks',
  'authority_hints',
  'logo_uri',
];

/** AWS reads session tags and a source identity from here: permissions, in the guise of a claim. */
const AWS_CLAIMS = /^https?:\/\/aws\.amazon\.com(?![\w.-])/i;

function claimProblem(name: string): string | undefined {
  if (AWS_CLAIMS.test(name))
    return `"${name}" would be taken by AWS for tags of the session: no claim may start with https://aws.amazon.com`;
  if (OURS.includes(name)) return `"${name}" is set by the broker: choose another name`;
  if (SAID_ELSEWHERE.includes(name))
    return `"${name}" is what GitHub or the broker says: choose another name, such as "x_${name}"`;
  if (REGISTERED.includes(name))
    return `"${name}" is a registered claim with a meaning of its own: choose another name, such as "x_${name}"`;
  return /^[\w.:/-]{1,128}$/.test(name)
    ? undefined
    : `"${name}" is not the name of a claim: letters, digits and _ . : / - are, at most 128`;
}

const claimName = z.string().superRefine((name, context) => {
  const message = claimProblem(name);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const audience = text(
  /^[^\s*\p{Cc}]{1,255}$/u,
  'one audience, compared whole: no spaces, no *, at most 255 characters',
);

export const jwtKind: Kind = defineKind({
  kind: 'jwt',
  // Ours to choose. A day is long for a job, and short for a token that leaked.
  lifetime: { min: 60, max: 86_400 },
  revocation: 'at-expiry',
  gives: ({ audience: one, claims }) =>
    `a JWT for ${one}${claims === undefined ? '' : `, with ${claimsInWords(claims)}`}`,
  power: () => ({ points: 5, sentence: 'what a JWT can do is up to the one party that it is made for.' }),
  parameters: z.strictObject({
    audience: audience.describe('The `aud` of the token: whom it is for.'),
    claims: z
      .record(claimName, z.string().min(1).max(256))
      .refine((claims) => Object.keys(claims).length > 0, 'is empty: name a claim, or leave the key out')
      .optional()
      .describe('Claims of your own.'),
    algorithm: z.enum(['ES256', 'RS256']).optional().describe('RS256 only where the relying party knows no ES256.'),
  }),
  reach: [
    { parameter: 'audience', offer: 'audiences', compare: 'whole', values: ({ audience: one }) => [one] },
    {
      parameter: 'claims',
      offer: 'claims',
      compare: 'whole',
      leftOut: 'nothing',
      values: ({ claims }) => Object.keys(claims ?? {}),
    },
    {
      parameter: 'algorithm',
      offer: 'algorithms',
      compare: 'whole',
      leftOut: 'anything',
      values: ({ algorithm }) => [algorithm ?? 'ES256'],
    },
  ],
});

const claimsInWords = (claims: Readonly<Record<string, string>>): string =>
  Object.entries(claims)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
