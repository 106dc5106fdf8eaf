// The facts of a decision as its entry in the log has them: what was asked and what came of it as codes, and who it was about as
// personal fields, which can be erased.
import type { Account, CommitFact, Facts, Found, PolicyFact } from '../facts.ts';
import type { EntryFields } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import { requesterOf } from '../policy/requester.ts';

export type FactField = NonNullable<EntryFields<'request.decided'>['facts']>[number];

/**
 * Undefined where nothing was asked, so that such an entry stays what it was.
 * @param policyCommit of which the policies in force are
 */
export function factFields(
  { run, commit, policies, environment, teams }: Facts,
  policyCommit?: string,
): FactField[] | undefined {
  const fields: FactField[] = [
    ...(run === undefined
      ? []
      : [{ fact: 'run' as const, found: codeOf(run, ({ ended }) => (ended ? 'ended' : 'live')) }]),
    ...(commit === undefined ? [] : [{ fact: 'commit-author' as const, found: codeOf(commit, () => 'known') }]),
    ...[...(policies?.values() ?? [])].map(({ authors }) => ({
      ...{ fact: 'policy-author' as const, found: codeOf(authors, () => 'known') },
      ...(policyCommit === undefined ? {} : { commit: policyCommit }),
    })),
    ...(environment === undefined
      ? []
      : [{ fact: 'protected-environment' as const, found: codeOf(environment, yesNo) }]),
    ...[...(teams ?? [])].map(([team, found]) => ({ fact: 'requester' as const, team, found: codeOf(found, yesNo) })),
  ];
  return fields.length === 0 ? undefined : fields;
}

const codeOf = <T>(found: Found<T>, code: (value: T) => FactField['found']): FactField['found'] =>
  'value' in found ? code(found.value) : 'unavailable';

const yesNo = (value: boolean): 'yes' | 'no' => (value ? 'yes' : 'no');

/** The facts that an entry has on record, as far as a decision depends on them. */
export function factsOnRecord(fields: readonly FactField[], subject: Subject, project: string): Facts {
  const found = (field: FactField): Found<boolean> =>
    field.found === 'unavailable' ? { unavailable: 'it was not known then' } : { value: field.found === 'yes' };
  const teams = fields.flatMap((field) => (field.team === undefined ? [] : [[field.team, found(field)] as const]));
  const run = fields.find(({ fact }) => fact === 'run')?.found;
  const commit = fields.find(({ fact }) => fact === 'commit-author');
  const policy = fields.find(({ fact }) => fact === 'policy-author');
  const environment = fields.find(({ fact }) => fact === 'protected-environment');
  const startedBy = requesterOf(subject, {});
  return {
    ...(run === 'live' || run === 'ended' ? { run: { value: { startedBy, ended: run === 'ended' } } } : {}),
    ...(commit === undefined ? {} : { commit: commitOnRecord(commit, startedBy) }),
    ...(policy === undefined ? {} : { policies: new Map([[project, policyOnRecord(policy, startedBy)]]) }),
    ...(environment === undefined ? {} : { environment: found(environment) }),
    ...(teams.length === 0 ? {} : { teams: new Map(teams) }),
  };
}

/** Who it was is no part of what a policy decides: that it was known is. */
const commitOnRecord = ({ found }: FactField, somebody: Account): Found<CommitFact> =>
  found === 'known' ? { value: { author: somebody, committer: somebody } } : { unavailable: 'it was not known then' };

/** The version that was in force then: nobody compares it with another. */
const policyOnRecord = ({ found }: FactField, somebody: Account): PolicyFact => ({
  of: '',
  authors: found === 'known' ? { value: [somebody] } : { unavailable: 'it was not known then' },
});

/** Who is behind the job's commit and its policy: kept with the request, because verdicts are compared with it later. */
export const writtenBy = (facts: Facts): Readonly<Record<string, string>> => ({
  ...commitBy(facts),
  ...policyBy(facts),
});

function commitBy({ commit }: Facts): Readonly<Record<string, string>> {
  if (commit === undefined || !('value' in commit)) return {};
  const { author, committer } = commit.value;
  return {
    ...{ commit_author: author.id, commit_author_name: author.login },
    ...{ committer: committer.id, committer_name: committer.login },
  };
}

/** An ask is of one project. Neither an id nor a login has a space in it. */
function policyBy({ policies }: Facts): Readonly<Record<string, string>> {
  const [policy] = policies?.values() ?? [];
  if (policy === undefined || !('value' in policy.authors)) return {};
  const authors = policy.authors.value;
  return {
    policy_authors: authors.map(({ id }) => id).join(' '),
    policy_author_names: authors.map(({ login }) => login).join(' '),
  };
}

/** Where somebody else than the token's actor started this attempt. */
export function startedAgainBy({ actorId }: Subject, { run }: Facts): Readonly<Record<string, string>> {
  if (run === undefined || !('value' in run) || run.value.startedBy.id === actorId) return {};
  const { id, login } = run.value.startedBy;
  return { triggering_actor: id, triggering_actor_name: login };
}
