// `log anchor --accept`: takes the log as it is now, after somebody found out why it and its anchor differ. What this may
// cover up (a log that was cut off, a store put back from a copy) no later check can show, so it never happens by itself.
import { parseVerifierKey } from '../../shared/signed-note.ts';
import type { Config } from '../config.ts';
import { StartRefused } from '../errors.ts';
import { writeAnchor } from '../log/anchor.ts';
import { currentLogKey, logKeysOf, verifyStore } from '../log/verify-store.ts';
import { logOrigin } from '../open/log.ts';
import { lockStore, type StoreReader } from '../store/sqlite.ts';
import type { LogReport } from '../verifier/verify-log.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'log anchor',
  summary: 'make the anchor file anew from the log as it is now',
  usage: 'log anchor --accept',
  about:
    'Writes log.anchor-file from the newest checkpoint, so that `serve` starts again after the anchor was lost, or the store was put back from a copy. Verifies the log first and writes nothing where it does not hold by itself. It cannot know what the old anchor knew: find out why they differ before, and keep the old file. The broker must be stopped.',
  examples: ['buildpass log anchor --accept --config buildpass.yaml'],
  options: { accept: { type: 'boolean', about: 'yes, the log as it is now is the one to go on with' } },
  async run(context) {
    if (!context.flag('accept'))
      throw new UsageError(
        '--accept is missing: without it nothing is written, since it gives up what the old anchor knew',
      );
    return withStoreReader(context.configFile, async (reader, config) => {
      const unlock = lockStore(config.store.path);
      try {
        return await acceptLog(context, reader, config);
      } finally {
        unlock();
      }
    });
  },
};

async function acceptLog(context: CommandContext, reader: StoreReader, { file, url, log }: Config): Promise<ExitCode> {
  const { anchorFile } = log;
  if (anchorFile === undefined)
    throw new StartRefused(`${file}: log.anchor-file is missing: name the file that the anchor is kept in`);
  return reader.read(async (tx) => {
    const rows = await tx.signingKeys.all();
    const [keys, verifierKey] = [logKeysOf(rows, logOrigin(url)), currentLogKey(rows, logOrigin(url))];
    if (verifierKey === undefined)
      throw new StartRefused('the store has no signing keys: make them once with `buildpass keys create`');
    const report = await verifyStore(tx, { verifiers: keys.map(parseVerifierKey), earlier: [] });
    if (report.problems.length === 0) {
      const checkpoint = (await tx.log.latestCheckpoint())?.note ?? '';
      writeAnchor(anchorFile, { verifierKey, checkpoint });
    }
    return say(context, report, anchorFile);
  });
}

function say({ io, json }: CommandContext, { size, root, problems }: LogReport, file: string): ExitCode {
  const written = problems.length === 0;
  if (json) io.out(JSON.stringify({ written, anchor_file: file, size, root, problems }, null, 2));
  else if (written) io.out(`${file} now holds the log as it is: ${size} entries, root ${root}`);
  else io.out(`Nothing was written, since the log does not hold:\n${problems.map((one) => `- ${one}`).join('\n')}`);
  return written ? 0 : 1;
}
