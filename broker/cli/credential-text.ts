// The credential as `buildpass request` writes it into its file: as it is, as variables for a shell, or as a kubeconfig.
import type { Issued } from '../../shared/api.ts';
import { readCredential } from '../../shared/issued-credential.ts';
import { kubeconfigOf } from '../../shared/kubeconfig.ts';
import { inTheirWords } from '../../shared/their-words.ts';
import { vaultVariable } from '../../shared/vault-variable.ts';
import { type CommandContext, UsageError } from './command.ts';

const FORMATS = ['token', 'env', 'kubeconfig'] as const;
export type Format = (typeof FORMATS)[number];

export function readFormat(context: CommandContext): Format {
  const given = context.option('format') ?? 'token';
  const format = FORMATS.find((one) => one === given);
  if (format === undefined) throw new UsageError(`--format "${given}" is none of ${FORMATS.join(', ')}`);
  if (context.option('format') !== undefined && context.option('output') === undefined)
    throw new UsageError('--format says how the file of --output is written: name one');
  return format;
}

/** @throws Error with a sentence where the credential has no such form */
export function credentialText(issued: Issued, format: Format): string {
  if (format === 'token') return issued.access_token;
  const credential = readCredential(issued);
  if (format === 'env') {
    const { variables } = inTheirWords(credential, { expiresAt: '' });
    const left = credential.kind === 'vault-secret' ? unusable(Object.keys(credential.credential)) : [];
    const lines = Object.entries({ ...variables, BUILDPASS_TOKEN: issued.access_token }).map(exportLine);
    return [...left, ...lines, ''].join('\n');
  }
  if (credential.kind === 'kubernetes') return kubeconfigOf(credential);
  throw new Error(`a credential of kind ${credential.kind} makes no kubeconfig`);
}

/** Names are of a form that needs no quotes; what stands between single quotes means nothing to a shell but their end. */
const exportLine = ([name, value]: [string, string]): string => `export ${name}='${value.replaceAll("'", `'\\''`)}'`;

const unusable = (names: readonly string[]): string[] =>
  names
    .filter((name) => vaultVariable(name) === undefined)
    .map(
      (name) => `# ${name} is no variable: no shell could read it under that name, or programs would be steered by it`,
    );
