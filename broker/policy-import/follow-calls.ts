// Follows what workflows call in their own repository: reusable workflows and composite actions. A called workflow is read once for
// each call of it, with what starts the caller and what it hands on; the steps of a composite action are steps of the job.
import { type HandedOn, handOn, isExpression } from './hand-on.ts';
import { type LocalAction, type LocalActions, localDirectory } from './read-action.ts';
import type { Caller, Step, Workflow, WorkflowJob } from './read-workflow.ts';
import type { Path, Text } from './read-yaml.ts';
import { repeatable } from './secret-literals.ts';
import type { Remark } from './secret-uses.ts';

export interface Followed {
  readonly workflows: readonly Workflow[];
  /** what is called and was not followed */
  readonly remarks: readonly Remark[];
}

/** Of all that is read for one call after the other: what hands on twice at each level would double each time. */
const MAX_TEXTS = 50_000;

const MAX_REMARKS = 200;
const NO_FURTHER = 'which is not followed any further: too much is called from here, or in a circle';

export function followCalls(workflows: readonly Workflow[], actions: LocalActions): Followed {
  const byFile = new Map(workflows.map((one) => [one.file, one]));
  const following: Following = { byFile, actions, left: MAX_TEXTS, remarks: [] };
  const called = new Set(workflows.flatMap(({ jobs }) => jobs.flatMap((job) => calledFile(job) ?? [])));
  // One that only starts by being called, and is, has nothing to say without its callers.
  const isEntry = ({ file, on }: Workflow): boolean =>
    !called.has(file) || [...on.keys()].some((event) => event !== CALL);
  const followed = workflows.filter(isEntry).flatMap((entry) => withCalled(entry, following));
  // What is called in a circle alone, or by more than is followed, is not passed over.
  const read = new Set(followed.map(({ file }) => file));
  const missed = workflows.filter(({ file }) => !read.has(file)).map((one) => withActions(one, following));
  return { workflows: [...followed, ...missed], remarks: following.remarks };
}

const CALL = 'workflow_call';

interface Following {
  readonly byFile: ReadonlyMap<string, Workflow>;
  readonly actions: LocalActions;
  /** texts that may still be read */
  left: number;
  readonly remarks: Remark[];
}

/** The workflow of the same repository that a job calls. */
function calledFile({ call }: WorkflowJob): string | undefined {
  const [, file] = /^\.\/(\.github\/workflows\/[^/\s]+\.ya?ml)$/.exec(call?.uses ?? '') ?? [];
  return file;
}

function withCalled(workflow: Workflow, following: Following): readonly Workflow[] {
  const own = withActions(workflow, following);
  const targets = new Map(
    workflow.jobs.flatMap((job) => {
      const target = targetOf({ job, workflow }, following);
      return target === undefined ? [] : [[job.id, { job, target }] as const];
    }),
  );
  // What they hand on is followed: that it is all secrets is nothing to look at.
  const texts = own.texts.filter(
    ({ path: [, id, key, more] }) => !(key === 'secrets' && more === undefined && targets.has(String(id))),
  );
  const called = [...targets.values()].flatMap(({ job, target }) =>
    withCalled(asCalled(target, { job, workflow }), following),
  );
  return [{ ...own, texts }, ...called];
}

interface InWorkflow {
  readonly job: WorkflowJob;
  readonly workflow: Workflow;
}

function targetOf({ job, workflow }: InWorkflow, following: Following): Workflow | undefined {
  const { call } = job;
  if (call === undefined) return undefined;
  const target = following.byFile.get(calledFile(job) ?? '');
  const remark = (what: string): void =>
    remarkAt({ texts: [workflow.texts], path: ['jobs', job.id, 'uses'] }, what, following);
  const files = [...workflow.calledBy.map(({ file }) => file), workflow.file];
  if (target === undefined) {
    if (call.secrets !== 'inherit' && Object.keys(call.secrets).length > 0)
      remark(
        `hands secrets to ${repeatable(call.uses)}, which is not in this checkout: what it needs is drafted where it is kept`,
      );
    return undefined;
  }
  // GitHub refuses a circle.
  if (!files.includes(target.file) && spend(following, target.texts)) return target;
  remark(`calls ${target.file}, ${NO_FURTHER}`);
  return undefined;
}

function remarkAt(
  { texts, path }: { texts: readonly (readonly Text[])[]; path: Path },
  message: string,
  { remarks }: Following,
): void {
  if (remarks.length >= MAX_REMARKS) return;
  const place = texts
    .flat()
    .find((one) => one.path.length === path.length && one.path.every((part, at) => part === path[at]))
    ?.place();
  if (place !== undefined) remarks.push({ ...place, message });
}

function spend(following: Following, texts: readonly Text[]): boolean {
  following.left -= texts.length + 1;
  return following.left > 0;
}

function asCalled(target: Workflow, { job, workflow }: InWorkflow): Workflow {
  const { with: given = {}, secrets = 'inherit' } = job.call ?? {};
  const handed: HandedOn = {
    inputs: { ...target.defaults, ...given },
    secrets: secrets === 'inherit' ? undefined : secrets,
  };
  const caller: Caller = { file: workflow.file, job: job.id };
  return {
    ...target,
    calledBy: [...workflow.calledBy, caller],
    on: workflow.on,
    jobs: target.jobs.map((one) => jobWith(one, handed, job.permissions)),
    texts: target.texts.map((one) => textWith(one, handed)),
  };
}

const textWith = (one: Text, handed: HandedOn): Text => ({
  ...one,
  text: handOn(one.text, isExpression(one.path), handed),
});

function jobWith(job: WorkflowJob, handed: HandedOn, permissions: unknown): WorkflowJob {
  const put = (text: string): string => handOn(text, false, handed);
  const { call } = job;
  return {
    ...job,
    // An empty name is none.
    environment: put(job.environment ?? '') || undefined,
    runsOn: job.runsOn.map(put),
    permissions: job.permissions ?? permissions,
    call:
      call === undefined
        ? undefined
        : {
            ...call,
            with: textsWith(call.with, put),
            secrets: call.secrets === 'inherit' ? (handed.secrets ?? 'inherit') : textsWith(call.secrets, put),
          },
    steps: job.steps.map((step) => stepWith(step, handed)),
  };
}

const stepWith = (step: Step, handed: HandedOn): Step => ({
  ...step,
  with: textsWith(step.with, (text) => handOn(text, false, handed)),
});

const textsWith = (
  all: Readonly<Record<string, string>>,
  put: (text: string) => string,
): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(all).map(([name, text]) => [name, put(text)]));

/** The steps of local actions stand behind those of the job, so that no other step gets another number. */
function withActions(workflow: Workflow, following: Following): Workflow {
  const more: Text[] = [];
  const jobs = workflow.jobs.map((job) => {
    const steps = [...job.steps];
    // The list grows while it is gone through: an action may use others.
    for (const [at, step] of steps.entries()) {
      const action = actionOfStep(step, following);
      if (typeof action === 'string')
        remarkAt({ texts: [workflow.texts, more], path: ['jobs', job.id, 'steps', at, 'uses'] }, action, following);
      if (typeof action !== 'object') continue;
      const handed: HandedOn = { inputs: { ...action.defaults, ...step.with }, secrets: undefined };
      const within = [...step.within, action.file];
      more.push(...action.texts.map((one) => textWith({ ...one, path: pathIn(job, steps.length, one) }, handed)));
      steps.push(...action.steps.map((one) => ({ ...stepWith(one, handed), within })));
    }
    return { ...job, steps };
  });
  return { ...workflow, jobs, texts: [...workflow.texts, ...more] };
}

/** Undefined where it is none of this repository; why not, where it cannot be followed. */
function actionOfStep({ uses = '', within }: Step, following: Following): LocalAction | string | undefined {
  const directory = localDirectory(uses);
  if (directory === undefined) return undefined;
  const action = following.actions.get(directory);
  if (action?.ok !== true)
    return `uses ${repeatable(uses)}, which is no action in this checkout that could be read: what it does is not known here`;
  // GitHub refuses a circle.
  const isFollowed = !within.includes(action.file) && spend(following, action.value.texts);
  return isFollowed ? action.value : `uses ${repeatable(uses)}, ${NO_FURTHER}`;
}

/** As if the action's step stood in the job. */
function pathIn(job: WorkflowJob, first: number, { path: [number = 0, ...rest] }: Text): Path {
  return ['jobs', job.id, 'steps', first + Number(number), ...rest];
}
