// A workflow as far as the import looks at it: what starts it, and of each job where it runs, what it calls and its steps.
import { z } from 'zod';
import {
  defaultsOf,
  type FileText,
  map,
  type Read,
  readOr,
  readYaml,
  type Text,
  text,
  texts,
  textsByName,
  Unreadable,
} from './read-yaml.ts';

export interface Step {
  readonly name: string | undefined;
  readonly uses: string | undefined;
  /** inputs, as text */
  readonly with: Readonly<Record<string, string>>;
  /** files of the local actions that it stands in, outermost first */
  readonly within: readonly string[];
}

/** Of a job that is a call of another workflow. */
export interface Call {
  readonly uses: string;
  readonly with: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>> | 'inherit';
}

export interface WorkflowJob {
  readonly id: string;
  readonly environment: string | undefined;
  readonly runsOn: readonly string[];
  /** of the job, or of the workflow where it has none; undefined where neither says any */
  readonly permissions: unknown;
  readonly call: Call | undefined;
  readonly steps: readonly Step[];
}

/** A job that calls a workflow. */
export interface Caller {
  readonly file: string;
  readonly job: string;
}

export interface Workflow {
  readonly file: string;
  /** the calls that lead here from the workflow that starts the run, outermost first; empty where it is that one */
  readonly calledBy: readonly Caller[];
  /** event → its filters; those of the workflow that starts the run */
  readonly on: ReadonlyMap<string, Trigger>;
  /** of its inputs, where a caller leaves them out */
  readonly defaults: Readonly<Record<string, string>>;
  readonly jobs: readonly WorkflowJob[];
  readonly texts: readonly Text[];
}

export interface Trigger {
  readonly branches: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
}

/** The file that starts the run. */
export const entryOf = ({ file, calledBy }: Workflow): string => calledBy[0]?.file ?? file;

export const readWorkflow = (source: FileText): Read<Workflow> => readOr('a workflow', () => read(source));

function read(source: FileText): Workflow {
  const { root, texts: all } = readYaml(source, 'workflow');
  const jobs = map.safeParse(root['jobs']).data;
  if (jobs === undefined) throw new Unreadable('is no workflow: it has no `jobs`');
  // GitHub takes no other, and what follows writes them into YAML.
  if (Object.keys(jobs).some((id) => !/^[A-Za-z_][\w-]{0,99}$/.test(id)))
    throw new Unreadable('has a job with an id that GitHub does not take');
  const on = root['on'] ?? root['true'];
  const called = map.safeParse(map.safeParse(on).data?.['workflow_call']).data ?? {};
  return {
    ...{ file: source.file, calledBy: [], on: triggersOf(on), defaults: defaultsOf(called['inputs']), texts: all },
    jobs: Object.entries(jobs).map(([id, job]) => jobOf(id, job, root['permissions'])),
  };
}

function triggersOf(on: unknown): ReadonlyMap<string, Trigger> {
  const none: Trigger = { branches: undefined, tags: undefined };
  const names = texts.safeParse(on);
  if (names.success) return new Map(names.data.map((name) => [name, none]));
  const filters = z.object({ branches: texts.optional(), tags: texts.optional() });
  return new Map(
    Object.entries(map.safeParse(on).data ?? {}).map(([event, value]) => {
      const { branches, tags } = filters.safeParse(value).data ?? {};
      return [event, { branches, tags }];
    }),
  );
}

function jobOf(id: string, value: unknown, ofWorkflow: unknown): WorkflowJob {
  const job = map.safeParse(value).data ?? {};
  const environment = text.safeParse(map.safeParse(job['environment']).data?.['name'] ?? job['environment']).data;
  const uses = text.safeParse(job['uses']).data;
  const secrets = job['secrets'] === 'inherit' ? 'inherit' : textsByName(job['secrets']);
  return {
    ...{ id, environment },
    runsOn: texts.safeParse(map.safeParse(job['runs-on']).data?.['labels'] ?? job['runs-on']).data ?? [],
    permissions: job['permissions'] ?? ofWorkflow,
    call: uses === undefined ? undefined : { uses, with: textsByName(job['with']), secrets },
    steps: stepsOf(job['steps']),
  };
}

export const stepsOf = (value: unknown): readonly Step[] =>
  (z.array(z.unknown()).safeParse(value).data ?? []).map(stepOf);

function stepOf(value: unknown): Step {
  const step = map.safeParse(value).data ?? {};
  const [name, uses] = [text.safeParse(step['name']).data, text.safeParse(step['uses']).data];
  return { name, uses, with: textsByName(step['with']), within: [] };
}
