// What a caller hands on to a local action or workflow, put in the place of the names that it has there: `inputs.role` becomes the
// role, `secrets.token` the secret that the caller calls DEPLOY_TOKEN. For reading alone; nobody evaluates what comes of it.
import type { Path } from './read-yaml.ts';
import { replaceExpressions, splitExpressions } from './secret-literals.ts';

export interface HandedOn {
  /** by lower-case name; what is not in it is empty there */
  readonly inputs: Readonly<Record<string, string>>;
  /** undefined where secrets have the same names there as here */
  readonly secrets: Readonly<Record<string, string>> | undefined;
}

const NAME = String.raw`(?<![\w.-])(inputs|secrets)\s*(?:\.\s*([A-Za-z_][\w-]{0,99})|\[\s*'([A-Za-z_][\w-]{0,99})'\s*\])`;
const ANYWHERE = new RegExp(NAME, 'gi');
const ALONE = new RegExp(String.raw`^\s*${NAME}\s*$`, 'i');
const MAX_CHARACTERS = 20_000;
/** By which what is handed on may make a text longer. */
const MAX_GROWTH = 2_000;

/** Values of these keys are expressions without braces. */
export const isExpression = (path: Path): boolean => path.at(-1) === 'if';

export function handOn(text: string, isWhole: boolean, handed: HandedOn): string {
  if (text.length > MAX_CHARACTERS) return text;
  const put = isWhole
    ? inExpression(text, handed)
    : replaceExpressions(text, (inner) => {
        const alone = ALONE.exec(inner);
        const value = alone === null ? undefined : handedValue(alone, handed);
        return value ?? `\${{${inExpression(inner, handed)}}}`;
      });
  // Handed on many times over, a text could grow without end.
  return put.length > text.length + MAX_GROWTH ? text : put;
}

const inExpression = (inner: string, handed: HandedOn): string =>
  inner.replace(ANYWHERE, (...found) => {
    const [all, context, dotted, quoted] = found as (string | undefined)[];
    const value = handedValue([all, context, dotted, quoted], handed);
    return value === undefined ? (all ?? '') : asExpression(value);
  });

function handedValue(
  [, context, dotted, quoted]: readonly (string | undefined)[],
  { inputs, secrets }: HandedOn,
): string | undefined {
  const name = (dotted ?? quoted ?? '').toLowerCase();
  // By its own names alone: `inputs.constructor` is somebody's text.
  const of = (values: Readonly<Record<string, string>>): string => (Object.hasOwn(values, name) && values[name]) || '';
  if (context?.toLowerCase() === 'inputs') return of(inputs);
  // Made for each job, whoever calls it.
  return secrets === undefined || name === 'github_token' ? undefined : of(secrets);
}

/** All that is evaluated in a text is still in it: which of it counts is not known here. */
function asExpression(text: string): string {
  const { inside } = splitExpressions(text);
  return inside.length === 0 ? `'${text.replaceAll("'", "''")}'` : `(${inside.join(' || ').trim()})`;
}
