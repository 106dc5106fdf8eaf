// `log verify`: re-hash everything, and compare it with what was kept outside the store.

import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { type Receipt, verifyReceipt } from '../../shared/receipt.ts';
import { formatVerifierKey, type NoteVerifier, parseVerifierKey } from '../../shared/signed-note.ts';
import { logOrigin } from '../broker.ts';
import type { Config } from '../config.ts';
import { parseAnchor } from '../log/anchor.ts';
import { type EarlierState, type LogReport, verifyLog } from '../log/verify-log.ts';
import { resourcesAt, verifyTiles } from '../log/verify-tiles.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

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
      about: 'the verifier key to trust (GET /log/key); default: the one in the anchor file',
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
  return withStoreReader(context.configFile, async (reader, config) => {
    const own = await reader.read((tx) => tx.signingKeys.all());
    const ownKeys = own
      .filter((row) => row.purpose === 'log')
      .map((row) => parseVerifierKey(formatVerifierKey(logOrigin(config.url), createPublicKey(row.public_key))));
    const trust = await trustOf(context, { pinned, ownKeys, anchorFile: anchorOf(config) });
    const report = await reader.read((tx) => verifyLog(tx.log, trust));
    return say(context, report, { trust, scope: 'entries, personal fields, tiles and checkpoints' });
  });
}

async function verifyPublished(
  context: CommandContext,
  from: string,
  pinned: NoteVerifier | undefined,
): Promise<ExitCode> {
  const read = resourcesAt(from);
  const keys =
    pinned === undefined ? ((await read('key'))?.toString('utf8') ?? '').split('\n').filter((line) => line !== '') : [];
  const trust = await trustOf(context, { pinned, ownKeys: keys.map(parseVerifierKey), anchorFile: undefined });
  return say(context, await verifyTiles(read, trust), {
    trust,
    scope: 'tiles and checkpoint; entries are not public and were not checked',
  });
}

const anchorOf = ({ log }: Config): string | undefined =>
  log.anchorFile !== undefined && existsSync(log.anchorFile) ? log.anchorFile : undefined;

async function trustOf(
  context: CommandContext,
  from: { pinned: NoteVerifier | undefined; ownKeys: readonly NoteVerifier[]; anchorFile: string | undefined },
): Promise<Trust> {
  const anchor = from.anchorFile === undefined ? undefined : parseAnchor(await readFile(from.anchorFile, 'utf8'));
  const anchorKey = anchor === undefined ? undefined : parseVerifierKey(anchor.verifierKey);
  const key = from.pinned ?? anchorKey;
  const verifiers = key === undefined ? from.ownKeys : [key];
  const since = context.option('since');
  const earlier = [
    ...(anchor?.head === undefined
      ? []
      : [{ what: 'the anchor file', size: anchor.head.size, root: anchor.head.root }]),
    ...(since === undefined ? [] : [earlierState(since, await readFile(since, 'utf8'), verifiers)]),
  ];
  return { verifiers, earlier, pinned: key !== undefined };
}

/** What `--since` names: a receipt is JSON, an anchor begins with a verifier key, anything else is a checkpoint. */
function earlierState(file: string, text: string, verifiers: readonly NoteVerifier[]): EarlierState {
  try {
    if (text.trimStart().startsWith('{'))
      return { what: `the receipt ${file}`, ...verifyReceipt(receiptIn(text), verifiers).head };
    const head = /^\S+\+[0-9a-f]{8}\+\S+\n\n/.test(text) ? parseAnchor(text).head : openCheckpoint(text, verifiers);
    if (head === undefined) throw new Error('it is an anchor over an empty log');
    return { what: `the earlier state in ${file}`, size: head.size, root: head.root };
  } catch (cause) {
    throw new UsageError(
      `--since ${file} is no checkpoint, receipt or anchor of this log: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** A receipt by itself, or the whole answer that carried it. */
function receiptIn(text: string): Receipt {
  const value = JSON.parse(text) as { receipt?: Receipt } & Receipt;
  return value.receipt ?? value;
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
