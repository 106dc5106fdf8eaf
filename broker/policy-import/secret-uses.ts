// Where workflows use stored secrets, by name, and what each feeds: an environment variable, an input, a script. Values are in no
// workflow; what looks like one that was written in all the same is reported by its place alone.

import { isExpression } from './hand-on.ts';
import type { Workflow } from './read-workflow.ts';
import type { Path, Place } from './read-yaml.ts';
import { looksSecret, splitExpressions } from './secret-literals.ts';

export interface SecretUse {
  readonly secret: string;
  readonly file: string;
  readonly line: number;
  /** undefined where it is set for all jobs of the workflow */
  readonly job: string | undefined;
  readonly feeds: Feeds;
}

export type Feeds =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'input'; readonly name: string; readonly action: string }
  | { readonly kind: 'called-workflow'; readonly name: string }
  | { readonly kind: 'script' | 'condition' | 'other' };

/** Something that nobody can follow from the text alone, or that should not be there; a sentence about a place. */
export interface Remark {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Uses {
  readonly secrets: readonly SecretUse[];
  readonly literals: readonly Remark[];
  readonly remarks: readonly Remark[];
}

/** A called workflow may name its secrets with hyphens. GitHub names none longer; what is longer was not meant. */
const NAME = /(?<![\w.-])secrets\s*(?:\.\s*([A-Za-z_][\w-]{0,99})|\[\s*'([A-Za-z_][\w-]{0,99})'\s*\])/gi;
const WHOLE = /(?<![\w.-])secrets\s*(?:\[(?!\s*')|\)|,|$|\}\})/i;
const MAX_EXPRESSION_CHARACTERS = 20_000;

export function usesOf(workflow: Workflow): Uses {
  const found: { secrets: SecretUse[]; literals: Remark[]; remarks: Remark[] } = {
    secrets: [],
    literals: [],
    remarks: [],
  };
  for (const { path, text, written, place: placeOf } of workflow.texts) {
    const said = saidIn(text, path);
    // What a caller hands on is reported where it is written.
    const literal = path.at(-1) !== 'uses' && looksSecret(splitExpressions(written).outside);
    // Finding a place takes longer than seeing that there is nothing to find.
    if (!literal && !/secrets/i.test(said) && said !== 'inherit') continue;
    const place = placeOf();
    if (literal)
      found.literals.push({
        ...place,
        message: `${whereOf(path)} holds what looks like a secret: take it out and revoke it`,
      });
    if (said.length > MAX_EXPRESSION_CHARACTERS)
      found.remarks.push({ ...place, message: `an expression in ${whereOf(path)} is too long to be looked at` });
    else addUses(found, { said, path, place, workflow });
  }
  return found;
}

interface Looked {
  readonly said: string;
  readonly path: Path;
  readonly place: Place;
  readonly workflow: Workflow;
}

function addUses(found: { secrets: SecretUse[]; remarks: Remark[] }, { said, path, place, workflow }: Looked): void {
  const names = new Set([...said.matchAll(NAME)].map(([, dotted, quoted]) => (dotted ?? quoted ?? '').toUpperCase()));
  const job = path[0] === 'jobs' ? String(path[1]) : undefined;
  for (const secret of names) {
    // Made for each job and gone with it: nothing is stored.
    if (secret !== 'GITHUB_TOKEN') found.secrets.push({ secret, ...place, job, feeds: feedsOf(path, workflow) });
  }
  const inherited = path.at(-1) === 'secrets' && said === 'inherit';
  if (inherited || WHOLE.test(said))
    found.remarks.push({
      ...place,
      message: `${whereOf(path)} hands on all secrets at once, or one by a computed name: which of them are used cannot be seen here`,
    });
}

/** What is evaluated in a text. */
function saidIn(text: string, path: Path): string {
  const isWhole = isExpression(path) || (path.at(-1) === 'secrets' && text === 'inherit');
  return isWhole ? text : splitExpressions(text).inside.join('\n');
}

function feedsOf(path: Path, { jobs }: Workflow): Feeds {
  const [last, parent] = [String(path.at(-1)), path.at(-2)];
  const step = jobs.find(({ id }) => id === path[1])?.steps[Number(path[3])];
  if (parent === 'env') return { kind: 'env', name: last };
  if (parent === 'with') return { kind: 'input', name: last.toLowerCase(), action: actionOf(step?.uses ?? '') };
  if (parent === 'secrets') return { kind: 'called-workflow', name: last };
  if (last === 'run') return { kind: 'script' };
  return { kind: last === 'if' ? 'condition' : 'other' };
}

/** `owner/name` or `owner/name/path` without its version. */
export const actionOf = (uses: string): string => (uses.split('@')[0] ?? '').toLowerCase();

const whereOf = (path: Path): string => {
  const [first, job] = path;
  const key = [...path].reverse().find((part) => typeof part === 'string');
  const known = typeof key === 'string' && /^[\w-]{1,60}$/.test(key) && !looksSecret(key) ? `\`${key}\`` : 'a key';
  const ofJob = first === 'jobs' && typeof job === 'string' && /^[\w-]{1,100}$/.test(job) && !looksSecret(job);
  return ofJob ? `${known} of the job ${job}` : known;
};
