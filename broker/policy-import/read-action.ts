// An action that a repository keeps for itself (`uses: ./path`), as far as the import looks at it: the steps of a composite one.
// What another kind of action does with its inputs is in its program, and is not looked at.
import { z } from 'zod';
import { type Step, stepsOf, type Workflow } from './read-workflow.ts';
import { defaultsOf, type FileText, map, type Read, readOr, readYaml, type Text } from './read-yaml.ts';

export interface LocalAction {
  readonly file: string;
  /** of its inputs, where a caller leaves them out */
  readonly defaults: Readonly<Record<string, string>>;
  /** none where it is not composite */
  readonly steps: readonly Step[];
  /** of its steps; a path begins with the number of the step */
  readonly texts: readonly Text[];
}

const readAction = (source: FileText): Read<LocalAction> => readOr('an action', () => read(source));

function read(source: FileText): LocalAction {
  const { root, texts } = readYaml(source, 'action');
  const runs = map.safeParse(root['runs']).data ?? {};
  const isComposite = z.literal('composite').safeParse(runs['using']).success;
  return {
    file: source.file,
    defaults: defaultsOf(root['inputs']),
    steps: isComposite ? stepsOf(runs['steps']) : [],
    texts: isComposite
      ? texts.flatMap((one) =>
          one.path[0] === 'runs' && one.path[1] === 'steps' ? [{ ...one, path: one.path.slice(2) }] : [],
        )
      : [],
  };
}

/** `./path` as a directory of the checkout (empty for its root); undefined for anything that could lead out of it. */
export function localDirectory(uses: string | undefined): string | undefined {
  if (uses === undefined || !/^\.\/[\w./-]{0,300}$/.test(uses)) return undefined;
  const parts = uses.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
}

export type LoadAction = (
  directory: string,
) => Promise<{ file: string; text: FileText['text'] | { why: string } } | undefined>;

/** By directory. */
export type LocalActions = ReadonlyMap<string, Read<LocalAction> & { readonly file: string }>;

const MAX_ACTIONS = 500;

/** Those that the workflows use, and those that these use. */
export async function localActionsOf(workflows: readonly Workflow[], load: LoadAction): Promise<LocalActions> {
  const found = new Map<string, Read<LocalAction> & { readonly file: string }>();
  const waiting = new Set(workflows.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => directoriesOf(steps))));
  // A set that grows while it is gone through: each directory comes once.
  for (const directory of waiting) {
    if (found.size >= MAX_ACTIONS) break;
    const source = await load(directory);
    if (source === undefined) continue;
    const { file, text } = source;
    const action = typeof text === 'string' ? readAction({ file, text }) : { ok: false as const, why: text.why };
    found.set(directory, { file, ...action });
    for (const inner of action.ok ? directoriesOf(action.value.steps) : []) waiting.add(inner);
  }
  return found;
}

const directoriesOf = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap(({ uses }) => localDirectory(uses) ?? []);
