// The examples of the policy language as cells of the tables in docs/policy-reference.md: what is written, what it means, who
// gets it and who does not, and whether this version does it at all, which the loader itself says.
import { flowYaml } from '../broker/policy/lint/flow-yaml.ts';
import { loadExample, type PolicyExample, readExamples } from './policy-examples.ts';

/** The cell of a key: its example, or where that stands. */
export function exampleCells(): (key: string) => string {
  const examples = readExamples();
  return (key) => {
    const one = examples.find(({ keys }) => keys.includes(key));
    if (one === undefined) return '';
    const [first = ''] = one.keys;
    return first === key ? cellOf(one) : `as \`${first}\``;
  };
}

/** A row for each kind of credential. */
export function kindTable(): string {
  const rows = readExamples().flatMap((one) => {
    const kind = /^credential\.(.+)$/.exec(one.keys[0] ?? '')?.[1];
    return kind === undefined ? [] : [`| \`${kind}\` | ${cellOf(one)} | \`- ${one.offer}\` |`];
  });
  return ['| kind | example | what the organization offers |', '|---|---|---|', ...rows].join('\n');
}

function cellOf(one: PolicyExample): string {
  const { write, given, says, permits, denies, refused } = one;
  const beside = Object.keys(given).length === 0 ? [] : [`Beside ${code(keysText(given))}.`];
  return [
    `${code(write)}`,
    ...[`${says}${notYet(one)}`, ...beside],
    ...(permits === undefined ? [] : [`${outcomeWords(permits)}: ${jobText(permits)}`]),
    `${outcomeWords(denies)}: ${jobText(denies)}${becauseText(denies)}`,
    ...(refused === undefined ? [] : [`Does not load: ${code(refused.write)}`]),
  ].join('<br>');
}

type Job = PolicyExample['denies'];

function outcomeWords({ expect, because, assuming }: Job): string {
  if (expect === 'stranger') return 'Told nothing';
  if (because !== undefined) return 'Denied';
  const gets = expect === 'approval' ? 'People are asked' : 'Permitted';
  return assuming === undefined ? gets : `${gets}, once the configuration has that`;
}

const NOT_THE_JOB = ['expect', 'because', 'assuming'];

const jobText = (job: Job): string =>
  code(keysText(Object.fromEntries(Object.entries(job).filter(([key]) => !NOT_THE_JOB.includes(key)))));

const becauseText = ({ because }: Job): string =>
  because === undefined ? '' : `, because of ${code(String(because))}`;

const keysText = (keys: Readonly<Record<string, unknown>>): string => flowYaml(keys).slice(2, -2);
const code = (text: string): string => `\`${text}\``;

/** What the loader warns of: a key without effect, or a part of the broker that is not there. */
function notYet(one: PolicyExample): string {
  const { warnings } = loadExample(one);
  const messages = warnings.map(({ message }) => message);
  const refusing = messages.map((message) => /\b[A-Z]+_UNAVAILABLE\b/.exec(message)?.[0]).find((found) => found);
  if (refusing !== undefined)
    return ` *Needs something of the configuration: without it every job is refused with \`${refusing}\`.*`;
  return messages.some((message) => message.includes('no effect yet')) ? ' *No effect yet.*' : '';
}
