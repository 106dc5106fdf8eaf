// What else changed in an entitlement beside its rules and its credential: how long it lives, who must agree, when it ends. Each key of
// the document is either compared here or elsewhere, which the type holds us to: a key that is added cannot be passed over.
import { formatDuration } from '../../../shared/duration.ts';
import { anyOf } from '../../schema-problems.ts';
import type { EntitlementDocument } from '../document.ts';
import { approversWords } from '../explain.ts';
import { type Change, changeOfAmount, changesOfList } from './difference.ts';

/** Not the type of keys itself, which would carry over what may be left out. */
type Key = Exclude<keyof EntitlementDocument, never>;
type Comparison<K extends Key> = (
  before: EntitlementDocument[K],
  now: EntitlementDocument[K],
  /** the whole of it as it is now */
  entitlement: EntitlementDocument,
) => readonly Change[];

export function termChanges(before: EntitlementDocument, now: EntitlementDocument): readonly Change[] {
  return (Object.keys(COMPARED) as Key[]).flatMap((key) => changesOf(key, before, now));
}

const changesOf = <K extends Key>(key: K, before: EntitlementDocument, now: EntitlementDocument): readonly Change[] =>
  COMPARED[key](before[key], now[key], now);

const ELSEWHERE = (): readonly Change[] => [];

const COMPARED: { readonly [K in Key]: Comparison<K> } = {
  allow: ELSEWHERE,
  credential: ELSEWHERE,
  ttl: (before, now) =>
    changeOfAmount(secondsOf(before), secondsOf(now), {
      text: `\`ttl\` is ${ttlText(now)}, and was ${ttlText(before)}`,
    }),
  risk(before, now) {
    if (before === now) return [];
    const text = `\`risk\` is ${now}, and was ${before}: other guardrails hold for it`;
    return [{ direction: now === 'low' ? 'wider' : 'narrower', text }];
  },
  mode: (before, now) =>
    changeOfAmount(before === 'observe' ? 0 : 1, now === 'observe' ? 0 : 1, {
      text:
        now === 'observe'
          ? 'is only observed now: nothing is issued'
          : 'is not only observed any more: it is issued now',
    }),
  'max-per-job': (before, now) => changeOfAmount(before, now, { text: `\`max-per-job\` is ${now}, and was ${before}` }),
  expires: (before, now) =>
    changeOfAmount(before ?? FOREVER, now ?? FOREVER, { text: `ends ${dayText(now)}, and ended ${dayText(before)}` }),
  session(before, now, { approval, 'break-glass': breakGlass }) {
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
    changeOfAmount(Number(before), Number(now), {
      text: now
        ? 'full reasons are told to jobs of public repositories, whose logs everybody reads'
        : 'full reasons are not told to jobs of public repositories any more',
    }),
  approval: approvalChanges,
  'break-glass': breakGlassChanges,
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

const teamChanges =
  (what: string, more: 'wider' | 'narrower' | 'other') => (before: readonly string[], now: readonly string[]) =>
    changesOfList(before, now, { more, text: (verb, names) => `${what} ${verb} ${names}` });

function approvalChanges(
  before: EntitlementDocument['approval'],
  now: EntitlementDocument['approval'],
): readonly Change[] {
  if (before === undefined)
    return now === undefined ? [] : [{ direction: 'narrower', text: `needs approval by ${approversWords(now)} now` }];
  if (now === undefined)
    return [{ direction: 'wider', text: `needs no approval any more; it was by ${approversWords(before)}` }];
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
    ...teamChanges('`approval.by`', 'wider')(before.by, now.by),
    ...changeOfAmount(before.self === 'allowed' ? 1 : 0, now.self === 'allowed' ? 1 : 0, {
      text:
        now.self === 'allowed'
          ? 'people may approve their own requests'
          : 'nobody may approve their own request any more',
    }),
    ...teamChanges('`approval.apart-from`', 'narrower')(before['apart-from'], now['apart-from']),
    ...changeOfAmount(COVERS.indexOf(before.covers), COVERS.indexOf(now.covers), {
      text: `one approval is good for a ${now.covers}, and was for a ${before.covers}`,
    }),
    ...amount('issuances', 'wider'),
    ...amount('within', 'wider', formatDuration),
  ];
}

const COVERS = ['job', 'run', 'plan'];

function breakGlassChanges(
  before: EntitlementDocument['break-glass'],
  now: EntitlementDocument['break-glass'],
): readonly Change[] {
  if (before === undefined && now === undefined) return [];
  if (before === undefined)
    return [{ direction: 'wider', text: `may be had by break-glass now, by ${anyOf(now?.for ?? [])}` }];
  if (now === undefined) return [{ direction: 'narrower', text: 'may not be had by break-glass any more' }];
  return [
    ...teamChanges('`break-glass.for`', 'wider')(before.for, now.for),
    ...teamChanges('`break-glass.notify`', 'narrower')(before.notify, now.notify),
    ...changeOfAmount(before.incident, now.incident, {
      text: `\`break-glass.incident\` is ${spanText(now.incident)}, and was ${spanText(before.incident)}`,
    }),
  ];
}

function reviewChanges(before: EntitlementDocument['review'], now: EntitlementDocument['review']): readonly Change[] {
  if (before === undefined && now === undefined) return [];
  if (before === undefined)
    return [{ direction: 'narrower', text: `\`review\` is every ${spanText(now?.every)} now (no effect yet)` }];
  if (now === undefined) return [{ direction: 'wider', text: 'has no `review` any more (it had no effect yet)' }];
  return [
    ...changeOfAmount(before.every, now.every, {
      text: `\`review\` is every ${spanText(now.every)}, and was every ${spanText(before.every)} (no effect yet)`,
    }),
    ...teamChanges('`review.by`', 'other')(before.by, now.by),
  ];
}

function deploymentChanges(
  before: EntitlementDocument['deployment'],
  now: EntitlementDocument['deployment'],
): readonly Change[] {
  if (before === undefined && now === undefined) return [];
  if (before === undefined)
    return [{ direction: 'wider', text: `has a \`deployment\` for ${anyOf(now?.for ?? [])} now (no effect yet)` }];
  if (now === undefined)
    return [{ direction: 'narrower', text: 'has no `deployment` any more (it had no effect yet)' }];
  const changed = (['workflow', 'ref', 'inputs'] as const).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  );
  return [
    ...teamChanges('`deployment.for`', 'wider')(before.for, now.for),
    ...changed.map((key): Change => ({ direction: 'other', text: `\`deployment.${key}\` changed` })),
  ];
}

function wordChanges(key: 'title' | 'description') {
  return (before: string | undefined, now: string | undefined): readonly Change[] =>
    before === now ? [] : [{ direction: 'neutral', text: `\`${key}\` is other words for people` }];
}
