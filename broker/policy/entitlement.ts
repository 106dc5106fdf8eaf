// Turns one entitlement as it is written into one that can be decided about, and reports what is wrong with it: rules that can
// never hold, parameters beyond the offers, a TTL that nobody can keep, guardrails, teams that nobody knows.
import { formatDuration } from '../../shared/duration.ts';
import type { Entitlement, Repository, Rule } from '../model.ts';
import type { CredentialKind, CredentialKinds, Upstreams } from '../providers/credential-kinds.ts';
import { anyOf, type KeyPath, shortened } from '../shapes/schema-problems.ts';
import { approvalTerms, authorsApart, warnOfAuthors } from './compile-approval.ts';
import { compileRule } from './conditions.ts';
import type { EntitlementDocument } from './document.ts';
import { approvalWords, peopleWords } from './explain.ts';
import { isElsewhere } from './fact-conditions.ts';
import { checkGuardrails } from './guardrails.ts';
import { unknownKind } from './offers.ts';
import { type Organization, unknownTeam } from './organization.ts';
import { promisedRevocation } from './promised-revocation.ts';
import type { Report } from './report.ts';
import { riskFigure, sharedFigure } from './risk-figure.ts';
import { ruleProblems } from './rule-problems.ts';
import { type Share, slim } from './sharing.ts';

export interface EntitlementContext {
  readonly project: string;
  readonly repositories: readonly Repository[];
  readonly organization: Organization;
  readonly kinds: CredentialKinds;
  readonly appIssuers: readonly string[] | undefined;
  readonly upstreams: Upstreams | undefined;
  readonly peopleCanSignIn: boolean | undefined;
  /** whether a GitHub App is configured; undefined where no configuration is at hand */
  readonly factsCanBeAsked: boolean | undefined;
  /** whether the configuration says where the policies are kept; undefined where none is at hand */
  readonly authorsCanBeAsked: boolean | undefined;
  readonly share: Share;
  readonly report: Report;
}

const SHORTEST_TTL = 60;
/** Characters: a list of a thousand teams is in the policy, and not in every answer that names the entitlement. */
const MAX_SAID = 1_024;

export function compileEntitlement(
  name: string,
  document: EntitlementDocument,
  context: EntitlementContext,
): Entitlement {
  const { project, report, organization, share } = context;
  const kind = context.kinds.get(document.credential.kind);
  const guarded = checkGuardrails(`${project}/${name}`, document, organization.document.guardrails);
  report.errors(guarded.problems);
  for (const { path, message } of guarded.warnings) report.warn(path, message);
  warnOfIdleKeys(document, report);
  warnOfAuthors(document, context);
  checkTeams(document, context);
  checkTimes(document, kind, report);
  const lacks = lacksOf(document, kind, context);
  const { parameters, onlyFrom } = parametersOf(document, kind, context);
  checkEnd(document, kind, { parameters, report });
  const credential = { kind: document.credential.kind, parameters };
  const given = kind === undefined || parameters === undefined ? '' : shortened(kind.gives(parameters), MAX_SAID);
  const rules = rulesOf(document, { ...context, onlyFrom });
  const figure = riskFigure(document, { kind, parameters, repositories: context.repositories });
  for (const { code, what } of lacks) report.warn([], `needs ${what}: it loads, and refuses every job with ${code}`);
  return {
    project,
    name,
    title: document.title ?? name,
    description: document.description,
    risk: document.risk,
    ttl: document.ttl,
    shortestTtl: Math.max(SHORTEST_TTL, kind?.lifetime.min ?? SHORTEST_TTL),
    credential: share(`credential ${JSON.stringify(credential)}`, () => credential),
    maxPerJob: document['max-per-job'],
    session: document.session,
    publicDetails: document['public-details'],
    observe: document.mode === 'observe',
    expiresAt: document.expires,
    rules,
    factRules: slim(rules.filter(asksForFact)),
    lacks: slim(lacks),
    approval: approvalTerms(document),
    waivers: slim(guarded.waivers),
    terms: slim(termsOf(document)),
    // Without parameters it does not load.
    gives: share(`gives ${given}`, () => given),
    revocation: document.ttl === 'never' || kind === undefined ? 'none' : promisedRevocation(kind, parameters),
    figure: sharedFigure(figure, share),
  };
}

/** Keys of parts that are not built yet: a promise that nobody keeps is said, not passed over. */
function warnOfIdleKeys(document: EntitlementDocument, report: Report): void {
  for (const key of ['review', 'deployment'] as const) {
    if (document[key] !== undefined)
      report.warn([key], 'is read and checked, but has no effect yet: this version has no part that uses it');
  }
}

type RulesContext = EntitlementContext & { readonly onlyFrom: Repository | undefined };

function rulesOf({ allow }: EntitlementDocument, context: RulesContext): readonly Rule[] {
  const { repositories, share } = context;
  // Of one repository nothing has to be said: whoever may ask is in it.
  const onlyFrom = repositories.length > 1 ? context.onlyFrom : undefined;
  if (onlyFrom !== undefined) warnOfOneRepository(onlyFrom, context);
  return allow.map((document, index) => {
    const report = context.report.under('allow', index);
    report.errors(ruleProblems(document, repositories));
    const rule = compileRule(index, document, { repositories, share, onlyFrom });
    warnOfFacts(rule, { ...context, report });
    return rule;
  });
}

const asksForFact = ({ conditions }: Rule): boolean => conditions.some(({ fact }) => fact !== undefined);

/** What cannot be found out never holds: better known when the policy loads than in a deploy. */
function warnOfFacts({ conditions }: Rule, { factsCanBeAsked, organization, report }: EntitlementContext): void {
  for (const { key, fact } of conditions) {
    if (fact === undefined) continue;
    const elsewhere = fact.teams.filter((team) => isElsewhere(organization.document.teams[team]));
    if (factsCanBeAsked !== true)
      report.warn(
        [key],
        'needs a fact that this broker cannot ask for yet: the rule loads, and never holds (FACT_UNAVAILABLE) until a GitHub App is configured (`github`)',
      );
    else if (elsewhere.length > 0)
      report.warn(
        [key],
        `${anyOf(elsewhere)} is a group of a sign-in provider, whom GitHub cannot be asked about: it lets nobody in here`,
      );
  }
}

function warnOfOneRepository({ name, id }: Repository, { project, organization, report }: EntitlementContext): void {
  report.warn(
    ['credential'],
    `only jobs of "${name}" get it: that the repository is this project's, its own file alone says; for the others add { name: ${name}, id: "${id}" } to \`projects.${project}.repositories\` of ${organization.file}`,
  );
}

interface ParsedCredential {
  readonly parameters: unknown;
  readonly onlyFrom: Repository | undefined;
}

const NOTHING: ParsedCredential = { parameters: undefined, onlyFrom: undefined };

function parametersOf(
  document: EntitlementDocument,
  kind: CredentialKind | undefined,
  context: EntitlementContext,
): ParsedCredential {
  const { project, organization, repositories, appIssuers, upstreams } = context;
  const place = context.report.under('credential');
  const { kind: name, ...value } = document.credential;
  if (kind === undefined) {
    place.error(['kind'], unknownKind(name, context.kinds));
    return NOTHING;
  }
  const offered = organization.offers.get(project)?.get(name) ?? [];
  const vouched = organization.document.projects[project]?.repositories ?? [];
  const parsed = kind.parse(value, {
    ...{ repositories, offered, appIssuers },
    vouched: {
      ids: vouched.map(({ id }) => id),
      where: `\`projects.${project}.repositories\` of ${organization.file}`,
    },
    upstreams,
    where: `\`projects.${project}.may-offer\` of ${organization.file}`,
  });
  if (parsed.ok) return { parameters: parsed.parameters, onlyFrom: parsed.onlyFrom };
  place.errors(parsed.problems);
  return NOTHING;
}

/** What the policy promises must be something that the other side can keep (an hour is no "15 minutes"). */
function checkTimes(
  { ttl, session, credential }: EntitlementDocument,
  kind: CredentialKind | undefined,
  report: Report,
): void {
  if (ttl === 'never') {
    if (kind !== undefined && kind.static !== true)
      report.error(
        ['ttl'],
        `a \`${credential.kind}\` credential has an end: write a duration; only a static value of a vault never dies`,
      );
    if (session !== undefined)
      report.error(['session'], 'a value that never dies is never renewed: leave `session` out');
    return;
  }
  const [min, max] = [kind?.lifetime.min ?? ttl, kind?.lifetime.max ?? ttl];
  if (ttl < min)
    report.error(
      ['ttl'],
      `${formatDuration(ttl)} is shorter than a \`${credential.kind}\` credential can be made to live, and it could not be taken back: write ${formatDuration(min)} at least`,
    );
  if (ttl > max)
    report.error(
      ['ttl'],
      `${formatDuration(ttl)} is longer than a \`${credential.kind}\` credential can live: write ${formatDuration(max)} at most`,
    );
  if (session !== undefined && session < ttl)
    report.error(
      ['session'],
      `${formatDuration(session)} is shorter than the \`ttl\` of ${formatDuration(ttl)}: renewing ends before it starts`,
    );
}

/** The vault would be asked to make it, and nobody would get it. */
function checkEnd(
  { ttl }: EntitlementDocument,
  kind: CredentialKind | undefined,
  { parameters, report }: { parameters: unknown; report: Report },
): void {
  if (ttl === 'never' && parameters !== undefined && kind?.makes?.(parameters) === true)
    report.error(['ttl'], 'what is made for a `request` has an end: write a duration');
}

function checkTeams(document: EntitlementDocument, { organization, report }: EntitlementContext): void {
  for (const { path, teams } of teamsNamed(document)) {
    const unknown = teams.filter((team) => !Object.hasOwn(organization.document.teams, team));
    for (const team of unknown) report.error(path, unknownTeam(team, organization.document, organization.file));
  }
}

type Lack = Entitlement['lacks'][number];

/** The teams that an entitlement names, and where. */
export function teamsNamed({
  approval,
  review,
  deployment,
  'break-glass': breakGlass,
  allow,
}: EntitlementDocument): readonly { readonly path: KeyPath; readonly teams: readonly string[] }[] {
  return [
    { path: ['approval', 'by'], teams: approval?.by ?? [] },
    { path: ['review', 'by'], teams: review?.by ?? [] },
    { path: ['deployment', 'for'], teams: deployment?.for ?? [] },
    { path: ['break-glass', 'for'], teams: breakGlass?.for ?? [] },
    { path: ['break-glass', 'notify'], teams: breakGlass?.notify ?? [] },
    ...allow.map((rule, index) => ({ path: ['allow', index, 'requester'], teams: rule.requester ?? [] })),
  ];
}

function lacksOf(
  document: EntitlementDocument,
  kind: CredentialKind | undefined,
  { peopleCanSignIn, authorsCanBeAsked }: EntitlementContext,
): readonly Lack[] {
  const { approval, 'break-glass': breakGlass, credential } = document;
  const lacks: (Lack | undefined)[] = [
    (approval ?? breakGlass) && peopleCanSignIn === false
      ? lack(
          'APPROVAL_UNAVAILABLE',
          `${peopleWords({ by: [], ...approval, breakGlass })}, and nobody can sign in at this broker yet (\`sign-in\`)`,
        )
      : undefined,
    // Approving all the same would be a guess.
    authorsCanBeAsked === false && authorsApart(document).includes('policy-author')
      ? lack('FACT_UNAVAILABLE', POLICY_AUTHOR)
      : undefined,
    kind === undefined || kind.available
      ? undefined
      : lack(
          'PROVIDER_UNAVAILABLE',
          kind.takes ?? `a provider of \`${credential.kind}\` credentials, which this broker does not have yet`,
        ),
  ];
  return lacks.filter((one) => one !== undefined);
}

const POLICY_AUTHOR =
  'to know who wrote the policy, and the configuration does not say where the policies are kept (an operator sets `policies.kept-in`)';

const lack = (code: Lack['code'], what: string): Lack => ({ code, what });

/** Behind a term that no part of the broker keeps yet. */
const IDLE = ' (no effect yet)';

function termsOf({
  approval,
  review,
  deployment,
  session,
  'break-glass': breakGlass,
}: EntitlementDocument): readonly string[] {
  const terms = [
    approval && approvalWords(approval),
    breakGlass && `break-glass for ${anyOf(breakGlass.for)}, telling ${anyOf(breakGlass.notify)}`,
    review && `a review every ${formatDuration(review.every)} by ${anyOf(review.by)}${IDLE}`,
    deployment && `deployment of ${deployment.ref} by ${anyOf(deployment.for)} with ${deployment.workflow}${IDLE}`,
    session && `renewal up to ${formatDuration(session)}`,
  ];
  return terms.filter((term) => typeof term === 'string').map((term) => shortened(term, MAX_SAID));
}
