// What `trust` prints: commands, Terraform, or data for programs. Everything that is no command is a comment, so that the whole can be
// kept as a file.
import { inertJson } from '../../shared/invisible.ts';
import { renderHcl } from './hcl.ts';
import { shellCommand, shellWord, withInput } from './shell-words.ts';
import type { SetUp, Step, TrustAsk } from './trust-set-up.ts';

export const FORMATS = ['cli', 'terraform', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export interface Printed {
  readonly system: string;
  readonly ask: TrustAsk;
  readonly setUp: SetUp;
}

export function trustText(printed: Printed, format: Format): string {
  if (format === 'json') return inertJson(asData(printed));
  const { setUp } = printed;
  const head = headLines(printed).map((line) => (line === '' ? '#' : `# ${line}`));
  const body = format === 'terraform' ? renderHcl(setUp.terraform) : setUp.steps.map(stepText).join('\n\n');
  return [...head, '', body].join('\n');
}

function headLines({ system, ask, setUp }: Printed): string[] {
  const { notes, placeholders, audience } = setUp;
  return [
    `Lets ${ask.scope} in at ${system}, by its exact subject.`,
    `issuer    ${ask.issuer}`,
    `audience  ${audience}`,
    `subject   ${ask.subject}`,
    '',
    ...notes,
    ...placeholders.map(({ placeholder, meaning }) => `To be replaced: ${placeholder} is ${meaning}.`),
  ];
}

const stepText = ({ why, argv, input }: Step): string => `# ${why}\n${command({ argv, input })}`;

const command = ({ argv, input }: { argv: readonly string[]; input: string | undefined }): string => {
  const [program = '', ...words] = argv;
  // The name before `=` must stay bare for the shell to set it.
  if (program === 'export')
    return `export ${words.map((word) => word.replace(/=(.*)$/s, (_all, value: string) => `=${shellWord(value)}`)).join(' ')}`;
  return input === undefined ? shellCommand(argv) : withInput(shellCommand(argv), input);
};

const asData = ({ system, ask, setUp }: Printed): object => ({
  system,
  entitlement: ask.scope,
  issuer: ask.issuer,
  audience: setUp.audience,
  subject: ask.subject,
  documents: setUp.documents,
  commands: setUp.steps.map(({ why, argv, input }) => ({ why, argv, ...(input === undefined ? {} : { input }) })),
  terraform: renderHcl(setUp.terraform),
  placeholders: setUp.placeholders,
  notes: setUp.notes,
});
