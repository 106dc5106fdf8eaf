// Fills in the generated parts of the documents from the schemas that the broker runs with, so that they cannot go stale:
// `npm run docs` writes them, with --check it only says which are not fresh. A part stands between two marks:
// `<!-- generated: NAME -->` and `<!-- end -->`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SCHEMAS, schemaText } from '../broker/cli/policy-schema.ts';
import { configSchema } from '../broker/config/schema.ts';
import { openApiDocument } from '../broker/http/api/openapi.ts';
import { ENTRY_FIELDS } from '../broker/log/entry.ts';
import { projectSchema } from '../broker/policy/document.ts';
import { LINT_CODES, type LintCode } from '../broker/policy/lint/codes.ts';
import { organizationSchema } from '../broker/policy/organization-document.ts';
import { caseFileSchema } from '../broker/policy-tests/case-document.ts';
import { EXAMPLE_JOBS } from '../broker/policy-tests/example-jobs.ts';
import { ALARMS } from '../broker/telemetry/alarms.ts';
import { METRICS, type MetricDefinition } from '../broker/telemetry/metric-definitions.ts';
import manifest from '../package.json' with { type: 'json' };
import { type ErrorCode, OTHER_CODES, REASON_CODES, REQUEST_CODES } from '../shared/error-codes.ts';
import { AUTHORIZATION, CALLERS, type Caller } from './authorization-table.ts';
import { CODE_MEANINGS } from './code-meanings.ts';
import { exampleCells, kindTable } from './example-cells.ts';
import { keyTable } from './key-table.ts';
import { CICD_SEC, LINT_MEANINGS, NHI } from './lint-meanings.ts';

/** Each document with generated parts, and how each part is made. */
const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'authorization.md': { callers: callerTable, table: authorizationTable },
  'configuration.md': { keys: () => keyTable(configSchema) },
  'http-api.md': {
    'request codes': () => codeTable(REQUEST_CODES),
    'reason codes': () => codeTable(REASON_CODES),
    'other codes': () => codeTable(OTHER_CODES),
  },
  'log-format.md': { types: entryTypes },
  'metrics.md': { metrics: metricTable, alerts: alertList },
  'operations.md': { alarms: alarmTable },
  'policy-lint.md': { findings: lintTable },
  'policy-reference.md': {
    'project keys': () => keyTable(projectSchema, exampleCells()),
    'organization keys': () => keyTable(organizationSchema, exampleCells()),
    'credential kinds': kindTable,
  },
  'policy-tools.md': { 'case keys': () => keyTable(caseFileSchema), 'example jobs': exampleTable },
};

/** Files that are generated as a whole. */
const FILES: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(SCHEMAS.map((name) => [`schema/${name}.json`, () => `${schemaText(name)}\n`])),
  'schema/openapi.json': () =>
    `${JSON.stringify(openApiDocument({ url: 'https://buildpass.example.com', version: manifest.version }), null, 2)}\n`,
};

function codeTable(codes: readonly ErrorCode[]): string {
  const rows = codes.map((code) => `| \`${code}\` | ${CODE_MEANINGS[code].means} | ${CODE_MEANINGS[code].next} |`);
  return ['| code | means | what to do |', '|---|---|---|', ...rows].join('\n');
}

function lintTable(): string {
  const codes = Object.keys(LINT_CODES) as LintCode[];
  const rows = codes.map((code) => {
    const { when, risk, change } = LINT_MEANINGS[code];
    const { nhi, cicdSec } = LINT_CODES[code];
    const lists = `${nhi} ${NHI[nhi]}; ${cicdSec} ${CICD_SEC[cicdSec]}`;
    return `| \`${code}\` | ${when} | ${risk} | ${change} | ${lists} |`;
  });
  return ['| code | when | the risk | what to write | lists |', '|---|---|---|---|---|', ...rows].join('\n');
}

function alarmTable(): string {
  const rows = Object.entries(ALARMS).map(([line, { means, next }]) => `| \`${line}\` | ${means} | ${next} |`);
  return ['| line | means | what to do |', '|---|---|---|', ...rows].join('\n');
}

function callerTable(): string {
  const rows = Object.entries(CALLERS).map(([name, about]) => `| ${name} | ${about} |`);
  return ['| caller | |', '|---|---|', ...rows].join('\n');
}

function authorizationTable(): string {
  const names = Object.keys(CALLERS) as Caller[];
  const rows = AUTHORIZATION.map(({ operation, about = '', outcomes }) => {
    const [method = '', path = ''] = operation.split(' ');
    const cells = names.map((name) => (typeof outcomes[name] === 'number' ? `**${outcomes[name]}**` : outcomes[name]));
    return `| \`${method.toUpperCase()} ${path}\` | ${about} | ${cells.join(' | ')} |`;
  });
  return [`| operation | of | ${names.join(' | ')} |`, `|${'---|'.repeat(names.length + 2)}`, ...rows].join('\n');
}

/** Events that differ in their name alone share a row. */
function exampleTable(): string {
  const rows = new Map<string, string[]>();
  for (const [name, { event, about }] of Object.entries(EXAMPLE_JOBS)) {
    const key = name === event ? about.replace(`${event}, `, 'a job of that event, ') : about;
    rows.set(key, [...(rows.get(key) ?? []), `\`${name}\``]);
  }
  return [
    '| `event` | what it is |',
    '|---|---|',
    ...[...rows].map(([about, names]) => `| ${names.join(', ')} | ${about} |`),
  ].join('\n');
}

const DEFINITIONS: readonly [string, MetricDefinition][] = Object.entries(METRICS);

function metricTable(): string {
  const rows = DEFINITIONS.map(([name, { type, labels, means }]) => {
    const braced = labels.length === 0 ? '' : `{${labels.join(', ')}}`;
    return `| \`${name}${braced}\` | ${type} | ${means} |`;
  });
  return ['| metric | type | means |', '|---|---|---|', ...rows].join('\n');
}

/** Rules as Prometheus loads them. */
function alertList(): string {
  const rules = DEFINITIONS.flatMap(([name, { alert, means }]) =>
    alert === undefined ? [] : [`      # ${means}\n      - alert: ${name}\n        expr: ${JSON.stringify(alert)}`],
  );
  return ['```yaml', 'groups:', '  - name: buildpass', '    rules:', ...rules, '```'].join('\n');
}

function entryTypes(): string {
  const sections = Object.entries(ENTRY_FIELDS).map(([type, schema]) => {
    const { $schema: _version, ...shape } = z.toJSONSchema(schema);
    return `### ${type}\n\n\`\`\`json\n${entryText(shape)}\n\`\`\``;
  });
  return sections.join('\n\n');
}

/** The JSON of an object schema with one property a line, which is how people read it. */
function entryText({ properties = {}, ...rest }: { properties?: Readonly<Record<string, unknown>> }): string {
  const lines = Object.entries(properties).map(
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  const others = Object.entries(rest).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n  "properties": {\n${lines.join(',\n')}\n  },\n${others.join(',\n')}\n}`;
}

/** A document with its generated parts made anew. */
export function filled(text: string, parts: Readonly<Record<string, () => string>>): string {
  return Object.entries(parts).reduce((document, [name, make]) => {
    const [before, rest] = splitAt(document, `<!-- generated: ${name} -->\n`);
    const [, after] = splitAt(rest, '<!-- end -->');
    return `${before}<!-- generated: ${name} -->\n\n${make()}\n\n<!-- end -->${after}`;
  }, text);
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`the mark "${mark.trim()}" is missing`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** Names of the documents that are not fresh; written anew where `write` is set. */
export async function generate(write: boolean): Promise<string[]> {
  const stale: string[] = [];
  const makers: [string, (text: string) => string][] = [
    ...Object.entries(DOCUMENTS).map(([name, parts]): [string, (text: string) => string] => [
      name,
      (text) => filled(text, parts),
    ]),
    ...Object.entries(FILES),
  ];
  for (const [name, make] of makers) {
    const file = fileURLToPath(new URL(name, import.meta.url));
    const text = await readFile(file, 'utf8').catch(() => '');
    const fresh = make(text);
    if (fresh === text) continue;
    stale.push(name);
    if (write) await mkdir(dirname(file), { recursive: true });
    if (write) await writeFile(file, fresh);
  }
  return stale;
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  const stale = await generate(!check);
  for (const name of stale) console.log(`docs/${name} ${check ? 'is not fresh: run `npm run docs`' : 'is written'}`);
  if (check && stale.length > 0) process.exitCode = 1;
}
