// `log export`: the log as a directory, for an auditor who has neither the broker nor its store.

import { parseVerifierKey } from '../../shared/signed-note.ts';
import { readTip } from '../log/checkpointer.ts';
import { exportDirectory } from '../log/export-directory.ts';
import { currentLogKey, logKeysOf } from '../log/verify-store.ts';
import { logOrigin } from '../open/log.ts';
import { type Command, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'log export',
  summary: 'write the log, and the rows it vouches for, as a directory',
  usage: 'log export DIR',
  about:
    'Writes everything that an auditor needs into DIR: checkpoints, tiles, entries, personal fields, and the rows of requests, grants, issuances, leases, policies and keys, as they are at one moment; no secret is among them, and names of people are. Works beside a running broker. An earlier export of the same log in DIR is replaced; anything else is left alone. `log verify --from DIR` verifies it, here or elsewhere.',
  examples: ['buildpass log export ./audit'],
  options: {},
  maxPositionals: 1,
  async run({ io, json, configFile, positionals: [directory] }) {
    if (directory === undefined) throw new UsageError('the directory is missing: write `buildpass log export DIR`');
    const target = directory.replace(/\/+$/, '');
    const entries = await withStoreReader(configFile, (reader, { url }) =>
      reader.read(async (tx) => {
        const rows = await tx.signingKeys.all();
        const current = currentLogKey(rows, logOrigin(url));
        if (current !== undefined) await readTip(tx.log, parseVerifierKey(current));
        return exportDirectory(tx, { directory: target, keys: logKeysOf(rows, logOrigin(url)) });
      }),
    );
    io.out(
      json ? JSON.stringify({ directory: target, entries }, null, 2) : `${target} has the log: ${entries} entries`,
    );
    return 0;
  },
};
