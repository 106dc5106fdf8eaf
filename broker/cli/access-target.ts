// What `revoke` and `pause` are about, and what `leases list` is narrowed to, from the options of a command line: selectors, each in
// the form that it must have.
import { orderReason } from '../../shared/access-api.ts';
import { slipIn, type TargetedScope } from '../../shared/target-forms.ts';
import { anyOf } from '../shapes/schema-problems.ts';
import { type CommandContext, type OptionSpec, required, UsageError } from './command.ts';

export type Target = { readonly scope: 'everything' } | { readonly scope: TargetedScope; readonly target: string };

const ABOUT: Readonly<Record<TargetedScope, readonly [value: string, about: string]>> = {
  lease: ['ID', 'one lease'],
  entitlement: ['P/E', 'one entitlement of a project'],
  project: ['P', 'one project'],
  repository: ['ISSUER/ID', 'jobs of a repository, by its id, as in github/2001'],
  commit: ['SHA', 'jobs of a commit, by its whole hash'],
  'called-workflow': ['REF', 'jobs that run in this called workflow, as job_workflow_ref has it'],
  principal: [
    'ID',
    'what one person asked for, and what runs of theirs did, by their principal (`leases list --json` names it)',
  ],
};

/** The narrowest first. */
export const TARGETED = Object.keys(ABOUT) as readonly TargetedScope[];

export function targetOptions(scopes: readonly TargetedScope[]): Readonly<Record<string, OptionSpec>> {
  return Object.fromEntries(
    scopes.map((scope) => [scope, { type: 'string', value: ABOUT[scope][0], about: ABOUT[scope][1] }]),
  );
}

/** @throws UsageError where several are given, or the one is not in its form; undefined where none is */
export function targetOf(context: CommandContext, scopes: readonly TargetedScope[]): Target | undefined {
  const given = scopes.filter((scope) => context.option(scope) !== undefined);
  const everything = context.flag('everything');
  if (given.length + Number(everything) > 1)
    throw new UsageError(`only one of ${anyOf([...scopes, 'everything'].map((name) => `--${name}`))}: which is meant?`);
  if (everything) return { scope: 'everything' };
  const [scope] = given;
  if (scope === undefined) return undefined;
  return { scope, target: nameOf(context, scope) };
}

/** What a list is narrowed by that no order names: who approved. */
export const APPROVED_BY = {
  'approved-by': { type: 'string', value: 'ID', about: 'what one person approved, by their principal' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Every selector that is given, for a list that is of what all of them name. */
export function narrowingOf(context: CommandContext): Partial<Record<TargetedScope | 'approved-by', string>> {
  const given = ([...TARGETED, 'approved-by'] as const).filter((name) => context.option(name) !== undefined);
  return Object.fromEntries(given.map((name) => [name, nameOf(context, name)]));
}

function nameOf(context: CommandContext, name: TargetedScope | 'approved-by'): string {
  const target = context.option(name) ?? '';
  const slip = slipIn(name === 'approved-by' ? 'principal' : name, target);
  if (slip !== undefined) throw new UsageError(`--${name} "${target}" ${slip}`);
  return target;
}

export const REASON: OptionSpec = {
  type: 'string',
  value: 'TEXT',
  about: 'why, in at most 200 characters: it goes on record',
};

export function reasonOf(context: CommandContext): string {
  const { error, data } = orderReason.safeParse(required(context, 'reason'));
  if (data === undefined) throw new UsageError(`--reason ${error?.issues[0]?.message}`);
  return data;
}
