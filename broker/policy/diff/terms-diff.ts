// What else changed in an entitlement beside its rules and its credential: how long it lives, who must agree, when it ends. Each key of
// the document is either compared here or elsewhere, which the type holds us to: a key that is added cannot be passed over.
import { formatDuration } from '../../../shared/duration.ts';
import { anyOf } from '../../shapes/schema-problems.ts';
import type { EntitlementDocument } from '../document.ts';
import { type Change, changeOfAmount, changeOfSwitch, changesOfList } from './difference.ts';
import { peopleChanges } from './people-diff.ts';

/** Not the type of keys itself, which would carry over what may be left out. */
type Key = Exclude<keyof EntitlementDocument, never>;
type Comparison<K extends Key> = (
  before: EntitlementDocument[K],
  now: EntitlementDocument[K],
  whole: { readonly before: EntitlementDocument; readonly now: EntitlementDocument },
) => readonly Change[];

export function termChanges(before: EntitlementDocument, now: EntitlementDocument): readonly Change[] {
  return (Object.keys(COMPARED) as Key[]).flatMap((key) => changesOf(key, before, now));
}

const changesOf = <K extends Key>(key: K, before: EntitlementDocument, now: EntitlementDocument): readonly Change[] =>
  COMPARED[key](before[key], now[key], { before, now });

const ELSEWHERE = (): readonly Change[] => [];

const COMPARED: { readonly [K in Key]: Comparison<K> } = {
  allow: ELSEWHERE,
  credential: ELSEWHERE,
  ttl: (before, now) =>
    changeOfAmount(secondsOf(before), secondsOf(now), {
      text: `\`ttl\` is ${ttlText(now)}, and was ${ttlText(before)}`,
    }),
  risk: (before, now) =>
    changeOfSwitch(before === 'low', now === 'low', {
      on: '`risk` is low, and was high: other guardrails hold for it',
      off: '`risk` is high, and was low: other guardrails hold for it',
    }),
  mode: (before, now) =>
    changeOfSwitch(before !== 'observe', now !== 'observe', {
      on: 'is not only observed any more: it is issued now',
      off: 'is only observed now: nothing is issued',
    }),
  'max-per-job': (before, now) => changeOfAmount(before, now, { text: `\`max-per-job\` is ${now}, and was ${before}` }),
  expires: (before, now) =>
    changeOfAmount(before ?? FOREVER, now ?? FOREVER, { text: `ends ${dayText(now)}, and ended ${dayText(before)}` }),
  session(before, now, { now: { approval, 'break-glass': breakGlass } }) {
    const text = `\`session\` is ${spanText(now)}, and was ${spanText(before)}`;
    if ((before === undefined) === (now === undefined) || approval !== undefined || breakGlass !== undefined)
      return changeOfAmount(before ?? 0, now ?? 0, { text });
    // With one a job may have more at a time after another, and nothing after its end: neither is more in every case.
    return [
      {
        direction: 'other',
        text: `${text}: \`max-per-job\` counts ${now === undefined ? 'all that a job had' : 'what is live'}`,
      },
    ];
  },
  'public-details': (before, now) =>
    changeOfSwitch(before, now, {
      on: 'full reasons are told to jobs of public repositories, whose logs everybody reads',
      off: 'full reasons are not told to jobs of public repositories any more',
    }),
  approval: (_before, _now, { before, now }) => peopleChanges(before, now),
  'break-glass': ELSEWHERE,
  review: reviewChanges,
  deployment: deploymentChanges,
  title: wordChanges('title'),
  description: wordChanges('description'),
};

const FOREVER = Number.POSITIVE_INFINITY;
const secondsOf = (ttl: EntitlementDocument['ttl']): number => (ttl === 'never' ? FOREVER : ttl);
const ttlText = (ttl: EntitlementDocument['ttl']): string => (ttl === 'never' ? ttl : formatDuration(ttl));
const spanText = (seconds: number | undefined): string =>
  seconds === undefined ? 'left out' : formatDuration(seconds);
const dayText = (end: number | undefined): string =>
  end === undefined ? 'on no day' : `with ${new Date(end - 1).toISOString().slice(0, 10)}`;

function reviewChanges(before: EntitlementDocument['review'], now: EntitlementDocument['review']): readonly Change[] {
  if (before === undefined)
    return now === undefined
      ? []
      : [{ direction: 'narrower', text: `\`review\` is every ${formatDuration(now.every)} now (no effect yet)` }];
  if (now === undefined) return [{ direction: 'wider', text: 'has no `review` any more (it had no effect yet)' }];
  return [
    ...changeOfAmount(before.every, now.every, {
      text: `\`review\` is every ${formatDuration(now.every)}, and was every ${formatDuration(before.every)} (no effect yet)`,
    }),
    ...changesOfList('`review.by`', [before.by, now.by], 'other'),
  ];
}

function deploymentChanges(
  before: EntitlementDocument['deployment'],
  now: EntitlementDocument['deployment'],
): readonly Change[] {
  if (before === undefined)
    return now === undefined
      ? []
      : [{ direction: 'wider', text: `has a \`deployment\` for ${anyOf(now.for)} now (no effect yet)` }];
  if (now === undefined)
    return [{ direction: 'narrower', text: 'has no `deployment` any more (it had no effect yet)' }];
  const changed = (['workflow', 'ref', 'inputs'] as const).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  );
  return [
    ...changesOfList('`deployment.for`', [before.for, now.for]),
    ...changed.map((key): Change => ({ direction: 'other', text: `\`deployment.${key}\` changed` })),
  ];
}

function wordChanges(key: 'title' | 'description') {
  return (before: string | undefined, now: string | undefined): readonly Change[] =>
    before === now ? [] : [{ direction: 'neutral', text: `\`${key}\` is other words for people` }];
}
