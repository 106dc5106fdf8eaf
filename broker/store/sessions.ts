// Sessions of people who signed in. The token that the browser has is nowhere here: a row is found by its hash, and a row that
// was found is still for the caller to judge (its times).
import type { Millis } from '../clock.ts';
import type { SessionRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { SessionRow } from './schema.ts';

export interface Sessions {
  insert(row: SessionRow): Promise<void>;
  find(tokenHash: string): Promise<SessionRow | undefined>;
  byId(id: string): Promise<SessionRow | undefined>;
  touch(id: string, at: Millis): Promise<void>;
  /** Gives the session another token, and notes the step-up that was the reason. */
  stepUp(change: { id: string; tokenHash: string; at: Millis; method: 'passkey' | 'provider' }): Promise<void>;
  /** Gives the session another token. */
  rotate(id: string, tokenHash: string): Promise<void>;
  saveProofs(id: string, proofs: string): Promise<void>;
  saveChallenge(id: string, challenge: string): Promise<void>;
  /** The challenge that the session waits for; nobody gets it a second time. */
  takeChallenge(id: string): Promise<string | undefined>;
  end(id: string): Promise<void>;
  /** Sessions of a person's command lines, newest first. */
  commandLinesOf(principal: string): Promise<readonly SessionRow[]>;
  /** Ends one of a person's command lines; true where they had it. */
  endCommandLine(id: string, principal: string): Promise<boolean>;
  /** Ends every session of a person; returns how many. */
  endAllOf(principal: string): Promise<number>;
  /** Forgets sessions that are over; a command line has no idle time. */
  forget(over: { endedBefore: Millis; idleSince: Millis }): Promise<number>;
}

export const sessionTable = (statements: Statements): Sessions => {
  const { first } = statements;
  const insert = first((db, row: SessionRow) => db.insertInto('sessions').values(row));
  const find = first((db, { tokenHash }: { tokenHash: string }) =>
    db.selectFrom('sessions').selectAll().where('token_hash', '=', tokenHash),
  );
  const byId = first((db, { id }: { id: string }) => db.selectFrom('sessions').selectAll().where('id', '=', id));
  const touch = first((db, { id, at }: { id: string; at: Millis }) =>
    db.updateTable('sessions').set({ seen_at: at }).where('id', '=', id),
  );
  const stepUp = first((db, change: { id: string; tokenHash: string; at: Millis; method: 'passkey' | 'provider' }) =>
    db
      .updateTable('sessions')
      .set({ token_hash: change.tokenHash, stepped_up_at: change.at, step_up_method: change.method })
      .where('id', '=', change.id),
  );
  const rotate = first((db, { id, tokenHash }: { id: string; tokenHash: string }) =>
    db.updateTable('sessions').set({ token_hash: tokenHash }).where('id', '=', id),
  );
  const saveProofs = first((db, { id, proofs }: { id: string; proofs: string }) =>
    db.updateTable('sessions').set({ proofs }).where('id', '=', id),
  );
  const saveChallenge = first((db, { id, challenge }: { id: string; challenge: string | null }) =>
    db.updateTable('sessions').set({ challenge }).where('id', '=', id),
  );
  const challengeOf = first((db, { id }: { id: string }) =>
    db.selectFrom('sessions').select('challenge').where('id', '=', id),
  );
  return {
    insert: async (row) => void (await insert(row)),
    find: (tokenHash) => find({ tokenHash }),
    byId: (id) => byId({ id }),
    touch: async (id, at) => void (await touch({ id, at })),
    stepUp: async (change) => void (await stepUp(change)),
    rotate: async (id, tokenHash) => void (await rotate({ id, tokenHash })),
    saveProofs: async (id, proofs) => void (await saveProofs({ id, proofs })),
    saveChallenge: async (id, challenge) => void (await saveChallenge({ id, challenge })),
    async takeChallenge(id) {
      const challenge = (await challengeOf({ id }))?.challenge ?? undefined;
      if (challenge !== undefined) await saveChallenge({ id, challenge: null });
      return challenge;
    },
    ...ofCommandLines(statements),
    ...endings(statements),
  };
};

function ofCommandLines({ all, first }: Statements): Pick<Sessions, 'commandLinesOf' | 'endCommandLine'> {
  const commandLinesOf = all((db, { principal }: { principal: string }) =>
    db
      .selectFrom('sessions')
      .selectAll()
      .where('principal_id', '=', principal)
      .where('kind', '=', 'command-line')
      .orderBy('started_at', 'desc'),
  );
  const endCommandLine = first((db, { id, principal }: { id: string; principal: string }) =>
    db
      .deleteFrom('sessions')
      .where('id', '=', id)
      .where('principal_id', '=', principal)
      .where('kind', '=', 'command-line')
      .returning('id'),
  );
  return {
    commandLinesOf: (principal) => commandLinesOf({ principal }),
    endCommandLine: async (id, principal) => (await endCommandLine({ id, principal })) !== undefined,
  };
}

function endings({ all, first }: Statements): Pick<Sessions, 'end' | 'endAllOf' | 'forget'> {
  const end = first((db, { id }: { id: string }) => db.deleteFrom('sessions').where('id', '=', id));
  const endAllOf = all((db, { principal }: { principal: string }) =>
    db.deleteFrom('sessions').where('principal_id', '=', principal).returning('id'),
  );
  const forget = all((db, { endedBefore, idleSince }: { endedBefore: Millis; idleSince: Millis }) =>
    db
      .deleteFrom('sessions')
      .where((row) =>
        row.or([
          row('ends_at', '<', endedBefore),
          row.and([row('kind', '=', 'browser'), row('seen_at', '<', idleSince)]),
        ]),
      )
      .returning('id'),
  );
  return {
    end: async (id) => void (await end({ id })),
    endAllOf: async (principal) => (await endAllOf({ principal })).length,
    forget: async (over) => (await forget(over)).length,
  };
}
