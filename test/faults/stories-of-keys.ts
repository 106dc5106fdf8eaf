// What the broker writes about its signing keys, as stories: see stories.ts.
import { buildpass } from '../support/command-line.ts';
import type { Round } from './round.ts';
import type { Story } from './stories.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

const rotate = ({ broker }: Round, ...words: string[]) =>
  buildpass('keys', 'rotate', ...words, '--config', broker.config.file);

async function leak(round: Round): Promise<void> {
  const rows = await round.broker.running.store.read((tx) => tx.signingKeys.all());
  const id = rows.find(({ algorithm, state }) => algorithm === 'ES256' && state === 'current')?.id ?? '';
  await rotate(round, `--compromised=${id}`, '--reason', 'a backup was stolen');
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
  'a key that leaked': {
    prepare: (round) => round.ask(),
    act: leak,
    // Whatever came of it, the operator does it again; what it signed ends then at the latest.
    settle: leak,
  },
};
