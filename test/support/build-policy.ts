// A valid project and organization as documents, with whatever a test wants to be different, and what loading them gives.
import { stringify } from 'yaml';
import type { Ask, Decision, Subject } from '../../broker/model.ts';
import { evaluate } from '../../broker/policy/evaluate.ts';
import {
  type LoadResult,
  loadPolicy,
  type PolicyContext,
  type PolicyDocument,
} from '../../broker/policy/load-policy.ts';
import type { TextedSet } from '../../broker/policy/policy-set.ts';
import { credentialKinds } from '../../broker/providers/credential-kinds.ts';
import { formatFinding } from '../../broker/yaml/strict-yaml.ts';

export type Yaml = Readonly<Record<string, unknown>>;

/** 2026-11-22, a Sunday, noon in UTC. */
export const NOW = Date.UTC(2026, 10, 22, 12);

const ENTITLEMENT: Yaml = {
  title: 'Publish a preview',
  risk: 'low',
  credential: { kind: 'jwt', audience: 'https://previews.example.com' },
  ttl: '10m',
  allow: [{ branch: 'main' }],
};

/** `preview`, an entitlement that any push to main is allowed. */
export const buildEntitlement = (overrides: Yaml = {}): Yaml => withoutUndefined({ ...ENTITLEMENT, ...overrides });

export const buildProject = (overrides: Yaml = {}): Yaml =>
  withoutUndefined({
    project: 'shop',
    title: 'Web shop',
    owner: 'acme/platform',
    repositories: [{ name: 'acme/shop', id: '2001' }],
    entitlements: { preview: ENTITLEMENT },
    ...overrides,
  });

export const buildOrganization = (overrides: Yaml = {}): Yaml =>
  withoutUndefined({
    teams: {
      'acme/platform': { github: '4710' },
      'acme/release-managers': { github: '4711' },
      'acme/security': { github: '4712' },
    },
    projects: {
      shop: {
        owner: 'acme/platform',
        'may-offer': [
          {
            kind: 'jwt',
            audiences: ['https://previews.example.com', 'https://deploy.example.com'],
            claims: ['action'],
          },
        ],
      },
    },
    ...overrides,
  });

/** As a person would write it: a value used twice is written twice, since aliases are refused. */
export const yamlText = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false });

export interface PolicyParts {
  /** keys of shop.yaml that differ */
  readonly project?: Yaml;
  /** keys of `entitlements.preview` that differ */
  readonly entitlement?: Yaml;
  /** keys of _organization.yaml that differ */
  readonly organization?: Yaml;
  /** further files, or others in the place of these two */
  readonly files?: Readonly<Record<string, string>>;
}

export function buildDocuments({
  project = {},
  entitlement = {},
  organization = {},
  files = {},
}: PolicyParts = {}): readonly PolicyDocument[] {
  const texts = {
    '_organization.yaml': yamlText(buildOrganization(organization)),
    'shop.yaml': yamlText(buildProject({ entitlements: { preview: buildEntitlement(entitlement) }, ...project })),
    ...files,
  };
  return Object.entries(texts).map(([file, text]) => ({ file, text }));
}

/** A configuration without `sign-in`. */
export const NOBODY_SIGNS_IN = { signIn: [], roles: { security: [], operators: [] } };

export const buildContext = (overrides: Partial<PolicyContext> = {}): PolicyContext => ({
  organizationFile: '_organization.yaml',
  issuers: [{ name: 'github', owners: { acme: '1001', other: '1002' } }],
  upstreams: new Map([
    ['vault-prod', 'vault'],
    ['cluster-eu', 'kubernetes'],
  ]),
  kinds: credentialKinds(['jwt']),
  ...overrides,
});

export const load = (parts: PolicyParts = {}, context: Partial<PolicyContext> = {}): LoadResult<TextedSet> =>
  loadPolicy(buildDocuments(parts), buildContext(context));

/** `preview` as a value of a vault that never dies, offered and allowed by name. */
export function buildStaticSecret(
  entitlement: Yaml = {},
  guardrails: Yaml = { 'allow-static': ['shop/preview'] },
): PolicyParts {
  const [upstream, role, path] = ['vault-prod', 'shop', 'kv/data/shop'];
  const offer = { kind: 'vault-secret', upstreams: [upstream], roles: [role], paths: [path] };
  const credential = { kind: 'vault-secret', upstream, role, path, values: { key: 'key' } };
  return {
    organization: { projects: { shop: { owner: 'acme/platform', 'may-offer': [offer] } }, guardrails },
    entitlement: { credential, ttl: 'never', ...entitlement },
  };
}

/** The set, or an error that shows why there is none. */
export function buildPolicies(parts: PolicyParts = {}, context: Partial<PolicyContext> = {}): TextedSet {
  const result = load(parts, context);
  if (result.ok) return result.policies;
  throw new Error(`these documents do not load:\n${result.findings.map(formatFinding).join('\n')}`);
}

/** The errors of documents that must not load, one a line, without their places. */
export function errorsOf(parts: PolicyParts, context: Partial<PolicyContext> = {}): readonly string[] {
  const result = load(parts, context);
  return result.ok ? [] : result.findings.map(({ file, key, message }) => `${file} ${key}: ${message}`);
}

export const warningsOf = (parts: PolicyParts, context: Partial<PolicyContext> = {}): readonly string[] =>
  load(parts, context).warnings.map(({ file, key, message }) => `${file} ${key}: ${message}`);

export const buildAsk = (overrides: Partial<Ask> = {}): Ask => ({
  project: 'shop',
  entitlement: 'preview',
  ttl: undefined,
  now: NOW,
  standing: { suspension: undefined, issuedToJob: 0 },
  ...overrides,
});

/** What a subject is told who asks for `shop/preview` where the entitlement has these keys. */
export const decide = (entitlement: Yaml, subject: Subject, ask: Partial<Ask> = {}): Decision =>
  evaluate(buildPolicies({ entitlement }), subject, buildAsk(ask));

/** The same for one rule alone. */
export const decideRule = (rule: Yaml, subject: Subject, ask: Partial<Ask> = {}): Decision =>
  decide({ allow: [rule] }, subject, ask);

/** `permit`, `stranger`, or the codes of the reasons. */
export function outcomeOf(decision: Decision): string {
  return decision.outcome === 'deny' ? decision.reasons.map(({ code }) => code).join(' ') : decision.outcome;
}

const withoutUndefined = (value: Yaml): Yaml =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
