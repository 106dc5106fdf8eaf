// How it changed who must agree before a credential is handed out. Approval and break-glass are two ways to the same credential:
// a second way is wider, and the first one narrower than none being needed.
import { formatDuration } from '../../../shared/duration.ts';
import { anyOf } from '../../schema-problems.ts';
import type { EntitlementDocument } from '../document.ts';
import { approversWords } from '../explain.ts';
import { type Change, changeOfAmount, changeOfSwitch, changesOfList } from './difference.ts';

type People = Pick<EntitlementDocument, 'approval' | 'break-glass'>;

export function peopleChanges(before: People, now: People): readonly Change[] {
  const [old, fresh] = [waysOf(before), waysOf(now)];
  if (old.size === 0 && fresh.size === 0) return [];
  if (old.size === 0) return [{ direction: 'narrower', text: `needs ${inWords(fresh)} now` }];
  if (fresh.size === 0)
    return [{ direction: 'wider', text: `needs nobody to agree any more; before it needed ${inWords(old)}` }];
  const added = [...fresh].filter(([way]) => !old.has(way));
  const gone = [...old].filter(([way]) => !fresh.has(way));
  return [
    ...added.map(([, words]): Change => ({ direction: 'wider', text: `may be had with ${words} now` })),
    ...gone.map(([, words]): Change => ({ direction: 'narrower', text: `may not be had with ${words} any more` })),
    ...approvalChanges(before.approval, now.approval),
    ...breakGlassChanges(before['break-glass'], now['break-glass']),
  ];
}

type Ways = ReadonlyMap<keyof People, string>;

function waysOf({ approval, 'break-glass': breakGlass }: People): Ways {
  const ways = new Map<keyof People, string>();
  if (approval !== undefined) ways.set('approval', `approval by ${approversWords(approval)}`);
  if (breakGlass !== undefined) ways.set('break-glass', `break-glass by ${anyOf(breakGlass.for)}`);
  return ways;
}

const inWords = (ways: Ways): string => [...ways.values()].join(', or ');

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
    ...changeOfAmount(COVERS.indexOf(before.covers), COVERS.indexOf(now.covers), {
      text: `one approval is good for a ${now.covers}, and was for a ${before.covers}`,
    }),
    ...amount('issuances', 'wider'),
    ...amount('within', 'wider', formatDuration),
  ];
}

/** What one approval is good for, the least first. */
const COVERS = ['job', 'run', 'plan'];

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
