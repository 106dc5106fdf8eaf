// Terraform's language, as much of it as blocks with values take, in the form that `terraform fmt` gives it. Text is never read as a
// template: `${` and `%{` are written so that they stay what they are.

export type HclValue =
  | string
  | number
  | boolean
  | readonly HclValue[]
  | { readonly [key: string]: HclValue }
  | HclExpression;

/** A reference or a call, written as it is. */
export interface HclExpression {
  readonly expression: string;
}

export interface HclBlock {
  /** as in `resource "aws_iam_role" "x"` */
  readonly head: readonly string[];
  readonly body: Readonly<Record<string, HclValue>>;
  readonly blocks?: readonly HclBlock[];
  readonly comment?: string;
}

export const hclText = (text: string): string => JSON.stringify(text).replace(/[$%](?=\{)/g, '$&$&');

export const renderHcl = (blocks: readonly HclBlock[]): string =>
  blocks.map((block) => renderBlock(block, '').join('\n')).join('\n\n');

function renderBlock({ head: [kind = '', ...labels], body, blocks = [], comment }: HclBlock, indent: string): string[] {
  const inside = blocks.flatMap((block, at) => [
    ...(at > 0 || Object.keys(body).length > 0 ? [''] : []),
    ...renderBlock(block, `${indent}  `),
  ]);
  return [
    ...(comment === undefined ? [] : [`${indent}# ${comment}`]),
    `${indent}${[kind, ...labels.map(hclText)].join(' ')} {`,
    ...renderEntries(Object.entries(body), `${indent}  `),
    ...inside,
    `${indent}}`,
  ];
}

/** `=` stands in one column over lines that follow each other and hold a value whole. */
function renderEntries(entries: readonly (readonly [string, HclValue])[], indent: string): string[] {
  const rendered = entries.map(([key, value]) => ({ key: keyOf(key), value: renderValue(value, indent) }));
  const whole = ({ value }: { value: string }): boolean => !value.includes('\n');
  return rendered.map((entry, at) => {
    if (!whole(entry)) return `${indent}${entry.key} = ${entry.value}`;
    let [from, to] = [at, at];
    while (from > 0 && whole(rendered[from - 1] ?? entry)) from -= 1;
    while (to + 1 < rendered.length && whole(rendered[to + 1] ?? entry)) to += 1;
    const width = Math.max(...rendered.slice(from, to + 1).map(({ key }) => key.length));
    return `${indent}${entry.key.padEnd(width)} = ${entry.value}`;
  });
}

const keyOf = (key: string): string => (/^[A-Za-z_][\w-]*$/.test(key) ? key : hclText(key));

function renderValue(value: HclValue, indent: string): string {
  if (typeof value === 'string') return hclText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isExpression(value)) return value.expression;
  if (Array.isArray(value)) return renderList(value, indent);
  const entries = Object.entries(value as Readonly<Record<string, HclValue>>);
  return entries.length === 0 ? '{}' : ['{', ...renderEntries(entries, `${indent}  `), `${indent}}`].join('\n');
}

function renderList(list: readonly HclValue[], indent: string): string {
  if (list.every((one) => typeof one === 'string'))
    return `[${list.map((one) => renderValue(one, indent)).join(', ')}]`;
  const lines = list.map((one) => `${indent}  ${renderValue(one, `${indent}  `)},`);
  return ['[', ...lines, `${indent}]`].join('\n');
}

const isExpression = (value: HclValue): value is HclExpression =>
  typeof value === 'object' && 'expression' in value && Object.keys(value).length === 1;

/** The call `jsonencode(…)`: a document that stays readable, and is one text for the other side. */
export const hclJson = (document: HclValue, indent = '  '): HclExpression => ({
  expression: `jsonencode(${renderValue(document, indent)})`,
});
