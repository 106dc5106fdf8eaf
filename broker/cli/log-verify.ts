// `log verify`: re-hash everything, and compare it with what was kept outside the store.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { receiptSchema } from '../../shared/api.ts';
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { type Receipt, verifyReceipt } from '../../shared/receipt.ts';
import { type NoteVerifier, parseVerifierKey } from '../../shared/signed-note.ts';
import { StartRefused } from '../errors.ts';
import { parseAnchor } from '../log/anchor.ts';
import { type EarlierState, type LogReport, verifyLog } from '../log/verify-log.ts';
import { resourcesAt, verifyTiles } from '../log/verify-tiles.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { logVerifiers, withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'log verify',
  summary: 'verify the issuance log, offline or over HTTP',
  usage: 'log verify [--from URL|DIR] [--key K] [--since FILE]',
  about:
    'Re-hashes every entry of the store, checks each personal field against its commitment, every checkpoint and every tile, and names what does not hold. An edited, removed or reordered entry shows by itself; a log that was truncated, rolled back or forked shows against something kept elsewhere: the anchor file of the configuration, or --since with an earlier checkpoint, receipt or anchor. With --from it checks what a log publishes (tiles and checkpoint, not the entries).',
  examples: [
    'buildpass log verify',
    'buildpass log verify --since receipt.json',
    'buildpass log verify --from https://buildpass.example.com --key "buildpass.example.com/log+…"',
  ],
  options: {
    from: {
      type: 'string',
      value: 'URL|DIR',
      about: 'verify what this address or directory publishes, instead of the store',
    },
    key: {
      type: 'string',
      value: 'KEY',
      about:
        'the verifier key to trust (GET /log/key); default: that of the anchor file, or with --from that of an anchor given to --since',
    },
    since: { type: 'string', value: 'FILE', about: 'an earlier checkpoint, receipt or anchor that must still hold' },
  },
  async run(context) {
    const pinned = pinnedKey(context.option('key'));
    const from = context.option('from');
    return from === undefined ? verifyStore(context, pinned) : verifyPublished(context, from, pinned);
  },
};

interface Trust {
  readonly verifiers: readonly NoteVerifier[];
  readonly earlier: readonly EarlierState[];
  /** false: the key came from what is being verified */
  readonly pinned: boolean;
}

async function verifyStore(context: CommandContext, pinned: NoteVerifier | undefined): Promise<ExitCode> {
  return withStoreReader(context.configFile, async (reader, { url, log: { anchorFile } }) => {
    const ownKeys = await reader.read((tx) => logVerifiers(tx.signingKeys, url));
    const anchor = await readKept(anchorFile, { what: 'the anchor file', Refused: StartRefused });
    const trust = await trustOf(context, { pinned, ownKeys, anchor });
    const report = await reader.read((tx) => verifyLog(tx.log, trust));
    // `serve` would not start either: somebody may have taken away what would show that the log was cut off.
    const missing = anchorFile !== undefined && anchor === undefined && report.size > 0;
    const problems = missing ? [`the anchor file ${anchorFile} is missing`, ...report.problems] : report.problems;
    return say(context, { ...report, problems }, { trust, scope: 'entries, personal fields, tiles and checkpoints' });
  });
}

async function verifyPublished(
  context: CommandContext,
  from: string,
  pinned: NoteVerifier | undefined,
): Promise<ExitCode> {
  const read = resourcesAt(from);
  const published = async (): Promise<NoteVerifier[]> =>
    ((await read('key'))?.toString('utf8') ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map(parseVerifierKey);
  const ownKeys = pinned === undefined ? await published() : [];
  const trust = await trustOf(context, { pinned, ownKeys, anchor: undefined });
  return say(context, await verifyTiles(read, trust), {
    trust,
    scope: 'tiles and checkpoint; entries are not public and were not checked',
  });
}

/** A file that was kept apart from the log, and how to refuse it: the configuration's anchor, or what `--since` named. */
interface Kept {
  readonly what: string;
  readonly text: string;
  readonly Refused: typeof StartRefused | typeof UsageError;
}

async function readKept(file: string | undefined, as: Omit<Kept, 'text'>): Promise<Kept | undefined> {
  return file !== undefined && existsSync(file) ? { ...as, text: await readFile(file, 'utf8') } : undefined;
}

/** The key to trust is the pinned one, else that of an anchor, which was kept apart from the log; last the log's own. */
async function trustOf(
  context: CommandContext,
  from: { pinned: NoteVerifier | undefined; ownKeys: readonly NoteVerifier[]; anchor: Kept | undefined },
): Promise<Trust> {
  const file = context.option('since');
  const since = await readKept(file, { what: `${file}`, Refused: UsageError });
  if (file !== undefined && since === undefined) throw new UsageError(`--since ${file}: there is no such file`);
  const kept = [from.anchor, since].filter((one) => one !== undefined);
  const [anchorKey] = kept.filter(isAnchor).map((one) => parseKept(one, parseAnchor).verifierKey);
  const key = from.pinned ?? (anchorKey === undefined ? undefined : parseVerifierKey(anchorKey));
  const verifiers = key === undefined ? from.ownKeys : [key];
  return { verifiers, earlier: kept.flatMap((one) => earlierState(one, verifiers)), pinned: key !== undefined };
}

const isAnchor = ({ text }: Kept): boolean => /^\S+\+[0-9a-f]{8}\+\S+\n\n/.test(text);

/** What was kept: a receipt is JSON, an anchor begins with a verifier key, anything else is a checkpoint. */
function earlierState(kept: Kept, verifiers: readonly NoteVerifier[]): EarlierState[] {
  const head = parseKept(kept, (text) => {
    if (text.trimStart().startsWith('{')) return verifyReceipt(receiptIn(text), verifiers).head;
    return isAnchor(kept) ? parseAnchor(text).head : openCheckpoint(text, verifiers);
  });
  // An anchor made over an empty log has nothing to compare with yet.
  return head === undefined ? [] : [{ what: kept.what, size: head.size, root: head.root }];
}

function parseKept<T>({ what, text, Refused }: Kept, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    throw new Refused(`${what} is no checkpoint, receipt or anchor of this log: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** A receipt by itself, or the whole answer that carried it. */
function receiptIn(text: string): Receipt {
  const value = parseJson(text);
  const receipt = receiptSchema.safeParse((value as { receipt?: unknown }).receipt ?? value);
  if (!receipt.success) throw new Error('it is neither a receipt nor an answer with one');
  return receipt.data;
}

/** JSON.parse quotes what it could not read, and a whole answer carries a credential. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}

function pinnedKey(text: string | undefined): NoteVerifier | undefined {
  try {
    return text === undefined ? undefined : parseVerifierKey(text);
  } catch (cause) {
    throw new UsageError(`--key: ${(cause as Error).message}`, { cause });
  }
}

function say(
  { io, json }: CommandContext,
  report: LogReport,
  { trust, scope }: { trust: Trust; scope: string },
): ExitCode {
  const holds = report.problems.length === 0;
  if (json) {
    io.out(
      JSON.stringify(
        {
          holds,
          ...report,
          key_pinned: trust.pinned,
          checked: scope,
          compared_with: trust.earlier.map(({ what, size }) => ({ what, size })),
        },
        null,
        2,
      ),
    );
    return holds ? 0 : 1;
  }
  if (!trust.pinned) io.out('key not pinned: this shows consistency only');
  for (const { what, size } of trust.earlier) io.out(`compared with ${what}, which covers ${size} entries`);
  io.out(`checked ${scope}`);
  if (holds) io.out(`The log holds: ${report.size} entries, ${report.checkpoints} checkpoints, root ${report.root}`);
  else io.out(`The log does not hold:\n${report.problems.map((problem) => `- ${problem}`).join('\n')}`);
  return holds ? 0 : 1;
}
