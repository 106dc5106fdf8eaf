// Policy documents by digest, the sets they form, and the one row that says which set is in force.
import type { Millis } from '../clock.ts';
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface StoredDocument {
  readonly file: string;
  readonly text: string;
  readonly digest: string;
  readonly project: string | undefined;
}

/** A document as a set names it. */
export type Member = Pick<StoredDocument, 'file' | 'digest'>;

/** A document that was ever in force, and since when for the first time. */
export interface Version extends Omit<StoredDocument, 'text'> {
  readonly since: Millis;
  readonly inForce: boolean;
}

export interface PutInForce {
  readonly digest: string;
  readonly members: readonly Member[];
  /** those of them that the set in force before does not have */
  readonly documents: readonly StoredDocument[];
  readonly at: Millis;
}

export interface Policies {
  /** Digest of the set in force; undefined before the first one was loaded. */
  inForce(): Promise<{ readonly digest: string; readonly sequence: number; readonly since: Millis } | undefined>;
  membersOf(setDigest: string): Promise<readonly Member[]>;
  /** With their texts: megabytes, where the set is large. */
  documentsOf(setDigest: string): Promise<readonly StoredDocument[]>;
  documentOf(member: Member): Promise<StoredDocument>;
  /** Every document that was ever in force, oldest first, without its text. */
  versions(): Promise<readonly Version[]>;
  /** A document that was ever in force, by its own digest. */
  document(digest: string): Promise<StoredDocument | undefined>;
  /** Keeps a set and the documents that are new in it, and puts it in force. */
  putInForce(set: PutInForce): Promise<void>;
}

export const policyTable = (statements: Statements): Policies => ({
  ...policyLookups(statements),
  ...policyChanges(statements),
});

const policyLookups = ({ all, first }: Statements): Omit<Policies, 'putInForce'> => {
  const inForce = first((db, { id }: { id: number }) =>
    db.selectFrom('policy_in_force').select(['digest', 'sequence', 'since']).where('id', '=', id),
  );
  const members = first((db, { digest }: { digest: string }) =>
    db.selectFrom('policy_sets').select('members').where('digest', '=', digest),
  );
  const byDigest = all((db, { digest }: { digest: string }) =>
    db.selectFrom('policy_documents').select(['file', 'text', 'project']).where('digest', '=', digest),
  );
  const every = all((db) =>
    db
      .selectFrom('policy_documents')
      .select(['file', 'digest', 'project', 'loaded_at'])
      .orderBy('loaded_at')
      .orderBy('file'),
  );
  const documentOf = async ({ file, digest }: Member): Promise<StoredDocument> => {
    const row = (await byDigest({ digest })).find((document) => document.file === file);
    if (row === undefined) throw new Error(`the policy ${file} (${digest}) is not in the store`);
    return { file, digest, text: row.text, project: row.project ?? undefined };
  };
  const membersOf = async (setDigest: string): Promise<readonly Member[]> => {
    const set = await members({ digest: setDigest });
    return set === undefined ? [] : JSON.parse(set.members);
  };
  return {
    inForce: () => inForce({ id: THE_ONE }),
    membersOf,
    documentOf,
    documentsOf: async (setDigest) => Promise.all((await membersOf(setDigest)).map(documentOf)),
    async versions() {
      const current = await inForce({ id: THE_ONE });
      const members = current === undefined ? [] : await membersOf(current.digest);
      const isMember = new Set(members.map(({ file, digest }) => `${digest} ${file}`));
      return (await every({})).map(({ project, loaded_at, ...one }) => {
        const has = isMember.has(`${one.digest} ${one.file}`);
        return { ...one, project: project ?? undefined, since: loaded_at, inForce: has };
      });
    },
    async document(digest) {
      const [row] = await byDigest({ digest });
      return row === undefined ? undefined : { ...row, digest, project: row.project ?? undefined };
    },
  };
};

const policyChanges = ({ first }: Statements): Pick<Policies, 'putInForce'> => {
  const keepDocument = first((db, row: Schema['policy_documents']) =>
    db
      .insertInto('policy_documents')
      .values(row)
      .onConflict((conflict) => conflict.doNothing()),
  );
  const keepSet = first((db, row: Schema['policy_sets']) =>
    db
      .insertInto('policy_sets')
      .values(row)
      .onConflict((conflict) => conflict.doNothing()),
  );
  const putInForce = first((db, { id, digest, since }: Omit<Schema['policy_in_force'], 'sequence'>) =>
    db
      .insertInto('policy_in_force')
      .values({ id, sequence: 1, digest, since })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((row) => ({ sequence: row('policy_in_force.sequence', '+', 1), digest, since })),
      ),
  );
  return {
    async putInForce({ digest, members: all, documents, at }) {
      for (const { file, text, digest: of, project } of documents)
        await keepDocument({ digest: of, file, text, project: project ?? null, loaded_at: at });
      const members = JSON.stringify(all.map(({ file, digest: of }) => ({ file, digest: of })));
      await keepSet({ digest, members, loaded_at: at });
      await putInForce({ id: THE_ONE, digest, since: at });
    },
  };
};

const THE_ONE = 1;
