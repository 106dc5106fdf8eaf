// The organization's file, checked as a whole: teams that exist, offers that are well-formed, freezes as moments.
import type { CredentialKinds } from '../providers/credential-kinds.ts';
import { didYouMean } from '../schema-problems.ts';
import { parseStrictYaml, type StrictYaml } from '../strict-yaml.ts';
import { type ParsedOffers, parseOffers, unknownKind } from './offers.ts';
import { type OrganizationDocument, organizationSchema } from './organization-document.ts';
import type { Freeze, PolicyDocument, TeamGroup } from './policy-set.ts';
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
  readonly report: Report;
}

interface OrganizationOptions {
  readonly file: string;
  readonly kinds: CredentialKinds;
  readonly people: ConfiguredPeople | undefined;
  readonly findings: Findings;
}

/** Undefined where the file is missing or wrong; the findings say why. */
export function readOrganization(
  source: PolicyDocument | undefined,
  options: OrganizationOptions,
): Organization | undefined {
  const { file, findings } = options;
  if (source === undefined) {
    findings.errors.push({
      file,
      line: 1,
      column: 1,
      key: '',
      message:
        'is missing: it names the teams, the projects and what each may offer; nothing can be allowed without it',
    });
    return undefined;
  }
  const result = parseStrictYaml(source, organizationSchema);
  if (!result.ok) {
    findings.errors.push(...result.findings);
    return undefined;
  }
  const organization = understand(result.yaml, options);
  // Projects are not held against limits that are themselves in doubt: their errors would only repeat this file's.
  return findings.errors.length === 0 ? organization : undefined;
}

function understand(
  yaml: StrictYaml<OrganizationDocument>,
  { file, kinds, people, findings }: OrganizationOptions,
): Organization {
  const document = yaml.value;
  const report = reportInto(findings, yaml.finding);
  checkTeams(document, report);
  if (people !== undefined) checkPeople(document, people, report);
  checkKinds(document, { kinds, report });
  return {
    file,
    document,
    report,
    offers: readOffers(document, { kinds, report }),
    freezes: readFreezes(document, report),
  };
}

/** Ends the sentence that starts with a team nobody knows. */
export function unknownTeam(team: string, { teams }: OrganizationDocument, file: string): string {
  return `the team "${team}" is not among the teams of ${file}${didYouMean(team, Object.keys(teams)) || ': add it there with its id'}`;
}

/** Names in the organization's file of entitlements that no policy has: harmless, and mostly a slip. */
export function warnOfUnknownScopes({ document, report }: Organization, known: ReadonlySet<string>): void {
  const { freeze, waivers } = document.guardrails;
  const named = [
    ...document.guardrails['allow-static'].map((scope, at) => ({ scope, path: ['guardrails', 'allow-static', at] })),
    ...freeze.flatMap(({ except }, at) =>
      except.map((scope, index) => ({ scope, path: ['guardrails', 'freeze', at, 'except', index] })),
    ),
    ...waivers.map(({ entitlement: scope }, at) => ({ scope, path: ['guardrails', 'waivers', at, 'entitlement'] })),
  ];
  for (const { scope, path } of named) {
    if (!known.has(scope)) report.warn(path, `no policy has an entitlement "${scope}"${didYouMean(scope, known)}`);
  }
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
