// The drafts: a policy of the project, and what the organization has to offer it. Both load once `policy pin` has filled in the
// ids; what stands in for a decision says so in a comment at its place.
import type { Access } from './accesses.ts';
import { type DraftRule, rulesOf } from './draft-rules.ts';
import { word, words } from './yaml-words.ts';

export interface DraftOptions {
  readonly project: string;
  readonly repository: string;
  readonly owner: string;
  /** kinds of credential that this version can issue */
  readonly built: readonly string[];
}

export interface DraftedEntitlement {
  readonly name: string;
  readonly access: Access;
  readonly rules: readonly DraftRule[];
  /** what people must decide, a sentence each */
  readonly decide: readonly string[];
}

export function entitlementsOf(accesses: readonly Access[]): readonly DraftedEntitlement[] {
  const taken = new Set<string>();
  return accesses.map((access) => {
    const drafted = access.uses.map(rulesOf);
    const rules = distinct(drafted.flatMap(({ rules: own }) => own));
    const name = freeName(access.name, taken);
    taken.add(name);
    return {
      name,
      access,
      rules: rules.length === 0 ? [STAND_IN] : rules,
      decide: drafted.flatMap(({ decide }) => decide),
    };
  });
}

/** Nobody's job: an entitlement has at least one rule. */
const STAND_IN: DraftRule = {
  conditions: [
    ['branch', 'main'],
    ['environment', 'decide-me'],
  ],
  decide: ['which jobs: no rule could be drafted, and this one stands in'],
};

/** Without those that another one contains: a rule with all of its conditions but some allows what it allows. */
function distinct(rules: readonly DraftRule[]): readonly DraftRule[] {
  const byText = new Map(rules.map((rule) => [JSON.stringify(rule.conditions), rule]));
  const texts = new Map([...byText.values()].map((rule) => [rule, rule.conditions.map((one) => JSON.stringify(one))]));
  return [...texts].flatMap(([rule, own]) => {
    const contained = [...texts.values()].some(
      (other) => other.length < own.length && other.every((condition) => own.includes(condition)),
    );
    return contained ? [] : [rule];
  });
}

function freeName(wish: string, taken: ReadonlySet<string>): string {
  const base =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 36) || 'access';
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** Shortest life that the other side can keep, or a quarter of an hour. */
const TTL: Readonly<Record<string, string>> = { 'azure-app': '90m' };

export function draftPolicy(entitlements: readonly DraftedEntitlement[], options: DraftOptions): string {
  const { project, repository, owner, built } = options;
  return [
    `# A draft from the workflows of ${repository}. Lines with DECIDE need somebody who knows; take the word out when they do.`,
    '# Then: `buildpass policy pin` fills in the ids, `buildpass policy check` says whether it loads, and `buildpass policy test` whether it decides as the cases say.',
    `project: ${word(project)}`,
    `owner: ${word(owner)} # DECIDE: the team that answers for this policy`,
    'repositories:',
    `  - { name: ${word(repository)} } # the id decides: \`policy pin\` fills it in`,
    'entitlements:',
    ...entitlements.flatMap((one, at) => [...(at === 0 ? [] : ['']), ...entitlementLines(one, built)]),
    '',
  ].join('\n');
}

function entitlementLines({ name, access, rules, decide }: DraftedEntitlement, built: readonly string[]): string[] {
  const { kind, parameters, undecided } = access;
  const risk = kind === 'github-token' ? 'low' : 'high';
  const missing = built.includes(kind)
    ? []
    : [`    # This version cannot issue \`${kind}\` yet: the entitlement loads, and refuses every job.`];
  return [
    `  ${name}:`,
    ...missing,
    ...decide.map((sentence) => `    # DECIDE: ${sentence}`),
    `    risk: ${risk} # DECIDE: how much harm it could do`,
    '    credential:',
    `      kind: ${kind}`,
    ...Object.entries(parameters).map(([key, value]) => {
      return `      ${word(key)}: ${words(value)}${standsIn(undecided, key)}`;
    }),
    `    ttl: ${TTL[kind] ?? '15m'}`,
    '    allow:',
    ...rules.flatMap(ruleLines),
  ];
}

function standsIn(undecided: Access['undecided'], key: string): string {
  if (!Object.hasOwn(undecided, key)) return '';
  const source = undecided[key];
  if (key === 'audience') return ' # DECIDE: this stands in for what the service takes as `aud`, mostly its address';
  return ` # DECIDE: this stands in${source === undefined ? '' : ` for ${source} of the workflow`}`;
}

function ruleLines({ conditions, decide }: DraftRule): string[] {
  return [
    ...decide.map((sentence) => `      # DECIDE: ${sentence}`),
    ...conditions.map(([key, value], at) => `      ${at === 0 ? '-' : ' '} ${key}: ${words(value)}`),
  ];
}

export function draftOrganization(entitlements: readonly DraftedEntitlement[], options: DraftOptions): string {
  const { project, owner, repository } = options;
  const offers = [...new Set(entitlements.flatMap(({ access }) => offerOf(access, repository) ?? []))];
  return [
    '# A draft of what the organization would offer: merge `teams` and `projects` into its file.',
    'teams:',
    `  ${word(owner)}: # the id decides: \`policy pin\` fills it in`,
    'projects:',
    `  ${word(project)}:`,
    `    owner: ${word(owner)}`,
    ...(offers.length === 0 ? [] : ['    may-offer:', ...offers.map((offer) => `      - ${offer}`)]),
    '',
  ].join('\n');
}

/** Parameters that an offer bounds, by its own names for them. */
const OFFERED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jwt: { audience: 'audiences' },
  'aws-role': { role: 'roles' },
  'gcp-service-account': { provider: 'providers', 'service-account': 'service-accounts', scopes: 'scopes' },
  'azure-app': { tenant: 'tenants', 'client-id': 'client-ids', scope: 'scopes' },
  'vault-secret': { upstream: 'upstreams', role: 'roles', path: 'paths' },
};

/** Undefined where a project reaches it without an offer. */
function offerOf({ kind, parameters, undecided }: Access, repository: string): string | undefined {
  if (kind === 'github-token') return offerOfRepositories(parameters, repository);
  const lists = Object.entries(OFFERED[kind] ?? {}).map(([parameter, offer]) => {
    const values = [parameters[parameter] ?? []].flat() as string[];
    return `${offer}: [${values.map(word).join(', ')}]`;
  });
  const open = Object.keys(OFFERED[kind] ?? {}).some((parameter) => Object.hasOwn(undecided, parameter));
  return `{ kind: ${kind}, ${lists.join(', ')} }${open ? ' # DECIDE: the same as in the policy' : ''}`;
}

function offerOfRepositories(
  { repositories = [], permissions = {} }: Access['parameters'],
  own: string,
): string | undefined {
  const others = ([repositories].flat() as string[]).filter((one) => one.toLowerCase() !== own.toLowerCase());
  if (others.length === 0) return undefined;
  const listed = others.map((name) => `{ name: ${word(name)} }`).join(', ');
  return `{ kind: github-token, repositories: [${listed}], permissions: ${words(permissions)} } # the ids decide: \`policy pin\` fills them in`;
}
