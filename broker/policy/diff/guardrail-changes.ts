// What a change of the guardrails loosened and tightened, one sentence each. `wider` is loosened, `narrower` tightened.
import { formatDuration } from '../../../shared/duration.ts';
import type { GuardrailsDocument } from '../organization-document.ts';
import { isWithin } from '../pattern-run.ts';
import { momentOf } from '../time-zones.ts';
import { type Change, changeOfAmount, changesOfList } from './difference.ts';

/** Not the type of keys itself, which would carry over what may be left out. */
type Key = Exclude<keyof GuardrailsDocument, never>;
type Comparison<K extends Key> = (before: GuardrailsDocument[K], now: GuardrailsDocument[K]) => readonly Change[];

export function guardrailChanges(before: GuardrailsDocument, now: GuardrailsDocument): readonly Change[] {
  return (Object.keys(COMPARED) as Key[]).flatMap((key) => changesOf(key, before, now));
}

const changesOf = <K extends Key>(key: K, before: GuardrailsDocument, now: GuardrailsDocument): readonly Change[] =>
  COMPARED[key](before[key], now[key]);

/** One for each guardrail, which the type holds us to: one that is added cannot be loosened unsaid. */
const COMPARED: { readonly [K in Key]: Comparison<K> } = {
  'longest-ttl': (before, now) =>
    RISKS.flatMap((risk) =>
      changeOfAmount(before[risk] ?? UNLIMITED, now[risk] ?? UNLIMITED, {
        text: `\`longest-ttl\` for ${risk} risk is ${ttlText(now[risk])}, and was ${ttlText(before[risk])}`,
      }),
    ),
  require: requireChanges,
  never: (before, now) => [
    ...changesOfList('`never.events`', [before.events, now.events], 'narrower'),
    ...changesOfList('`never.runners`', [before.runners, now.runners], 'narrower'),
  ],
  'allow-static': (before, now) => changesOfList('`allow-static`', [before, now]),
  freeze: freezeChanges,
  waivers: waiverChanges,
};

const UNLIMITED = Number.POSITIVE_INFINITY;
const ttlText = (seconds: number | undefined): string =>
  seconds === undefined ? 'unlimited' : formatDuration(seconds);

type Requirement = GuardrailsDocument['require'][number];

/** Needs by the risk, kind and environment that they concern: what one requirement loses another may ask for. */
function requireChanges(before: readonly Requirement[], now: readonly Requirement[]): readonly Change[] {
  const all = [...before, ...now];
  const kinds = new Set([...all.map(({ kind }) => kind), undefined]);
  const environments = new Set([...all.flatMap(({ environment = [] }) => environment), ANYWHERE]);
  const concerned = RISKS.flatMap((risk) =>
    [...kinds].flatMap((kind) => [...environments].map((environment) => ({ risk, kind, environment }))),
  );
  const [old, fresh] = [needsOf(before, concerned), needsOf(now, concerned)];
  const [lost, added] = [without(old, fresh), without(fresh, old)];
  return [
    ...grouped(lost).map((text): Change => ({ direction: 'wider', text: `\`require\` does not ask ${text} any more` })),
    ...grouped(added).map((text): Change => ({ direction: 'narrower', text: `\`require\` asks ${text} now` })),
  ];
}

const RISKS = ['high', 'low'] as const;
const ANYWHERE = '**';

interface Concerned {
  readonly risk: (typeof RISKS)[number];
  /** undefined is any other than those that are named */
  readonly kind: string | undefined;
  readonly environment: string;
}

interface ConcreteNeed {
  readonly whom: string;
  readonly need: string;
}

function needsOf(require: readonly Requirement[], concerned: readonly Concerned[]): readonly ConcreteNeed[] {
  return concerned.flatMap((one) => {
    const needs = require
      .filter((requirement) => concerns(requirement, one))
      .flatMap((requirement) => requirement.needs);
    return [...new Set(needs.map(({ text }) => text))].map((need) => ({ whom: wordsOf(one), need }));
  });
}

const concerns = (requirement: Requirement, { risk, kind, environment }: Concerned): boolean =>
  (requirement.risk ?? risk) === risk &&
  (requirement.kind ?? kind) === kind &&
  (requirement.environment ?? [ANYWHERE]).some((pattern) => isWithin(environment, pattern, { fold: true }));

const wordsOf = ({ risk, kind, environment }: Concerned): string =>
  `${risk} risk${kind === undefined ? '' : ` and kind ${kind}`}${environment === ANYWHERE ? '' : ` in environment ${environment}`}`;

const without = (needs: readonly ConcreteNeed[], others: readonly ConcreteNeed[]): readonly ConcreteNeed[] =>
  needs.filter(({ whom, need }) => !others.some((one) => one.whom === whom && one.need === need));

/** "entitlements of high risk for `approval` and `review`" */
function grouped(needs: readonly ConcreteNeed[]): readonly string[] {
  return [...Map.groupBy(needs, ({ whom }) => whom)].map(
    ([whom, of]) => `entitlements of ${whom} for ${of.map(({ need }) => `\`${need}\``).join(', ')}`,
  );
}

type Freeze = GuardrailsDocument['freeze'][number];

const sameFreeze = (a: Freeze) => (b: Freeze) => JSON.stringify(a) === JSON.stringify(b);

function freezeChanges(before: readonly Freeze[], now: readonly Freeze[]): readonly Change[] {
  const left = now.filter((one) => !before.some(sameFreeze(one)));
  const gone = before.filter((one) => !now.some(sameFreeze(one)));
  const changed = gone.flatMap((old) => {
    // What bears the same reason is the same freeze, changed.
    const at = left.findIndex(({ reason }) => reason === old.reason);
    if (at === -1)
      return [{ direction: 'wider', text: `the freeze "${old.reason}" (${span(old)}) is removed` } as const];
    const [fresh = old] = left.splice(at, 1);
    return changedFreeze(old, fresh);
  });
  return [
    ...changed,
    ...left.map(
      (one): Change => ({ direction: 'narrower', text: `the freeze "${one.reason}" (${span(one)}) is added` }),
    ),
  ];
}

function changedFreeze(old: Freeze, fresh: Freeze): readonly Change[] {
  const text = `the freeze "${old.reason}" is ${span(fresh)}, and was ${span(old)}`;
  return [
    ...changeOfAmount(momentOf(old.from, old.zone), momentOf(fresh.from, fresh.zone), { text }),
    ...changeOfAmount(momentOf(old.to, old.zone, 'last'), momentOf(fresh.to, fresh.zone, 'last'), {
      more: 'narrower',
      text,
    }),
    ...changesOfList(`\`except\` of the freeze "${old.reason}"`, [old.except, fresh.except]),
  ];
}

const span = ({ from, to, zone }: Freeze): string => `from ${from} to ${to} ${zone}`;

type Waiver = GuardrailsDocument['waivers'][number];

function waiverChanges(before: readonly Waiver[], now: readonly Waiver[]): readonly Change[] {
  const [old, fresh] = [latestByName(before), latestByName(now)];
  const names = new Set([...old.keys(), ...fresh.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [old.get(name), fresh.get(name)];
    const until = (waiver: Waiver | undefined): string =>
      waiver === undefined ? 'there is none' : `until ${new Date(waiver.until - 1).toISOString().slice(0, 10)}`;
    const text = `the waiver ${name}: ${until(is)} now, and before ${until(was)}`;
    const owner = was !== undefined && is !== undefined && was.owner !== is.owner;
    return [
      ...changeOfAmount(was?.until ?? 0, is?.until ?? 0, { text }),
      ...(owner ? [{ direction: 'other', text: `${is.owner} answers for the waiver ${name} now` } as const] : []),
    ];
  });
}

/** A waiver that was renewed may stand beside the one that ended. */
const latestByName = (waivers: readonly Waiver[]): ReadonlyMap<string, Waiver> =>
  new Map(
    waivers
      .toSorted((a, b) => a.until - b.until)
      .map((waiver) => [`of "${waiver.of}" for ${waiver.entitlement}`, waiver]),
  );
