// A Markdown table of every key of a schema: its path, what it may hold, and what it means, all from the schema itself.
import { z } from 'zod';

interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  /** see config/schema.ts */
  readonly later?: boolean;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

interface Row {
  readonly key: string;
  readonly what: string;
  readonly required: boolean;
  readonly about: string;
}

/** `exampleOf`: what stands in a fourth column. */
export function keyTable(schema: z.ZodType, exampleOf?: (key: string) => string): string {
  const lines = keyRows(schema).map(({ key, what, required, about }) => {
    const row = `| \`${key}\` | ${what}${required ? ', required' : ''} | ${about} |`;
    return exampleOf === undefined ? row : `${row} ${exampleOf(key)} |`;
  });
  const head = exampleOf === undefined ? '| key | holds | means |' : '| key | holds | means | example |';
  return [head, head.replace(/[a-z ]+/g, '---'), ...lines].join('\n');
}

/** The path of every key. */
export const keysOf = (schema: z.ZodType): readonly string[] => keyRows(schema).map(({ key }) => key);

const keyRows = (schema: z.ZodType): Row[] =>
  rowsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape, '');

function rowsOf(shape: Shape, path: string): Row[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
    const key = path === '' ? name : `${path}.${name}`;
    const required = shape.required?.includes(name) === true && inner.default === undefined;
    return [{ key, what: whatOf(inner), required, about: aboutOf(inner) }, ...innerRows(inner, key)];
  });
}

function innerRows(shape: Shape, key: string): Row[] {
  if (typeof shape.additionalProperties === 'object') return variantRows(shape.additionalProperties, `${key}.NAME`);
  if (shape.items !== undefined) return variantRows(shape.items, `${key}[]`);
  // "One or a list of them": the keys of the one say it for both.
  const single = variantsOf(shape).filter(({ type }) => type !== 'array');
  return [...rowsOf(shape, key), ...single.flatMap((variant) => innerRows(variant, key))];
}

/** Keys of all variants, each once; required is what all of them want. */
function variantRows(shape: Shape, key: string): Row[] {
  const alternatives = variantsOf(shape);
  const variants = (alternatives.length === 0 ? [shape] : alternatives).map((variant) => rowsOf(variant, key));
  const keys = [...new Set(variants.flat().map((row) => row.key))];
  return keys.map((name) => {
    const rows = variants.flatMap((variant) => variant.filter((row) => row.key === name));
    const joined = (pick: (row: Row) => string, mark: string): string => [...new Set(rows.map(pick))].join(mark);
    const required = rows.length === variants.length && rows.every((row) => row.required);
    return { key: name, what: joined((row) => row.what, ' or '), required, about: joined((row) => row.about, ' ') };
  });
}

const variantsOf = ({ oneOf, anyOf }: Shape): readonly Shape[] => oneOf ?? anyOf ?? [];

/** More than that are said elsewhere. */
const MAX_CHOICES = 12;

function whatOf(shape: Shape): string {
  const choices = shape.enum ?? (shape.const === undefined ? undefined : [shape.const]);
  const what =
    choices === undefined || choices.length > MAX_CHOICES
      ? typeOf(shape)
      : choices.map((one) => `\`${one}\``).join(' or ');
  return shape.default === undefined || typeof shape.default === 'object'
    ? what
    : `${what}, default \`${shape.default}\``;
}

function typeOf(shape: Shape): string {
  const variants = variantsOf(shape);
  if (variants.length > 0) return [...new Set(variants.map(whatOf))].join(' or ');
  const { type, additionalProperties } = shape;
  if (type === 'object') return typeof additionalProperties === 'object' ? 'map by name' : 'map';
  if (type === 'array') return 'list';
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'boolean' ? '`true` or `false`' : 'text';
}

const aboutOf = ({ description = '', later }: Shape): string =>
  `${description}${later === true ? ' *No effect yet.*' : ''}`.trim();
