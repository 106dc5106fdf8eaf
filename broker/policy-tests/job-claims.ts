// The claims of the job that a case describes: its example, moved to the policy's repository, with what the case says otherwise.
// What follows from each other in GitHub's tokens (ref and workflow_ref, environment and subject) follows here too.
import type { Millis } from '../clock.ts';
import { foldCase } from '../policy/pattern.ts';
import { DEFAULT_ISSUER, type PolicySet } from '../policy/policy-set.ts';
import type { TestCase } from './case-document.ts';
import { type Claims, EXAMPLE_JOBS, PUSH_TO_MAIN } from './example-jobs.ts';

/** Who signs the job's token, and the claims in it; times and `jti` are the moment's. */
export interface Job {
  readonly issuer: string;
  readonly claims: Claims;
}

const FILE = '.github/workflows/deploy.yml';
const EXAMPLE_OWNER = 'octo-org/';
const PINNED = /@([0-9a-f]{40}|[0-9a-f]{64})$/;

export function jobOf(testCase: TestCase, policies: PolicySet): Job {
  const place = placeOf(testCase, policies);
  const example = EXAMPLE_JOBS[testCase.event];
  const said = { ...PUSH_TO_MAIN, ...example?.claims, ...place.claims, ...wordsOf(testCase) };
  const present = Object.entries(withWorkflow(said, testCase)).filter(([name]) => !example?.without.includes(name));
  const given = definedOnly({ runner_environment: testCase.runner, ref_protected: text(testCase['protected-ref']) });
  const claims: Claims = { ...Object.fromEntries(present), ...given };
  return { issuer: place.issuer, claims: { ...claims, sub: subjectOf(claims), ...testCase.claims } };
}

/** What any token has besides, and nothing is decided on. */
export function momentary(now: Millis): Record<string, unknown> {
  const seconds = Math.floor(now / 1000);
  return { iat: seconds, nbf: seconds, exp: seconds + 300, jti: 'rehearsal', aud: 'rehearsal' };
}

interface Place {
  readonly issuer: string;
  readonly claims: Claims;
}

function placeOf({ ask, repository: name, issuer }: TestCase, policies: PolicySet): Place {
  const project = policies.projects.get(ask.slice(0, ask.indexOf('/')));
  const listed = [...(project?.repositories ?? []), ...allRepositories(policies)];
  const found = listed.find(
    (one) =>
      (name === undefined || foldCase(one.name) === foldCase(name)) && (issuer === undefined || one.issuer === issuer),
  );
  const repository = name ?? found?.name ?? 'octo-org/octo-repo';
  const of = found?.issuer ?? issuer ?? policies.owners?.keys().next().value ?? DEFAULT_ISSUER;
  const owner = repository.slice(0, repository.indexOf('/'));
  const claims = {
    repository,
    repository_id: found?.id ?? unlistedId(allRepositories(policies).map(({ id }) => id)),
    repository_owner: owner,
    repository_owner_id: ownerIdOf(policies, of, owner),
  };
  return { issuer: of, claims };
}

const allRepositories = ({ projects }: PolicySet) => [...projects.values()].flatMap(({ repositories }) => repositories);

/** That of the configuration; without one nobody compares it. */
function ownerIdOf({ owners }: PolicySet, issuer: string, owner: string): string {
  const configured = owners?.get(issuer);
  return configured?.get(foldCase(owner)) ?? unlistedId([...(configured?.values() ?? [])]);
}

/** An id that is nobody's here. */
function unlistedId(listed: readonly string[]): string {
  let id = 900_000_001;
  while (listed.includes(String(id))) id += 1;
  return String(id);
}

/** What the case says in the policy's words, as claims. */
function wordsOf(testCase: TestCase): Claims {
  const { branch, tag, ref, environment, actor, visibility, 'pull-request': pull } = testCase;
  const full = ref ?? (branch && `refs/heads/${branch}`) ?? (tag && `refs/tags/${tag}`);
  return definedOnly({
    ref: full,
    ref_type: full === undefined ? undefined : full.startsWith('refs/tags/') ? 'tag' : 'branch',
    base_ref: pull?.into,
    head_ref: pull?.from,
    environment,
    actor_id: actor,
    repository_visibility: visibility,
  });
}

function withWorkflow(claims: Claims, { workflow = FILE, 'called-workflow': called }: TestCase): Claims {
  const { repository = '', repository_owner: owner = '', ref, sha, job_workflow_ref: exampleCalled } = claims;
  const own = `${repository}/${workflow}@${ref === '' ? sha : ref}`;
  const ofExample = exampleCalled?.replace(EXAMPLE_OWNER, `${owner}/`);
  const commit = called === undefined ? undefined : PINNED.exec(called)?.[1];
  return {
    ...claims,
    workflow_ref: own,
    job_workflow_ref: called ?? ofExample ?? own,
    ...(commit === undefined ? {} : { job_workflow_sha: commit }),
  };
}

/** GitHub's default `sub`. Nothing is decided on it. */
function subjectOf({ repository, environment, event_name, ref }: Claims): string {
  if (environment !== undefined) return `repo:${repository}:environment:${environment.replaceAll(':', '%3A')}`;
  return `repo:${repository}:${event_name?.startsWith('pull_request') ? 'pull_request' : `ref:${ref}`}`;
}

const text = (value: boolean | undefined): string | undefined => value?.toString();

const definedOnly = (values: Readonly<Record<string, string | undefined>>): Claims =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
