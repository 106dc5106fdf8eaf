// The questions whose answers are facts, each with what is believed of the answer. They are asked about ids: a name is used where
// GitHub has just said that the id is called so.
import { z } from 'zod';
import type { Account, CommitFact, RunFact } from '../facts.ts';
import type { Subject } from '../model.ts';
import { type ApiAnswer, FactUnavailable, unreachable } from './ask-api.ts';

/** Asks about one repository: the path goes on behind `/repos/{owner}/{repo}`. */
export type AskRepository = (path: string) => Promise<ApiAnswer>;
/** Asks about what belongs to no repository. */
export type AskAt = (path: string) => Promise<ApiAnswer>;

const accountSchema = z.object({
  id: z.int().positive(),
  login: z.string().min(1).max(200),
  type: z.string().optional(),
});
const runSchema = z.object({
  id: z.int(),
  run_attempt: z.int(),
  status: z.string().nullable(),
  head_sha: z.string(),
  repository: z.object({ id: z.int() }),
  triggering_actor: accountSchema.nullish(),
});

/** Events of which GitHub's API and the token name the same commit; of a pull request they name different ones. */
const SAME_COMMIT: readonly string[] = ['push', 'workflow_dispatch', 'schedule'];

export async function askRun(ask: AskRepository, subject: Subject): Promise<RunFact> {
  const { runId, runAttempt, repository } = subject;
  const which = `attempt ${runAttempt} of run ${runId} of "${repository}"`;
  const { status, body } = await ask(
    `/actions/runs/${encodeURIComponent(runId)}/attempts/${encodeURIComponent(runAttempt)}`,
  );
  if (status !== 200) throw notTold(which, status);
  const run = parsed(runSchema, body);
  const isThisOne =
    [run.id, run.run_attempt, run.repository.id].map(String).join() ===
    [runId, runAttempt, subject.repositoryId].join();
  const isOtherCommit =
    SAME_COMMIT.includes(subject.eventName) && subject.refType === 'branch' && run.head_sha !== subject.sha;
  if (!isThisOne || isOtherCommit)
    throw new FactUnavailable(`GitHub says something else of ${which} than the token does: start a new run`);
  if (run.triggering_actor == null)
    throw new FactUnavailable(`GitHub does not say who started ${which}: start a new run`);
  return { startedBy: toAccount(run.triggering_actor), ended: run.status === 'completed' };
}

const toAccount = ({ id, login, type }: z.infer<typeof accountSchema>): Account => ({
  ...{ id: String(id), login },
  isProgram: type === 'Bot' || login.endsWith('[bot]'),
});

// An account is null, or empty, where the mail in the commit is nobody's.
const nobodyOrAccount = z.union([accountSchema, z.unknown().transform(() => undefined)]);
export const commitSchema = z.object({
  sha: z.string(),
  author: nobodyOrAccount,
  committer: nobodyOrAccount,
  commit: z.object({ verification: z.object({ verified: z.boolean(), reason: z.string().max(100) }).optional() }),
});

/**
 * Who is behind the job's commit. By the list of commits, which has it without the files that it changed: those may be longer than
 * any answer that is read.
 */
export async function askCommit(ask: AskRepository, { sha, ref, repository }: Subject): Promise<CommitFact> {
  const which = `the commit ${sha} of "${repository}"`;
  if (ref.startsWith('refs/pull/'))
    throw new FactUnavailable(`${which} is a merge that GitHub made to test a pull request: start it from a branch`);
  const { status, body } = await ask(`/commits?sha=${encodeURIComponent(sha)}&per_page=1`);
  if (status !== 200) throw notTold(which, status);
  const [found] = parsed(z.array(commitSchema), body);
  if (found?.sha !== sha)
    throw new FactUnavailable(`GitHub answers about another commit than ${which}: start a new run`);
  return writtenBy(found, which);
}

/** The author of a commit is what its maker wrote there, so that only a signature makes it a fact. */
export function writtenBy(
  { author, committer, commit }: Omit<z.infer<typeof commitSchema>, 'sha'>,
  which: string,
): CommitFact {
  const { verified = false, reason = 'unsigned' } = commit.verification ?? {};
  if (!verified)
    throw new FactUnavailable(
      `${which} has no signature that GitHub verified (${reason}), and could name anybody: sign it, or merge on GitHub, which signs`,
    );
  if (author === undefined || committer === undefined)
    throw new FactUnavailable(
      `the ${author === undefined ? 'author' : 'committer'} of ${which} has a mail address that belongs to no account: have its owner add it to theirs, or commit under another`,
    );
  return { author: toAccount(author), committer: toAccount(committer) };
}

const policiesSchema = z.object({ branch_policies: z.array(z.object({ name: z.string() })) });
const environmentSchema = z.object({
  name: z.string(),
  protection_rules: z.array(z.object({ type: z.string(), reviewers: z.array(z.unknown()).optional() })).optional(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

/**
 * Whether the environment keeps anybody out: people must agree, or only some refs may deploy. A wait timer only delays. "Protected
 * branches only" lets every branch in where none is protected, so it counts for a job whose own ref is.
 */
export async function askEnvironment(ask: AskRepository, subject: Subject): Promise<boolean> {
  const { environment = '', repository, refProtected } = subject;
  const path = `/environments/${encodeURIComponent(environment)}`;
  const { status, body } = await ask(path);
  if (status !== 200) throw notTold(`the environment "${environment}" of "${repository}"`, status);
  const { name, protection_rules: rules = [], deployment_branch_policy: branches } = parsed(environmentSchema, body);
  if (name.toLowerCase() !== environment.toLowerCase())
    throw new FactUnavailable(`GitHub answers about another environment than "${environment}"`);
  if (rules.some(({ type, reviewers = [] }) => type === 'required_reviewers' && reviewers.length > 0)) return true;
  if (branches == null) return false;
  if (branches.protected_branches) return refProtected === true;
  return (
    branches.custom_branch_policies && limitsBranches(await ask(`${path}/deployment-branch-policies?per_page=100`))
  );
}

/** A policy of nothing but wildcards lets in whatever branch somebody makes up. */
function limitsBranches({ status, body }: ApiAnswer): boolean {
  if (status !== 200) throw notTold('the branch policies of the environment', status);
  return parsed(policiesSchema, body).branch_policies.every(({ name }) => !/^[*/]*$/.test(name));
}

/** What the account is called now: names change, and the question about a team takes one. */
export async function askLogin(ask: AskAt, id: string): Promise<string> {
  const { status, body } = await ask(`/user/${encodeURIComponent(id)}`);
  if (status !== 200) throw notTold(`the account ${id}`, status);
  const account = parsed(accountSchema, body);
  if (String(account.id) !== id) throw new FactUnavailable(`GitHub answers about another account than ${id}`);
  return account.login;
}

const membershipSchema = z.object({ state: z.string() });

export async function askMembership(
  ask: AskAt,
  { organizationId, teamId, login }: { organizationId: string; teamId: string; login: string },
): Promise<boolean> {
  const [organization, team] = [organizationId, teamId].map(encodeURIComponent);
  const path = `/organizations/${organization}/team/${team}/memberships/${encodeURIComponent(login)}`;
  const { status, body } = await ask(path);
  if (status === 404) return false;
  if (status !== 200) throw notTold(`the team ${teamId}`, status);
  return parsed(membershipSchema, body).state === 'active';
}

export const notTold = (what: string, status: number): FactUnavailable =>
  new FactUnavailable(
    `GitHub does not show ${what} to the App (status ${status}): look whether it is there, and whether the App may read it (docs/operations.md)`,
  );

/** An answer of another form is no fact; a moment later it may be a right one. */
export function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw unreachable(result.error);
  return result.data;
}
