// `buildpass policy diff`: what a change of the policies would allow that was not allowed, and the other way round, before it is in
// force; with --replay also what it would have meant for every request on record. Never silent about what it could not find out.
import { existsSync } from 'node:fs';
import { parseDuration } from '../../shared/duration.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { systemClock } from '../clock.ts';
import { diffPolicies } from '../policy/diff/diff.ts';
import { type Difference, isWidening } from '../policy/diff/difference.ts';
import { exampleClaims } from '../policy/diff/example-claims.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { loadPolicy, type PolicyContext, type PolicyDocument, type TextedSet } from '../policy/load-policy.ts';
import type { StoreReader } from '../store/sqlite.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';
import { findingLines } from './policy-check.ts';
import { policiesOf } from './policy-commands.ts';
import { type Replay, replay } from './policy-replay.ts';
import { replayLines } from './policy-replay-lines.ts';

export const command: Command = {
  name: 'policy diff',
  summary: 'say who gains and who loses access by a change of the policies',
  usage: 'policy diff [OLD] NEW [--replay [--since 30d]]',
  about:
    'Compares what two versions allow, not how they are written. OLD and NEW are policy directories, or digests of sets that the store keeps (`set_digest` of an entry); OLD left out is what is in force. Prints a sentence a difference, what widens first, and exits 1 if somebody gains something, if something got wider, or if it could not be found out: let a person look then. --replay decides every request on record again under NEW and lists those that would be decided otherwise; it exits 1 if there are any. The store is only read, beside a running broker or without one.',
  examples: [
    'buildpass policy diff ./policies-on-main ./policies',
    'buildpass policy diff ./policies --config buildpass.yaml --replay --since 30d',
  ],
  options: {
    replay: { type: 'boolean', about: 'decide every request on record again under NEW; needs a configuration' },
    since: { type: 'string', value: 'DURATION', about: 'only requests decided within it, such as 30d' },
  },
  maxPositionals: 2,
  run: async (context) => {
    const asked = askedOf(context);
    const usesStore = asked.replay || [asked.old, asked.now].some((one) => one === undefined || isDigest(one));
    if (!usesStore) return compare(context, asked, undefined);
    return withStoreReader(context.configFile, (reader) => compare(context, asked, reader));
  },
};

interface Asked {
  /** a directory or a digest; undefined for what is in force */
  readonly old: string | undefined;
  readonly now: string;
  readonly replay: boolean;
  /** seconds; undefined for all there is */
  readonly since: number | undefined;
}

function askedOf({ positionals, option, flag }: CommandContext): Asked {
  const now = positionals.at(-1);
  if (now === undefined)
    throw new UsageError('there is nothing to compare: write `buildpass policy diff OLD NEW`, each a policy directory');
  const since = option('since');
  const seconds = since === undefined ? undefined : parseDuration(since);
  if (since !== undefined && seconds === undefined)
    throw new UsageError(`--since "${since}" is not a duration: write one such as 12h or 30d`);
  if (since !== undefined && !flag('replay')) throw new UsageError('--since is about requests on record: add --replay');
  return { old: positionals.length === 2 ? positionals[0] : undefined, now, replay: flag('replay'), since: seconds };
}

/** A directory may have such a name, though hardly anybody gives it one. */
const isDigest = (name: string): boolean => /^[0-9a-f]{64}$/.test(name) && !existsSync(name);

async function compare(context: CommandContext, asked: Asked, reader: StoreReader | undefined): Promise<ExitCode> {
  const { context: policyContext } = await policiesOf({ ...context, positionals: [] });
  try {
    const sets = { reader, context: policyContext };
    const [old, now] = [await setOf(asked.old, sets), await setOf(asked.now, sets)];
    const differences = diffPolicies(old, now);
    const replayed =
      asked.replay && reader !== undefined ? await replay(reader, { old, now, since: sinceOf(asked) }) : undefined;
    say(context, { old, now, differences, replayed });
    const otherwise = replayed !== undefined && replayed.changed.length > 0;
    return differences.some(isWidening) || otherwise ? 1 : 0;
  } catch (error) {
    if (!(error instanceof NotLoaded)) throw error;
    if (context.json) context.io.out(inertJson({ error: error.message }));
    else context.io.err(error.message.split('\n').map(inertLine).join('\n'));
    return 2;
  }
}

const sinceOf = ({ since }: Asked): number => (since === undefined ? 0 : systemClock.now() - since * 1000);

/** One of the two cannot be compared; the message says which, and why. */
class NotLoaded extends Error {
  override readonly name = 'NotLoaded';
}

interface Sources {
  readonly reader: StoreReader | undefined;
  readonly context: PolicyContext;
}

async function setOf(name: string | undefined, { reader, context }: Sources): Promise<TextedSet> {
  const isKept = name === undefined || isDigest(name);
  const documents = isKept ? await keptDocuments(name, reader) : await directoryDocuments(name);
  const loaded = loadPolicy(documents, context);
  if (loaded.ok) return loaded.policies;
  const where = name === undefined ? 'what is in force' : `"${name}"`;
  throw new NotLoaded(`The policies of ${where} do not load:\n${findingLines(loaded, isKept ? '' : name).join('\n')}`);
}

async function directoryDocuments(directory: string): Promise<readonly PolicyDocument[]> {
  try {
    return await readPolicyDirectory(directory);
  } catch (cause) {
    throw new NotLoaded((cause as Error).message, { cause });
  }
}

async function keptDocuments(
  digest: string | undefined,
  reader: StoreReader | undefined,
): Promise<readonly PolicyDocument[]> {
  const documents = await reader?.read(async (tx) =>
    tx.policies.documentsOf(digest ?? (await tx.policies.inForce())?.digest ?? ''),
  );
  if (documents !== undefined && documents.length > 0) return documents;
  if (digest === undefined) throw new NotLoaded('No policy is in force in the store: name the OLD directory too.');
  throw new NotLoaded(
    `No set of policies with the digest ${digest} was ever in force here: \`set_digest\` of an entry policy.changed names one.`,
  );
}

interface Compared {
  readonly old: TextedSet;
  readonly now: TextedSet;
  readonly differences: readonly Difference[];
  readonly replayed: Replay | undefined;
}

function say({ io, json }: CommandContext, { old, now, differences, replayed }: Compared): void {
  if (json) {
    const widens = differences.some(isWidening);
    const shown = differences.map(({ witness, ...rest }) => ({
      ...rest,
      ...(witness === undefined ? {} : { example: exampleClaims(witness) }),
    }));
    const replayPart = replayed === undefined ? {} : { replay: replayed };
    io.out(inertJson({ widens, old: old.digest, new: now.digest, differences: shown, ...replayPart }));
    return;
  }
  const lines = [...differences.flatMap(differenceLines), conclusion(differences)];
  for (const line of [...lines, ...(replayed === undefined ? [] : replayLines(replayed))]) io.out(inertLine(line));
}

function differenceLines({ direction, text, witness }: Difference): string[] {
  const line = `${direction}: ${text}`;
  if (witness === undefined) return [line];
  const { event_name, ref, base_ref, environment } = exampleClaims(witness);
  const told = { event_name, ref, base_ref, environment };
  const such = Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  return [line, `  such as ${such.join(', ')}`];
}

function conclusion(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'Nothing differs in what is allowed.';
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
  return differences.some(isWidening)
    ? `${count}: more is allowed than before, or may be. Have it reviewed.`
    : `${count}: nothing is allowed that was not allowed before.`;
}
