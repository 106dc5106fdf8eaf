// Facts about a job, asked of GitHub by its API: in parallel, within one deadline, each kept for half a minute. Nothing is guessed:
// what GitHub does not say clearly is unavailable, and where GitHub is in trouble the ask is put off (FACT_UNREACHABLE).
import type { KeyObject } from 'node:crypto';
import type { Secret } from '../../shared/secret.ts';
import type { Clock, Elapsed, Millis } from '../clock.ts';
import {
  type Facts,
  type FactsNeeded,
  type Found,
  type PolicyFact,
  type PolicyVersion,
  type RunFact,
  type TeamAsked,
  versionKey,
} from '../facts.ts';
import { createFoundOnce, type Rules } from '../found-once.ts';
import type { AskFacts, Subject } from '../model.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import { type ApiAnswer, createAskApi, FactUnavailable } from './ask-api.ts';
import { isMoved, pathOf } from './find-installation.ts';
import { createAppToken, type GithubApp } from './github-app.ts';
import {
  type AccessWanted,
  accessTo,
  forgetAccess,
  type InstallationDeps,
  ofOrganization,
  ofRepository,
  type Permission,
  type RepositoryIds,
} from './installations.ts';
import { askPolicyAuthors, type KeptIn } from './policy-authors.ts';
import {
  type AskAt,
  type AskRepository,
  askCommit,
  askEnvironment,
  askLogin,
  askMembership,
  askRun,
} from './questions.ts';

export interface GithubFactsDeps {
  readonly app: GithubApp;
  readonly key: KeyObject;
  /** undefined where the configuration does not say: then no policy asks for its authors */
  readonly keptIn?: KeptIn | undefined;
  readonly upstream: UpstreamFetch;
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  readonly logger: Pick<Logger, 'warn' | 'hide'>;
}

/** For all that one ask needs. */
const DEADLINE_MS: Millis = 5_000;
const KEPT_MS: Millis = 30_000;

export function createGithubFacts(deps: GithubFactsDeps): AskFacts {
  const { app, clock, elapsed } = deps;
  const installations = installationDeps(deps);
  return async (subject, needed) => {
    if (!app.issuers.includes(subject.issuer))
      return {
        nobody: `the GitHub App is one of ${app.apiUrl}, which knows no jobs of the issuer \`${subject.issuer}\``,
      };
    return askAll(needed, {
      ...{ subject, installations, keptIn: deps.keptIn, deadline: elapsed() + DEADLINE_MS },
      found: (key, find) => foundOf(installations.found.get(key, () => said(deps, subject, find()), keptFor(clock))),
    });
  };
}

const keptFor = (clock: Clock): Rules<unknown> => ({
  until: () => clock.now() + KEPT_MS,
  keeps: (failure) => failure instanceof FactUnavailable,
});

function installationDeps({ app, key, upstream, clock, elapsed, logger }: GithubFactsDeps): InstallationDeps {
  const { apiUrl, appId } = app;
  const onLimited = ({ budget, until }: { budget: string; until: Millis }): void =>
    logger.warn('GitHub takes no more questions for now: its rate limit is used up', {
      ...{ budget, until: new Date(until).toISOString() },
    });
  const hide = (secret: Secret): void => logger.hide(secret);
  return {
    askApi: createAskApi({ apiUrl, upstream, clock, elapsed, onLimited }),
    ...{ appId, appToken: createAppToken({ appId, key, clock }), clock, found: createFoundOnce(clock), hide },
  };
}

async function foundOf<T>(asked: Promise<T>): Promise<Found<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof FactUnavailable) return { unavailable: error.message };
    throw error;
  }
}

/** Once a question. Only jobs of a project get here, and those that a rule would let in: nobody outside fills the log with it. */
async function said<T>({ logger }: GithubFactsDeps, subject: Subject, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const { issuer, repositoryId: repository_id } = subject;
    if (error instanceof FactUnavailable)
      logger.warn('a fact is not to be had from GitHub', { issuer, repository_id, why: error.message });
    throw error;
  }
}

interface Asking {
  readonly subject: Subject;
  readonly installations: InstallationDeps;
  readonly keptIn: KeptIn | undefined;
  readonly deadline: Millis;
  readonly found: <T>(key: string, find: () => Promise<T>) => Promise<Found<T>>;
}

async function askAll(needed: FactsNeeded, asking: Asking): Promise<Facts> {
  const { subject, found } = asking;
  const repository = inRepository(asking, subject, 'actions');
  const { repositoryId, runId, runAttempt, environment, refProtected } = subject;
  const askedRun = needed.run
    ? found(`run ${repositoryId} ${runId} ${runAttempt} ${subject.sha}`, () => askRun(repository, subject))
    : undefined;
  const askedCommit = needed.commit
    ? found(JSON.stringify(['commit', repositoryId, subject.sha, subject.ref]), () =>
        askCommit(inRepository(asking, subject, 'contents'), subject),
      )
    : undefined;
  // What the job's own ref is decides about "protected branches only", so it is part of the question.
  const environmentKey = JSON.stringify([
    'environment',
    repositoryId,
    environment?.toLowerCase(),
    refProtected ?? null,
  ]);
  const askedEnvironment = needed.environment
    ? found(environmentKey, () => askEnvironment(repository, subject))
    : undefined;
  const [run, commit, policies, protectedOrNot, teams] = await Promise.all([
    askedRun,
    askedCommit,
    askPolicies(needed.policies, asking),
    askedEnvironment,
    askedRun?.then((one) => askTeams(needed.teams, one, asking)),
  ]);
  return {
    ...(run === undefined ? {} : { run }),
    ...(commit === undefined ? {} : { commit }),
    ...(policies.length === 0 ? {} : { policies: new Map(policies) }),
    ...(protectedOrNot === undefined ? {} : { environment: protectedOrNot }),
    ...(teams === undefined ? {} : { teams }),
  };
}

function askPolicies(
  versions: readonly PolicyVersion[],
  asking: Asking,
): Promise<readonly (readonly [project: string, fact: PolicyFact])[]> {
  const { keptIn, installations, found } = asking;
  const asked = versions.map(async (version) => {
    const of = versionKey(version);
    const authors: PolicyFact['authors'] =
      keptIn === undefined
        ? { unavailable: 'the configuration does not say where the policies are kept (`policies.kept-in`)' }
        : await found(`policy ${of}`, () =>
            askPolicyAuthors(inRepository(asking, keptIn, 'contents'), {
              ...{ keptIn, version, now: installations.clock.now() },
            }),
          );
    return [version.project, { of, authors }] as const;
  });
  return Promise.all(asked);
}

async function askTeams(
  teams: readonly TeamAsked[],
  run: Found<RunFact>,
  asking: Asking,
): Promise<NonNullable<Facts['teams']>> {
  const found = teams.map(async (team) => [team.name, await askTeam(team, run, asking)] as const);
  return new Map(await Promise.all(found));
}

async function askTeam(team: TeamAsked, run: Found<RunFact>, asking: Asking): Promise<Found<boolean>> {
  if ('unavailable' in run) return run;
  if (team.at === undefined)
    return {
      unavailable: `\`${team.name}\` is no team that this GitHub could be asked about: its organization must be among the \`owners\` of the issuer, and the team have its id in the organization's file`,
    };
  const { organizationId, teamId } = team.at;
  const { id } = run.value.startedBy;
  const ask = inOrganization(team, organizationId, asking);
  const login = await asking.found(`login ${id}`, () => askLogin(ask, id));
  if ('unavailable' in login) return login;
  return asking.found(`member ${organizationId} ${teamId} ${id}`, () =>
    askMembership(ask, { organizationId, teamId, login: login.value }),
  );
}

/** Questions about the repository: by its name where GitHub calls its id so, else by the id itself. */
function inRepository(
  { installations, deadline }: Pick<Asking, 'installations' | 'deadline'>,
  ids: RepositoryIds,
  permission: Permission,
): AskRepository {
  const { repository, repositoryId } = ids;
  const byId = `/repositories/${encodeURIComponent(repositoryId)}`;
  const wanted: AccessWanted = { place: ofRepository(ids), permission, deadline };
  return async (path) => {
    const answer = await askWith(installations, wanted, (named) =>
      named?.toLowerCase() === repository.toLowerCase() ? `/repos/${pathOf(repository)}${path}` : `${byId}${path}`,
    );
    return isMoved(answer) ? askWith(installations, wanted, () => `${byId}${path}`) : answer;
  };
}

function inOrganization(team: TeamAsked, id: string, { subject, installations, deadline }: Asking): AskAt {
  const name = team.name.slice(0, team.name.indexOf('/'));
  const place = id === subject.repositoryOwnerId ? ofRepository(subject) : ofOrganization(name, id);
  return (path) => askWith(installations, { place, permission: 'members', deadline }, () => path);
}

/** A token may have been taken back before its end: then one more is asked for, once. */
async function askWith(
  deps: InstallationDeps,
  wanted: AccessWanted,
  path: (repository: string | undefined) => string,
): Promise<ApiAnswer> {
  const ask = async (): Promise<ApiAnswer> => {
    const { token, budget, repository } = await accessTo(deps, wanted);
    return deps.askApi({ path: path(repository), token, budget, deadline: wanted.deadline });
  };
  const answer = await ask();
  if (answer.status !== 401) return answer;
  forgetAccess(deps, wanted);
  return ask();
}
