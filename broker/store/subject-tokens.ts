// Which subject tokens were used: each works once (threat T14). Rows are kept until the token has long expired.
import type { Millis } from '../clock.ts';
import type { Database } from './store.ts';

export interface SubjectTokens {
  /** Uses the token up. `replays` is 0 for its first use, and counts every further attempt. */
  use(token: { issuer: string; tokenId: string; expiresAt: Millis }): Promise<{ readonly replays: number }>;
  /** Forgets tokens that expired before; returns how many. */
  forget(expiredBefore: Millis): Promise<number>;
}

export const subjectTokenTable = (db: Database): SubjectTokens => ({
  async use({ issuer, tokenId, expiresAt }) {
    // One statement decides the race: of any number of simultaneous uses exactly one sees 0.
    return db
      .insertInto('subject_tokens')
      .values({ issuer, token_id: tokenId, expires_at: expiresAt, replays: 0 })
      .onConflict((conflict) =>
        conflict
          .columns(['issuer', 'token_id'])
          .doUpdateSet((row) => ({ replays: row('subject_tokens.replays', '+', 1) })),
      )
      .returning('replays')
      .executeTakeFirstOrThrow();
  },
  async forget(expiredBefore) {
    const forgotten = await db
      .deleteFrom('subject_tokens')
      .where('expires_at', '<', expiredBefore)
      .returning('token_id')
      .execute();
    return forgotten.length;
  },
});
