// Policy documents by digest, the sets they form, and the one row that says which set is in force.
import type { Millis } from '../clock.ts';
import type { Database } from './store.ts';

export interface StoredDocument {
  readonly file: string;
  readonly text: string;
  readonly digest: string;
  readonly project: string | undefined;
}

export interface Policies {
  /** Digest of the set in force; undefined before the first one was loaded. */
  inForce(): Promise<{ readonly digest: string; readonly sequence: number; readonly since: Millis } | undefined>;
  documentsOf(setDigest: string): Promise<readonly StoredDocument[]>;
  /** A document that was ever in force, by its own digest. */
  document(digest: string): Promise<StoredDocument | undefined>;
  /** Keeps a set and its documents, and puts it in force. */
  putInForce(set: { digest: string; documents: readonly StoredDocument[]; at: Millis }): Promise<void>;
}

export const policyTable = (db: Database): Policies => ({
  async inForce() {
    return db
      .selectFrom('policy_in_force')
      .select(['digest', 'sequence', 'since'])
      .where('id', '=', 1)
      .executeTakeFirst();
  },

  async documentsOf(setDigest) {
    const set = await db.selectFrom('policy_sets').select('members').where('digest', '=', setDigest).executeTakeFirst();
    const members: { file: string; digest: string }[] = set === undefined ? [] : JSON.parse(set.members);
    return Promise.all(members.map((member) => documentOf(db, member)));
  },

  async document(digest) {
    const row = await db
      .selectFrom('policy_documents')
      .select(['file', 'text', 'project'])
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row === undefined ? undefined : { ...row, digest, project: row.project ?? undefined };
  },

  async putInForce({ digest, documents, at }) {
    for (const { file, text, digest: documentDigest, project } of documents) {
      await db
        .insertInto('policy_documents')
        .values({ digest: documentDigest, file, text, project: project ?? null, loaded_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const members = JSON.stringify(
      documents.map(({ file, digest: documentDigest }) => ({ file, digest: documentDigest })),
    );
    await db
      .insertInto('policy_sets')
      .values({ digest, members, loaded_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await db
      .insertInto('policy_in_force')
      .values({ id: 1, sequence: 1, digest, since: at })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((row) => ({ sequence: row('policy_in_force.sequence', '+', 1), digest, since: at })),
      )
      .execute();
  },
});

async function documentOf(db: Database, { file, digest }: { file: string; digest: string }): Promise<StoredDocument> {
  const row = await db
    .selectFrom('policy_documents')
    .select(['text', 'project'])
    .where('digest', '=', digest)
    .where('file', '=', file)
    .executeTakeFirstOrThrow();
  return { file, digest, text: row.text, project: row.project ?? undefined };
}
