// Where a job runs: its event, its ref and its base branch, which conditions judge together and which are therefore one attribute.
// Beside refs of each kind there is always one that is of none for its event, as that of a merged pull request.
import type { Subject } from '../../model.ts';
import { anyOf } from '../../shapes/schema-problems.ts';
import { eventsOf } from '../conditions.ts';
import { type RefKind, refKindsOf } from '../events.ts';
import type { RuleDocument } from '../rule-document.ts';
import { type Attribute, judgedBy, type Sample, valuesOf } from './attribute.ts';
import { type NameWords, nameWords } from './name-words.ts';
import { type SampledNames, sampleNames } from './sample-names.ts';

interface Place extends Sample {
  readonly event: string;
  readonly kind: RefKind | 'none';
  /** of the branch or the tag; for a pull request the base branch */
  readonly name: string;
  readonly ref: string;
}

const STARTS = { branch: 'refs/heads/', tag: 'refs/tags/', pull: 'refs/pull/' } as const;

export function placeOf(rules: readonly RuleDocument[]): Attribute {
  const events = [...new Set(rules.flatMap(eventsOf))];
  const names = namesOf(rules);
  const places = events.flatMap((event) => placesOf(event, names));
  return {
    samples: places,
    complete: Object.values(names).every(({ complete }) => complete),
    allows: judgedBy('branch', 'tag', 'ref', 'pull-request', 'event'),
    words: (samples, rule) => placeWords(samples as readonly Place[], { rule, rules, places }),
  };
}

type Names = Readonly<Record<'branch' | 'tag' | 'number' | 'base', SampledNames>>;

function namesOf(rules: readonly RuleDocument[]): Names {
  const short = (of: (rule: RuleDocument) => readonly string[] | undefined) =>
    valuesOf(rules, of).map((text) => ({ text }));
  const full = (after: string) => short(refsOf).map(({ text }) => ({ text, after }));
  return {
    branch: sampleNames([...short(({ branch }) => branch), ...full(STARTS.branch)]),
    tag: sampleNames([...short(({ tag }) => tag), ...full(STARTS.tag)]),
    number: sampleNames(full(STARTS.pull), { end: '/merge', numbers: true }),
    base: sampleNames(short(basesOf)),
  };
}

const refsOf = ({ ref }: RuleDocument): readonly string[] | undefined => ref;
const basesOf = (rule: RuleDocument): readonly string[] | undefined =>
  rule['pull-request']?.flatMap(({ into }) => into);

function placesOf(event: string, names: Names): readonly Place[] {
  const kinds = refKindsOf(event);
  const place = (kind: Place['kind'], name: string, subject: Partial<Subject> & Pick<Subject, 'ref'>): Place => ({
    ...{ event, kind, name, ref: subject.ref },
    subject: { refType: 'branch', ...subject, eventName: event },
  });
  const named = (['branch', 'tag'] as const)
    .filter((kind) => kinds.includes(kind))
    .flatMap((kind) =>
      names[kind].names.map((name) => place(kind, name, { ref: `${STARTS[kind]}${name}`, refType: kind })),
    );
  const numbers = kinds.includes('pull') ? names.number.names : [];
  const bases = event === 'pull_request' ? [...names.base.names, ''] : [''];
  const pulls = numbers.flatMap((number) =>
    bases.map((baseRef) => place('pull', baseRef, { ref: `${STARTS.pull}${number}/merge`, baseRef })),
  );
  const foreign = kinds.includes('pull') ? 'refs/heads/x' : 'refs/pull/1/merge';
  // It also stands for a job without a ref: that is of no workflow file either, and there is a sample of that.
  return [...named, ...pulls, place('none', foreign, { ref: foreign })];
}

interface Context {
  readonly rule: RuleDocument;
  readonly rules: readonly RuleDocument[];
  readonly places: readonly Place[];
}

/** "on branch main by push or workflow_dispatch; on tag v* by release" */
function placeWords(samples: readonly Place[], context: Context): string {
  const events = [...new Set(samples.map(({ event }) => event))];
  const byRef = Map.groupBy(events, (event) => refWords(event, samples, context));
  return [...byRef].map(([ref, of]) => `${ref === '' ? '' : `${ref} `}by ${anyOf(of)}`).join('; ');
}

function refWords(event: string, samples: readonly Place[], context: Context): string {
  const all = context.places.filter((place) => place.event === event);
  const given = samples.filter((place) => place.event === event);
  if (all.length === given.length) return '';
  const kinds = [...new Set(given.map(({ kind }) => kind))];
  // What is left when every real ref is: nobody needs to read of it.
  const real = kinds.filter((kind) => kind !== 'none');
  return (real.length === 0 ? kinds : real)
    .map((kind) => kindWords(kind, { all: ofKind(all, kind), given: ofKind(given, kind) }, context))
    .join(' or ');
}

const ofKind = (places: readonly Place[], kind: Place['kind']): readonly Place[] =>
  places.filter((place) => place.kind === kind);

interface OfKind {
  /** every place of one kind that there is for an event, and those that are spoken of */
  readonly all: readonly Place[];
  readonly given: readonly Place[];
}

function kindWords(kind: Place['kind'], of: OfKind, context: Context): string {
  if (kind === 'none') return 'on a ref that is no branch, tag or pull request of such an event';
  if (kind === 'pull') return pullWords(of, context);
  const { rule, rules } = context;
  const key = rule.ref === undefined ? kind : 'ref';
  const words = namesIn(of, key === 'ref' ? refOf : ({ name }) => name, {
    own: rule[key],
    others: valuesOf(rules, (one) => one[key]),
  });
  return words === undefined ? `on any ${kind}` : `on ${key} ${words}`;
}

/** By what they would be merged into and, where a rule names refs, by their own. */
function pullWords(of: OfKind, { rule, rules }: Context): string {
  const isWithoutBase = of.given.every(({ name }) => name === '') && of.all.some(({ name }) => name !== '');
  if (isWithoutBase) return 'for a pull request without a base branch';
  const base = namesIn(of, ({ name }) => name, { own: basesOf(rule), others: valuesOf(rules, basesOf) });
  const ref = namesIn(of, refOf, { own: rule.ref, others: valuesOf(rules, refsOf) });
  return `for a pull request${base === undefined ? '' : ` into ${base}`}${ref === undefined ? '' : ` on ref ${ref}`}`;
}

const refOf = ({ ref }: Place): string => ref;

const namesIn = (
  { all, given }: OfKind,
  nameOf: (place: Place) => string,
  patterns: Pick<NameWords, 'own' | 'others'>,
): string | undefined =>
  nameWords({ names: [...new Set(given.map(nameOf))], all: [...new Set(all.map(nameOf))], ...patterns });
