// What the broker writes about its signing keys, as stories: see stories.ts.
import { buildpass } from '../support/command-line.ts';
import type { Round } from './round.ts';
import type { Story } from './stories.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const OVERLAP_MS = 90 * DAY_MS;

const rotate = ({ broker }: Round, ...words: string[]) =>
  buildpass('keys', 'rotate', ...words, '--config', broker.config.file);

const leakOf =
  (algorithm: 'ES256' | 'EdDSA') =>
  async (round: Round): Promise<void> => {
    const rows = await round.broker.running.store.read((tx) => tx.signingKeys.all());
    const id = rows.find((row) => row.algorithm === algorithm && row.state === 'current')?.id ?? '';
    await rotate(round, `--compromised=${id}`, '--reason', 'a backup was stolen');
  };

async function announceLogKey(round: Round): Promise<void> {
  await rotate(round, '--log');
  round.pass(HOUR_MS);
  await round.background();
}

export const STORIES_OF_KEYS: Readonly<Record<string, Story>> = {
  'a key that takes the place of another': {
    act: async (round) => {
      await rotate(round, '--algorithm', 'ES256');
      round.pass(HOUR_MS);
      await round.background();
      await round.ask();
      round.pass(2 * DAY_MS);
      await round.background();
    },
    settle: async (round) => {
      round.pass(2 * DAY_MS);
      await round.background();
    },
  },
  'a key of the log that takes the place of another': {
    act: announceLogKey,
    settle: async (round) => {
      await round.ask();
      round.pass(OVERLAP_MS);
      await round.background();
    },
  },
  'a key of the log that signs no longer': {
    prepare: announceLogKey,
    act: async (round) => {
      round.pass(OVERLAP_MS);
      await round.background();
    },
    settle: (round) => round.ask(),
  },
  'a key of the log that leaked': {
    act: async (round) => {
      await leakOf('EdDSA')(round);
      await round.ask();
    },
    settle: leakOf('EdDSA'),
  },
  'a key that leaked': {
    prepare: (round) => round.ask(),
    act: leakOf('ES256'),
    // Whatever came of it, the operator does it again; what it signed ends then at the latest.
    settle: leakOf('ES256'),
  },
};
