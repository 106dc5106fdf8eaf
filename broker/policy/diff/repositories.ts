// The repositories whose jobs may ask, in either version; one that a version doesn't list is a stranger there.
import type { Repository, Subject } from '../../model.ts';
import { listedOwnerId, repositoryKey, repositoryOf } from '../policy-set.ts';
import { movedReason } from '../reasons.ts';
import { type Attribute, BASE, judgedBy, type Side } from './attribute.ts';
import { shortList } from './name-words.ts';

export function repositoriesOf(sides: readonly Side[]): Attribute {
  const samples = ownedRepositories(sides).map(({ issuer, name, id, ownerId }) => ({
    label: name,
    subject: { issuer, repository: name, repositoryId: id, repositoryOwnerId: ownerId },
  }));
  const meetsRule = judgedBy('repository');
  return {
    ...{ samples, complete: true },
    allows: (sample, rule, side) => meetsRule(sample, rule) && mayAsk(side, { ...BASE, ...sample.subject }),
    words: (given) => `of ${shortList([...new Set(given.map(({ label }) => `${label}`))])}`,
  };
}

/** Each with every owner under whose id one of the versions takes it. */
function ownedRepositories(sides: readonly Side[]): readonly (Repository & { readonly ownerId: string })[] {
  const all = sides.flatMap(({ policies: { owners }, project }) =>
    project.repositories.map((repository) => {
      const ownerId = (owners && listedOwnerId(owners, repository)) ?? BASE.repositoryOwnerId;
      return { ...repository, ownerId };
    }),
  );
  return [...new Map(all.map((one) => [`${repositoryKey(one.issuer, one.id)} ${one.ownerId}`, one])).values()];
}

/** Whether a version takes jobs of the subject's repository, under the owner that it has. */
export function mayAsk({ policies, project }: Side, subject: Subject): boolean {
  const repository = repositoryOf(policies, project.name, subject);
  return repository !== undefined && movedReason(policies.owners, repository, { subject, project }) === undefined;
}
