// How it changed who must agree before a credential is handed out. Approval and break-glass are two ways to the same credential:
// a second way is wider, and the first one narrower than none being needed.
import { formatDuration } from '../../../shared/duration.ts';
import { anyOf } from '../../shapes/schema-problems.ts';
import type { EntitlementDocument } from '../document.ts';
import { approversWords } from '../explain.ts';
import { type Change, changeOfAmount, changeOfSwitch, changesOfList } from './difference.ts';

type People = Pick<EntitlementDocument, 'approval' | 'break-glass'>;

export function peopleChanges(before: People, now: People): readonly Change[] {
  const [added, gone] = [waysOnlyIn(now, before), waysOnlyIn(before, now)];
  const [all, were] = [waysOnlyIn(now, NOBODY), waysOnlyIn(before, NOBODY)].map((ways) => ways.join(', or '));
  if (were === '') return all === '' ? [] : [{ direction: 'narrower', text: `needs ${all} now` }];
  if (all === '') return [{ direction: 'wider', text: `needs nobody to agree any more; before it needed ${were}` }];
  return [
    ...added.map((way): Change => ({ direction: 'wider', text: `may be had with ${way} now` })),
    ...gone.map((way): Change => ({ direction: 'narrower', text: `may not be had with ${way} any more` })),
    ...approvalChanges(before.approval, now.approval),
    ...breakGlassChanges(before['break-glass'], now['break-glass']),
  ];
}

const NOBODY: People = {};

/** The ways that one has and the other has not, in words. */
function waysOnlyIn({ approval, 'break-glass': breakGlass }: People, other: People): readonly string[] {
  const ways = [
    approval && other.approval === undefined ? `approval by ${approversWords(approval)}` : undefined,
    breakGlass && other['break-glass'] === undefined ? `break-glass by ${anyOf(breakGlass.for)}` : undefined,
  ];
  return ways.filter((way) => way !== undefined);
}

function approvalChanges(before: People['approval'], now: People['approval']): readonly Change[] {
  if (before === undefined || now === undefined) return [];
  const amount = (
    key: 'count' | 'within' | 'issuances',
    more: 'wider' | 'narrower',
    say: (value: number) => string = String,
  ) =>
    changeOfAmount(before[key], now[key], {
      more,
      text: `\`approval.${key}\` is ${say(now[key])}, and was ${say(before[key])}`,
    });
  return [
    ...amount('count', 'narrower'),
    ...changesOfList('`approval.by`', [before.by, now.by]),
    ...changeOfSwitch(before.self === 'allowed', now.self === 'allowed', {
      on: 'people may approve their own requests',
      off: 'nobody may approve their own request any more',
    }),
    ...changesOfList('`approval.apart-from`', [before['apart-from'], now['apart-from']], 'narrower'),
    ...changeOfAmount(COVERS[before.covers], COVERS[now.covers], {
      text: `one approval is good for a ${now.covers}, and was for a ${before.covers}`,
    }),
    ...amount('issuances', 'wider'),
    ...amount('within', 'wider', formatDuration),
  ];
}

/** What one approval is good for, the least first. */
const COVERS = { job: 0, run: 1, plan: 2 };

function breakGlassChanges(before: People['break-glass'], now: People['break-glass']): readonly Change[] {
  if (before === undefined || now === undefined) return [];
  return [
    ...changesOfList('`break-glass.for`', [before.for, now.for]),
    ...changesOfList('`break-glass.notify`', [before.notify, now.notify], 'narrower'),
    ...changeOfAmount(before.incident, now.incident, {
      text: `\`break-glass.incident\` is ${formatDuration(now.incident)}, and was ${formatDuration(before.incident)}`,
    }),
  ];
}
