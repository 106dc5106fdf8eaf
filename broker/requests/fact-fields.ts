// The facts of a decision as its entry in the log has them: what was asked and what came of it as codes, and who it was about as
// personal fields, which can be erased.
import type { Account, CommitFact, Facts, Found } from '../facts.ts';
import type { EntryFields } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import { requesterOf } from '../policy/requester.ts';

export type FactField = NonNullable<EntryFields<'request.decided'>['facts']>[number];

/** Undefined where nothing was asked, so that such an entry stays what it was. */
export function factFields({ run, commit, environment, teams }: Facts): FactField[] | undefined {
  const fields: FactField[] = [
    ...(run === undefined
      ? []
      : [{ fact: 'run' as const, found: codeOf(run, ({ ended }) => (ended ? 'ended' : 'live')) }]),
    ...(commit === undefined ? [] : [{ fact: 'commit-author' as const, found: codeOf(commit, () => 'known') }]),
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
export function factsOnRecord(fields: readonly FactField[], subject: Subject): Facts {
  const found = (field: FactField): Found<boolean> =>
    field.found === 'unavailable' ? { unavailable: 'it was not known then' } : { value: field.found === 'yes' };
  const teams = fields.flatMap((field) => (field.team === undefined ? [] : [[field.team, found(field)] as const]));
  const run = fields.find(({ fact }) => fact === 'run')?.found;
  const commit = fields.find(({ fact }) => fact === 'commit-author');
  const environment = fields.find(({ fact }) => fact === 'protected-environment');
  const startedBy = requesterOf(subject, {});
  return {
    ...(run === 'live' || run === 'ended' ? { run: { value: { startedBy, ended: run === 'ended' } } } : {}),
    ...(commit === undefined ? {} : { commit: commitOnRecord(commit, startedBy) }),
    ...(environment === undefined ? {} : { environment: found(environment) }),
    ...(teams.length === 0 ? {} : { teams: new Map(teams) }),
  };
}

/** Who it was is no part of what a policy decides: that it was known is. */
const commitOnRecord = ({ found }: FactField, somebody: Account): Found<CommitFact> =>
  found === 'known' ? { value: { author: somebody, committer: somebody } } : { unavailable: 'it was not known then' };

/** Who is behind the job's commit: kept with the request, because verdicts are compared with it later. */
export function writtenBy({ commit }: Facts): Readonly<Record<string, string>> {
  if (commit === undefined || !('value' in commit)) return {};
  const { author, committer } = commit.value;
  return {
    ...{ commit_author: author.id, commit_author_name: author.login },
    ...{ committer: committer.id, committer_name: committer.login },
  };
}

/** Where somebody else than the token's actor started this attempt. */
export function startedAgainBy({ actorId }: Subject, { run }: Facts): Readonly<Record<string, string>> {
  if (run === undefined || !('value' in run) || run.value.startedBy.id === actorId) return {};
  const { id, login } = run.value.startedBy;
  return { triggering_actor: id, triggering_actor_name: login };
}
