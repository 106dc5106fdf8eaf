// What a change of the organization's file loosened and tightened, in words: whoever may change it may let everybody in, and a digest
// alone would tell nobody. `wider` is loosened, `narrower` tightened; nothing is left out for being small.
import type { OrganizationDocument } from '../organization-document.ts';
import { type Change, widestFirst } from './difference.ts';
import { guardrailChanges } from './guardrail-changes.ts';
import { offerChanges } from './offer-changes.ts';

/** What was loosened first. */
export function organizationChanges(before: OrganizationDocument, now: OrganizationDocument): readonly Change[] {
  const changes = [
    ...guardrailChanges(before.guardrails, now.guardrails),
    ...teamChanges(before.teams, now.teams),
    ...projectChanges(before.projects, now.projects),
  ];
  return changes.toSorted(widestFirst);
}

type Teams = OrganizationDocument['teams'];

function teamChanges(before: Teams, now: Teams): readonly Change[] {
  return namesOf(before, now).flatMap((name): readonly Change[] => {
    const [was, is] = [before[name], now[name]].map((group) => group && JSON.stringify(group).replace(/["{}]/g, ''));
    if (was === is) return [];
    if (was === undefined) return [{ direction: 'neutral', text: `the team ${name} (${is}) is added` }];
    if (is === undefined) return [{ direction: 'narrower', text: `the team ${name} (${was}) is removed` }];
    // Whatever is given to the team is given to somebody else.
    return [{ direction: 'wider', text: `the team ${name} is ${is}, and was ${was}: other people are in it` }];
  });
}

type Projects = OrganizationDocument['projects'];

function projectChanges(before: Projects, now: Projects): readonly Change[] {
  return namesOf(before, now).flatMap((name): readonly Change[] => {
    const [was, is] = [before[name], now[name]];
    if (is === undefined) return [{ direction: 'narrower', text: `the project ${name} is removed` }];
    const added: Change = { direction: 'wider', text: `the project ${name} is added, and ${is.owner} owns it` };
    const owner: Change = {
      direction: 'wider',
      text: `${is.owner} owns the project ${name} now, and before ${was?.owner}`,
    };
    return [
      ...(was === undefined ? [added] : was.owner === is.owner ? [] : [owner]),
      ...repositoryChanges(name, was?.repositories ?? [], is.repositories),
      ...offerChanges(`the project ${name}`, was?.['may-offer'] ?? [], is['may-offer']),
    ];
  });
}

type Vouched = Projects[string]['repositories'];

/** Tokens for them need no offer. */
function repositoryChanges(project: string, before: Vouched, now: Vouched): readonly Change[] {
  const missing = (some: Vouched, others: Vouched): Vouched =>
    some.filter(({ id }) => !others.some((one) => one.id === id));
  const say = (direction: Change['direction'], what: string) => (one: Vouched[number]) => ({
    direction,
    text: `the repository ${one.name} (${one.id}) is ${what} of the project ${project}, which may hand out tokens for it`,
  });
  return [
    ...missing(now, before).map(say('wider', 'one')),
    ...missing(before, now).map(say('narrower', 'no longer one')),
  ];
}

const namesOf = (before: object, now: object): readonly string[] => [
  ...new Set([...Object.keys(before), ...Object.keys(now)]),
];
