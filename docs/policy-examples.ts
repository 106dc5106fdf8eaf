// The examples of the policy language, one for each key (policy-examples.yaml), as the documents that a broker would load and the
// jobs that are decided by them. The reference is made from them, and a test holds each to what its sentence says.
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type LoadResult, loadPolicy } from '../broker/policy/load-policy.ts';
import type { PolicyDocument, TextedSet } from '../broker/policy/policy-set.ts';
import { credentialKinds } from '../broker/providers/credential-kinds.ts';
import { BUILT_KINDS } from '../broker/providers/index.ts';

/** A job in the words of a case (docs/policy-tools.md); whoever decides it reads it as one. */
const job = z.record(z.string(), z.unknown());

const example = z.strictObject({
  keys: z.array(z.string()).min(1),
  write: z.string().trim(),
  given: z.record(z.string(), z.unknown()).default({}),
  offer: z.string().trim().optional(),
  says: z.string().trim(),
  permits: job.optional(),
  denies: job,
  refused: z.strictObject({ write: z.string().trim(), because: z.string() }).optional(),
});

export type PolicyExample = z.output<typeof example>;

export function readExamples(): readonly PolicyExample[] {
  const text = readFileSync(new URL('policy-examples.yaml', import.meta.url), 'utf8');
  return z.array(example).parse(parse(text));
}

type Keys = Readonly<Record<string, unknown>>;
type Place = 'rule' | 'entitlement' | 'project' | 'organization';

/** Where the keys of an example are written. */
function placeOf({ keys: [key = ''] }: PolicyExample): Place {
  if (key.startsWith('entitlements.NAME.allow[].')) return 'rule';
  if (/^(entitlements\.NAME|credential)\./.test(key)) return 'entitlement';
  return /^(teams|projects|guardrails)\b/.test(key) ? 'organization' : 'project';
}

const ENTITLEMENT: Keys = {
  risk: 'low',
  credential: { kind: 'jwt', audience: 'https://deploy.example.com' },
  ttl: '10m',
  allow: [{ branch: 'main' }],
};
const REPOSITORIES = [
  { name: 'acme/shop', id: '2001' },
  { name: 'acme/shop-docs', id: '2004' },
];
const TEAMS: Keys = {
  'acme/platform': { github: '4710' },
  'acme/release-managers': { github: '4711' },
  'acme/security': { github: '4712' },
  'acme/on-call': { github: '4713' },
  'acme/product': { github: '4714' },
};
const OFFERS = [
  { kind: 'jwt', audiences: ['https://deploy.example.com'], claims: ['action'] },
  { kind: 'vault-secret', upstreams: ['vault-prod'], roles: ['shop'], paths: ['kv/data/shop'] },
];

/** The files of an example, or of what stands beside it and must not load. */
function documentsOf(one: PolicyExample, beside?: string): readonly PolicyDocument[] {
  const place = placeOf(one);
  // Beside a guardrail it is the entitlement that goes too far; else the same keys, written wrongly.
  const organization = place === 'organization' ? keysOf(one.write) : {};
  const own = place === 'organization' ? beside : (beside ?? one.write);
  const at = place === 'organization' ? 'entitlement' : place;
  const entitlement = { ...ENTITLEMENT, ...one.given, ...entitlementKeys(at, own) };
  const project = {
    ...{ project: 'shop', owner: 'acme/platform', repositories: REPOSITORIES, entitlements: { deploy: entitlement } },
    ...(at === 'project' && own !== undefined ? keysOf(own) : {}),
  };
  const offers = [...OFFERS, ...(one.offer === undefined ? [] : [parse(one.offer) as unknown])];
  const base = {
    teams: { ...TEAMS, ...(organization['teams'] as Keys | undefined) },
    projects: { [project.project]: { owner: 'acme/platform', 'may-offer': offers } },
  };
  return [
    { file: '_organization.yaml', text: yaml({ ...base, ...organization, teams: base.teams }) },
    { file: 'shop.yaml', text: yaml(project) },
  ];
}

function entitlementKeys(at: Place, own: string | undefined): Keys {
  if (own === undefined || at === 'project') return {};
  return at === 'rule' ? { allow: [keysOf(own)] } : keysOf(own);
}

const keysOf = (text: string): Keys => parse(text) as Keys;
const yaml = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false });

const UPSTREAMS = new Map([
  ['vault-prod', 'vault'],
  ['cluster-eu', 'kubernetes'],
]);

export const loadExample = (one: PolicyExample, beside?: string): LoadResult<TextedSet> =>
  loadPolicy(documentsOf(one, beside), {
    ...{ organizationFile: '_organization.yaml', issuers: undefined, upstreams: UPSTREAMS },
    kinds: credentialKinds(BUILT_KINDS),
  });
