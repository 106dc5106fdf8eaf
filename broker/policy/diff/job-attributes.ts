// The attributes of a job beside its place: repository, environment, workflow file, runner and the like. Each is compared by
// itself, so that a literal, and one value that nobody names, stand for all there are.
import type { Millis } from '../../clock.ts';
import type { Subject } from '../../model.ts';
import { RUNNERS, type RuleDocument, type TimeWindow, VISIBILITIES } from '../rule-document.ts';
import { windowsHold } from '../time-condition.ts';
import { type Attribute, BASE, judgedBy, type Sample, valuesOf } from './attribute.ts';
import { nameWords, shortList } from './name-words.ts';
import { SAMPLE_MOMENT, sampleMoments } from './sample-moments.ts';
import { sampleNames } from './sample-names.ts';

export function jobAttributes(rules: readonly RuleDocument[]): readonly Attribute[] {
  const all = <T>(of: (rule: RuleDocument) => readonly T[] | undefined) => valuesOf(rules, of);
  const claims = new Set(rules.flatMap(({ claims: given = {} }) => Object.keys(given)));
  return [
    environmentOf(all(({ environment }) => environment)),
    listed('runner', {
      samples: [...RUNNERS.map((runner) => one(runner, { runnerEnvironment: runner })), UNKNOWN_RUNNER],
      say: ['on a … runner', 'on another runner than a … one'],
    }),
    fileOf(all(({ workflow }) => workflow)),
    calledOf(all((rule) => rule['called-workflow'])),
    listed('actor', {
      samples: all(({ actor }) => actor).map((id) => one(id, { actorId: id })),
      rest: { actorId: '0' },
      say: ['started by the account …', 'started by another account than …'],
    }),
    listed('visibility', {
      samples: VISIBILITIES.map((kind) => one(kind, { repositoryVisibility: kind })),
      say: ['from a … repository'],
    }),
    listed('protected-ref', {
      samples: [one('not protected', { refProtected: false }), one('protected', { refProtected: true })],
      say: ['on a ref that is …'],
    }),
    timeOf(all(({ time }) => time)),
    ...[...claims].map((name) =>
      claimOf(
        name,
        all(({ claims: given }) => given?.[name]),
      ),
    ),
  ];
}

const UNKNOWN_RUNNER: Sample = {};
const one = (label: string, subject: Partial<Subject>): Sample => ({ label, subject });

/** `…` stands for the labels of those that are meant; in the second form, of those that are not. */
type Say = readonly [string, string?];

function listed(
  name: string,
  { samples, rest, say }: { samples: readonly Sample[]; rest?: Partial<Subject>; say: Say },
): Attribute {
  // What nobody names comes first: an example shall say no more than it must.
  const all = [...(rest === undefined ? [] : [{ subject: rest }]), ...samples];
  return {
    ...{ samples: all, complete: true, allows: judgedBy(name) },
    words: (given) => listWords(given, all, say),
  };
}

/** By those that are meant or, where all that nobody names are among them, by those that are not. */
function listWords(given: readonly Sample[], all: readonly Sample[], [say, sayOther = say]: Say): string | undefined {
  if (given.length === all.length) return undefined;
  const labels = (samples: readonly Sample[]): string[] => samples.map(({ label }) => `${label}`);
  if (!given.some(({ label }) => label === undefined)) return say.replace('…', () => shortList(labels(given)));
  const without = labels(all.filter((sample) => !given.includes(sample)));
  return sayOther.replace('…', () => shortList(without));
}

const ABSENT: Sample = {};

function environmentOf(others: readonly string[]): Attribute {
  const { names, complete } = sampleNames(others.map((text) => ({ text, fold: true })));
  const samples = [ABSENT, ...names.map((name) => one(name, { environment: name }))];
  return {
    ...{ samples, complete, allows: judgedBy('environment') },
    words(given, rule) {
      if (given.length === samples.length) return undefined;
      const named = given.flatMap(({ label }) => label ?? []);
      if (named.length === 0) return 'in no environment';
      const words = nameWords({ names: named, all: names, own: rule.environment, others, fold: true });
      if (words === undefined) return 'in any environment';
      return `in environment ${words}${given.includes(ABSENT) ? ' or in none' : ''}`;
    },
  };
}

const workflow = (file: string): Partial<Subject> => ({ workflowRef: `${BASE.repository}/${file}@${BASE.ref}` });

/** Composed anew with repository and ref where a whole subject is made: see `subjectOf`. */
function fileOf(files: readonly string[]): Attribute {
  return listed('workflow', {
    samples: files.map((file) => one(file, workflow(file))),
    rest: workflow('.github/workflows/some-other.yml'),
    say: ['in the workflow …', 'in another workflow than …'],
  });
}

function calledOf(wanted: readonly string[]): Attribute {
  const commit = (ref: string): string => /@([0-9a-f]{40,})/.exec(ref)?.[1] ?? BASE.sha;
  return listed('called-workflow', {
    samples: wanted.map((ref) => one(ref, { jobWorkflowRef: ref, jobWorkflowSha: commit(ref) })),
    rest: { jobWorkflowRef: 'some/other/.github/workflows/some-other.yml@refs/heads/x' },
    say: ['in the called workflow …', 'in another called workflow than …, or in none'],
  });
}

function claimOf(name: string, values: readonly string[]): Attribute {
  return listed(`claims.${name}`, {
    samples: values.map((value) => one(value, { claims: { [name]: value } })),
    rest: {},
    say: [`with the claim ${name} …`, `with another claim ${name} than …, or none`],
  });
}

function timeOf(windows: readonly TimeWindow[]): Attribute {
  const samples = momentsOf(windows).map((now) => ({ now, label: `${new Date(now).toUTCString().slice(0, 22)} UTC` }));
  return {
    ...{ samples, complete: true, allows: judgedBy('time') },
    words(given) {
      const [moment] = given.map(({ label }) => label);
      return given.length === samples.length ? undefined : `at some times, such as ${moment}`;
    },
  };
}

/** One moment for each set of windows that are ever open together. */
function momentsOf(windows: readonly TimeWindow[]): readonly Millis[] {
  if (windows.length === 0) return [SAMPLE_MOMENT];
  const open = windows.map((window) => windowsHold([window]));
  const openAt = (now: Millis): string => open.map((isOpen) => isOpen(now)).join();
  return [...new Map(sampleMoments(windows).map((now) => [openAt(now), now])).values()];
}
