// `buildpass policy schema`: the JSON Schema of policies, of the organization's file and of cases, which editors complete and
// check by. Made from the schemas that the broker runs with; docs/schema holds the same texts.
import type { z } from 'zod';
import { projectSchema } from '../policy/document.ts';
import { jsonSchemaOf } from '../policy/json-schema.ts';
import { organizationSchema } from '../policy/organization-document.ts';
import { caseFileSchema } from '../policy-tests/case-document.ts';
import { credentialKinds } from '../providers/credential-kinds.ts';
import { type Command, UsageError } from './command.ts';

export const SCHEMAS = ['project', 'organization', 'tests'] as const;
type SchemaName = (typeof SCHEMAS)[number];

const PARTS: Readonly<Record<SchemaName, { readonly title: string; readonly schema: z.ZodType }>> = {
  project: { title: 'Buildpass: the policy of a project', schema: projectSchema },
  organization: { title: 'Buildpass: the organization’s file', schema: organizationSchema },
  tests: { title: 'Buildpass: cases of `policy test`', schema: caseFileSchema },
};

export function schemaText(name: SchemaName): string {
  const { title, schema } = PARTS[name];
  // Kinds that this build cannot issue load too, so that they are no errors in an editor either.
  return JSON.stringify(jsonSchemaOf(schema, { title, kinds: credentialKinds([]) }), null, 2);
}

export const command: Command = {
  name: 'policy schema',
  summary: 'print the JSON Schema by which editors complete and check policies',
  usage: 'policy schema [--organization | --tests]',
  about:
    'Prints the schema of a project’s policy, of the organization’s file, or of the cases of `policy test`. An editor with the YAML language server takes it from a first line such as `# yaml-language-server: $schema=project.json`. It takes whatever the broker takes; only `policy check` says whether the broker takes it.',
  examples: ['buildpass policy schema > project.json', 'buildpass policy schema --tests > tests.json'],
  options: {
    organization: { type: 'boolean', about: 'of the organization’s file' },
    tests: { type: 'boolean', about: 'of the cases' },
  },
  async run({ io, flag }) {
    const named = (['organization', 'tests'] as const).filter((name) => flag(name));
    if (named.length > 1) throw new UsageError('--organization and --tests are two schemas: ask for one at a time');
    io.out(schemaText(named[0] ?? 'project'));
    return 0;
  },
};
