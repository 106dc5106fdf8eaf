// `log verify`: hash everything again, and compare it with what was kept outside the log. The store, an exported directory and
// an address all go through the one verifier.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type NoteVerifier, parseVerifierKey } from '../../shared/signed-note.ts';
import { StartRefused } from '../errors.ts';
import { publishedAt } from '../log/published.ts';
import { knownFields, logKeysOf, verifyStore } from '../log/verify-store.ts';
import { logOrigin } from '../open/log.ts';
import { openDirectory } from '../verifier/directory-source.ts';
import { HashSource } from '../verifier/hash-source.ts';
import type { LogSource } from '../verifier/log-source.ts';
import { reportJson, reportWords, scopeOf, type Verified } from '../verifier/report-words.ts';
import { type Kept, KeptRefused, type Trust, trustOf } from '../verifier/trust.ts';
import { verifyLog } from '../verifier/verify-log.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'log verify',
  summary: 'verify the issuance log, offline or over HTTP',
  usage: 'log verify [--from URL|DIR] [--key K] [--since FILE]',
  about:
    'Hashes every entry of the store again, checks each personal field against its commitment, every checkpoint, every tile, and every row of requests, grants, issuances, leases, policies and keys against what the entries say; names the first thing that does not hold. An edited, removed or reordered entry shows by itself; a log that was truncated, rolled back or forked shows against something kept elsewhere: the anchor file of the configuration, or --since with an earlier checkpoint, receipt or anchor. --from verifies a directory that `log export` wrote as wholly, and of an address what it publishes (tiles and checkpoint, not the entries).',
  examples: [
    'buildpass log verify',
    'buildpass log verify --since receipt.json',
    'buildpass log verify --from ./audit --since anchor',
    'buildpass log verify --from https://buildpass.example.com --key "buildpass.example.com/log+…"',
  ],
  options: {
    from: {
      type: 'string',
      value: 'URL|DIR',
      about: 'verify what is in this directory, or what this address publishes, instead of the store',
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
    return from === undefined ? verifyOwn(context, pinned) : verifyFrom(context, sourceAt(from), pinned);
  },
};

async function verifyOwn(context: CommandContext, pinned: NoteVerifier | undefined): Promise<ExitCode> {
  return withStoreReader(context.configFile, async (reader, { url, log: { anchorFile } }) => {
    const anchor = keptIn(anchorFile, 'the anchor file');
    return reader.read(async (tx) => {
      const own = logKeysOf(await tx.signingKeys.all(), logOrigin(url));
      const trust = trusted(anchor, { pinned, own, kept: [...anchor, ...since(context)] });
      const report = await verifyStore(tx, trust);
      // `serve` would not start either: somebody may have taken away what would show that the log was cut off.
      const missing = anchorFile !== undefined && anchor.length === 0 && report.size > 0;
      const problems = missing ? [`the anchor file ${anchorFile} is missing`, ...report.problems] : report.problems;
      return say(context, { report: { ...report, problems }, trust, checked: scopeOf({ has: 'everything' }) });
    });
  });
}

async function verifyFrom(
  context: CommandContext,
  source: LogSource,
  pinned: NoteVerifier | undefined,
): Promise<ExitCode> {
  const own = pinned === undefined ? await source.keys() : [];
  const trust = trusted([], { pinned, own, kept: since(context) });
  const report = await verifyLog(source, { ...trust, knownFields });
  return say(context, { report, trust, checked: scopeOf(source) });
}

function sourceAt(from: string): LogSource {
  if (/^https?:/.test(from)) return new HashSource(publishedAt(from));
  if (!existsSync(from) || !statSync(from).isDirectory())
    throw new UsageError(`--from ${from}: there is no such directory`);
  return openDirectory(from);
}

const keptIn = (file: string | undefined, what: string): readonly Kept[] =>
  file !== undefined && existsSync(file) ? [{ what, text: readFileSync(file, 'utf8') }] : [];

function since(context: CommandContext): readonly Kept[] {
  const file = context.option('since');
  const kept = keptIn(file, `${file}`);
  if (file !== undefined && kept.length === 0) throw new UsageError(`--since ${file}: there is no such file`);
  return kept;
}

/** An anchor of the configuration that cannot be used is a configuration that cannot be used. */
function trusted(configured: readonly Kept[], from: Parameters<typeof trustOf>[0]): Trust {
  try {
    return trustOf(from);
  } catch (error) {
    if (!(error instanceof KeptRefused)) throw error;
    const Refused = configured.includes(error.kept) ? StartRefused : UsageError;
    throw new Refused(error.message, { cause: error });
  }
}

function pinnedKey(text: string | undefined): NoteVerifier | undefined {
  try {
    return text === undefined ? undefined : parseVerifierKey(text);
  } catch (cause) {
    throw new UsageError(`--key: ${(cause as Error).message}`, { cause });
  }
}

function say({ io, json }: CommandContext, verified: Verified): ExitCode {
  io.out((json ? reportJson : reportWords)(verified));
  return verified.report.problems.length === 0 ? 0 : 1;
}
