// Which subject tokens were used: each works once (threat T14). Rows are kept until the token has long expired.
import type { Millis } from '../clock.ts';
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface SubjectTokens {
  /** Uses the token up. `replays` is 0 for its first use, and counts every further attempt. */
  use(token: { issuer: string; tokenId: string; expiresAt: Millis }): Promise<{ readonly replays: number }>;
  /** Forgets tokens that expired before; returns how many. */
  forget(expiredBefore: Millis): Promise<number>;
}

export const subjectTokenTable = ({ all, first }: Statements): SubjectTokens => {
  // One statement decides the race: of any number of simultaneous uses exactly one sees 0.
  const use = first((db, row: Omit<Schema['subject_tokens'], 'replays'>) =>
    db
      .insertInto('subject_tokens')
      .values({ ...row, replays: 0 })
      .onConflict((conflict) =>
        conflict
          .columns(['issuer', 'token_id'])
          .doUpdateSet((stored) => ({ replays: stored('subject_tokens.replays', '+', 1) })),
      )
      .returning('replays'),
  );
  const forget = all((db, { expiredBefore }: { expiredBefore: Millis }) =>
    db.deleteFrom('subject_tokens').where('expires_at', '<', expiredBefore).returning('token_id'),
  );
  return {
    async use({ issuer, tokenId, expiresAt }) {
      const used = await use({ issuer, token_id: tokenId, expires_at: expiresAt });
      if (used === undefined) throw new Error('a subject token was used up without a row');
      return used;
    },
    async forget(expiredBefore) {
      return (await forget({ expiredBefore })).length;
    },
  };
};
