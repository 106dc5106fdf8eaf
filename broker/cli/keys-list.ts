// `keys list`: the signing keys, what each does, and when that changes.

import { keyRows, whatWasChanged } from '../log/vouched-keys.ts';
import type { Command } from './command.ts';
import { describeKey, keyLines } from './key-lines.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'keys list',
  summary: 'list the signing keys: id, purpose, algorithm, state, and when that changes',
  usage: 'keys list',
  about:
    'Lists the public facts about the signing keys in the store, newest first. A key is `next` while it is published and does not sign yet, `current` while it signs, `previous` while it is published for what it signed, then `retired`; one that leaked is `withdrawn`. A `previous` key of the log signs beside the current one. One whose row somebody changed is left out, with what to do, and the exit is 1. Works beside a running broker.',
  examples: ['buildpass keys list', 'buildpass keys list --json'],
  options: {},
  async run({ io, configFile, json }) {
    return withStoreReader(configFile, async (reader, config) => {
      const { vouched: rows, others } = await reader.read(keyRows);
      // Whoever reads the list may pin what is in it.
      for (const other of others) io.err(`Left out: ${whatWasChanged(other)}`);
      if (rows.length === 0) io.err('There are no signing keys yet: `buildpass keys create` makes them.');
      else if (json)
        io.out(
          JSON.stringify(
            rows.map((row) => describeKey(row, config)),
            null,
            2,
          ),
        );
      else io.out(keyLines(rows, config));
      return rows.length === 0 || others.length > 0 ? 1 : 0;
    });
  },
};
