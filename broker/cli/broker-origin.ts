// `--broker-url` of the commands that ask a broker: reduced to its origin, https or a loopback host.
import { originProblem } from '../config/urls.ts';
import { type CommandContext, type OptionSpec, required, UsageError } from './command.ts';

/** Options of every command that asks a broker with the token of a job. */
export const ASKING_OPTIONS: Readonly<Record<'broker-url' | 'audience' | 'subject-token-file', OptionSpec>> = {
  'broker-url': { type: 'string', value: 'URL', about: 'origin of the broker; https, or http on loopback' },
  audience: { type: 'string', value: 'URL', about: 'audience of the OIDC token (default: the broker)' },
  'subject-token-file': { type: 'string', value: 'FILE', about: 'file with an OIDC token, where no runner gives one' },
};

/** @throws UsageError */
export function brokerOrigin(context: CommandContext): string {
  const text = required(context, 'broker-url');
  const origin = URL.canParse(text) ? new URL(text).origin : text;
  const problem = originProblem(origin);
  if (problem !== undefined) throw new UsageError(`--broker-url: ${problem}`);
  return origin;
}
