// The organization's file, checked as a whole: teams that exist, offers that are well-formed, freezes as moments.
import type { CredentialKinds } from '../providers/credential-kinds.ts';
import { didYouMean } from '../shapes/schema-problems.ts';
import type { Place } from '../yaml/places.ts';
import type { Finding } from '../yaml/strict-yaml.ts';
import { type ParsedOffers, parseOffers, unknownKind } from './offers.ts';
import type { OrganizationDocument } from './organization-document.ts';
import { type ParsedFile, placing } from './policy-file.ts';
import type { Freeze, TeamGroup } from './policy-set.ts';
import { type Findings, type Report, reportInto } from './report.ts';
import { momentOf } from './time-zones.ts';

/** Sign-in providers by name, and the teams that the configuration gives each role to. */
export interface ConfiguredPeople {
  readonly signIn: readonly string[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export interface Organization {
  readonly file: string;
  readonly document: OrganizationDocument;
  readonly offers: ReadonlyMap<string, ParsedOffers['byKind']>;
  readonly freezes: readonly Freeze[];
  readonly places: () => Place;
}

interface OrganizationOptions {
  readonly file: string;
  readonly kinds: CredentialKinds;
  readonly people: ConfiguredPeople | undefined;
}

export interface CheckedOrganization extends Findings {
  /** undefined where the file is missing or wrong; the errors say why */
  readonly organization: Organization | undefined;
}

/** @param parsed undefined where there is no such file */
export function checkOrganization(
  parsed: ParsedFile<OrganizationDocument> | undefined,
  options: OrganizationOptions,
): CheckedOrganization {
  const { file } = options;
  if (parsed === undefined) return refused([{ file, line: 1, column: 1, key: '', message: MISSING }]);
  if (!parsed.ok) return refused(parsed.findings);
  const findings: Findings = { errors: [], warnings: [] };
  const report = reportInto(findings, placing(file, parsed.places));
  const organization = understand(parsed, { ...options, report });
  // Projects are not held against limits that are themselves in doubt: their errors would only repeat this file's.
  return { ...findings, organization: findings.errors.length === 0 ? organization : undefined };
}

const MISSING =
  'is missing: it names the teams, the projects and what each may offer; nothing can be allowed without it';

const refused = (errors: readonly Finding[]): CheckedOrganization => ({
  errors: [...errors],
  warnings: [],
  organization: undefined,
});

function understand(
  { value: document, places }: { value: OrganizationDocument; places: () => Place },
  { file, kinds, people, report }: OrganizationOptions & { report: Report },
): Organization {
  checkTeams(document, report);
  if (people !== undefined) checkPeople(document, people, report);
  checkKinds(document, { kinds, report });
  const [offers, freezes] = [readOffers(document, { kinds, report }), readFreezes(document, report)];
  return { file, document, offers, freezes, places };
}

/** Ends the sentence that starts with a team nobody knows. */
export function unknownTeam(team: string, { teams }: OrganizationDocument, file: string): string {
  return `the team "${team}" is not among the teams of ${file}${didYouMean(team, Object.keys(teams)) || ': add it there with its id'}`;
}

/** Entitlements by the name of their project. */
type Known = ReadonlyMap<string, { readonly entitlements: ReadonlyMap<string, unknown> }>;

/** Names in the organization's file of entitlements that no policy has: harmless, and mostly a slip. */
export function unknownScopes({ document, file, places }: Organization, known: Known): Finding[] {
  const { freeze, waivers } = document.guardrails;
  const named = [
    ...document.guardrails['allow-static'].map((scope, at) => ({ scope, path: ['guardrails', 'allow-static', at] })),
    ...freeze.flatMap(({ except }, at) =>
      except.map((scope, index) => ({ scope, path: ['guardrails', 'freeze', at, 'except', index] })),
    ),
    ...waivers.map(({ entitlement: scope }, at) => ({ scope, path: ['guardrails', 'waivers', at, 'entitlement'] })),
  ];
  return named.flatMap(({ scope, path }) =>
    unknownScope(scope, known).map((message) => placing(file, places)(path, message)),
  );
}

/** What was meant is looked for near by: among a hundred thousand others it would take too long. */
function unknownScope(scope: string, known: Known): string[] {
  const slash = scope.indexOf('/');
  const [project, name] = [scope.slice(0, slash), scope.slice(slash + 1)];
  const own = known.get(project)?.entitlements;
  if (own?.has(name) === true) return [];
  const ofSameName = [...known]
    .filter(([, { entitlements }]) => entitlements.has(name))
    .map(([other]) => `${other}/${name}`);
  const near = own === undefined ? ofSameName : [...[...own.keys()].map((one) => `${project}/${one}`), ...ofSameName];
  return [`no policy has an entitlement "${scope}"${didYouMean(scope, near)}`];
}

function checkTeams(document: OrganizationDocument, report: Report): void {
  const owners = [
    ...Object.entries(document.projects).map(([project, { owner }]) => ({
      owner,
      path: ['projects', project, 'owner'],
    })),
    ...document.guardrails.waivers.map(({ owner }, at) => ({ owner, path: ['guardrails', 'waivers', at, 'owner'] })),
  ];
  for (const { owner, path } of owners) {
    if (!Object.hasOwn(document.teams, owner)) report.error(path, unknownTeam(owner, document, 'this file'));
  }
}

/** Harmless, since nobody has what a team that is not there would give; and mostly a slip. */
function checkPeople({ teams }: OrganizationDocument, { signIn, roles }: ConfiguredPeople, report: Report): void {
  for (const [role, names] of Object.entries(roles)) {
    for (const name of names.filter((one) => !Object.hasOwn(teams, one)))
      report.warn(
        ['teams'],
        `the configuration gives the role \`${role}\` to the team "${name}", which is not here${didYouMean(name, Object.keys(teams)) || ': add it with its id'}`,
      );
  }
  for (const [name, group] of Object.entries(teams)) {
    if ('sign-in' in group && !signIn.includes(group['sign-in']))
      report.warn(
        ['teams', name, 'sign-in'],
        `the configuration has no sign-in provider "${group['sign-in']}"${didYouMean(group['sign-in'], signIn)}: nobody is in this team`,
      );
  }
}

export function teamsOf({ teams }: OrganizationDocument): ReadonlyMap<string, TeamGroup> {
  return new Map(
    Object.entries(teams).map(([name, group]) => [
      name,
      'github' in group ? { github: group.github } : { signIn: group['sign-in'], group: group.group },
    ]),
  );
}

/** A mistyped kind would let every entitlement slip past the guardrail. */
function checkKinds(
  { guardrails }: OrganizationDocument,
  { kinds, report }: { kinds: CredentialKinds; report: Report },
): void {
  for (const [at, { kind }] of guardrails.require.entries()) {
    if (kind !== undefined && !kinds.has(kind))
      report.error(['guardrails', 'require', at, 'kind'], unknownKind(kind, kinds));
  }
}

function readOffers(
  document: OrganizationDocument,
  { kinds, report }: { kinds: CredentialKinds; report: Report },
): Organization['offers'] {
  const offers = new Map<string, ParsedOffers['byKind']>();
  for (const [project, { 'may-offer': mayOffer }] of Object.entries(document.projects)) {
    const { problems, byKind } = parseOffers(mayOffer, kinds);
    report.under('projects', project, 'may-offer').errors(problems);
    offers.set(project, byKind);
  }
  return offers;
}

function readFreezes(document: OrganizationDocument, report: Report): readonly Freeze[] {
  return document.guardrails.freeze.map(({ from, to, zone, reason, except }, at) => {
    const freeze = {
      from: momentOf(from, zone),
      // An hour that comes twice is frozen both times.
      to: momentOf(to, zone, 'last'),
      ends: `${to} ${zone}`,
      reason,
      except: new Set(except),
    };
    if (freeze.to <= freeze.from)
      report.error(['guardrails', 'freeze', at, 'to'], `${to} is not after ${from}: the freeze would never hold`);
    return freeze;
  });
}
