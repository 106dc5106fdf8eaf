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
  /** A document that is kept, by its own digest. */
  document(digest: string): Promise<StoredDocument | undefined>;
  /** Keeps documents, and says which of them were not kept before. */
  keep(documents: readonly StoredDocument[], at: Millis): Promise<readonly StoredDocument[]>;
  /** Keeps a set, whose documents are kept, and puts it in force. */
  putInForce(set: PutInForce): Promise<void>;
}

export const policyTable = (statements: Statements): Policies => ({
  ...policyLookups(statements),
  ...policyChanges(statements),
});

const policyLookups = ({ all, first }: Statements): Omit<Policies, 'keep' | 'putInForce'> => {
  const inForce = first((db, { id }: { id: number }) =>
    db.selectFrom('policy_in_force').select(['digest', 'sequence', 'since']).where('id', '=', id),
  );
  const members = first((db, { digest }: { digest: string }) =>
    db.selectFrom('policy_sets').select('members').where('digest', '=', digest),
  );
  const byDigest = all((db, { digest }: { digest: string }) =>
    db.selectFrom('policy_documents').select(['file', 'text', 'project']).where('digest', '=', digest),
  );
  const everyDocument = all((db) => db.selectFrom('policy_documents').select(['file', 'digest', 'project']));
  const everySet = all((db) => db.selectFrom('policy_sets').select(['members', 'loaded_at']).orderBy('loaded_at'));
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
      const isMember = new Set(current === undefined ? [] : (await membersOf(current.digest)).map(keyOf));
      const since = firstInForce(await everySet({}));
      const versions = (await everyDocument({})).flatMap(({ project, ...one }) => {
        const at = since.get(keyOf(one));
        const rest = { project: project ?? undefined, inForce: isMember.has(keyOf(one)) };
        // What was staged for a set that never came in force was in force never.
        return at === undefined ? [] : [{ ...one, ...rest, since: at }];
      });
      return versions.toSorted((a, b) => a.since - b.since || (a.file < b.file ? -1 : 1));
    },
    async document(digest) {
      const [row] = await byDigest({ digest });
      return row === undefined ? undefined : { ...row, digest, project: row.project ?? undefined };
    },
  };
};

const keyOf = ({ file, digest }: Member): string => `${digest} ${file}`;

/** By `keyOf` a document, when the first set that has it came in force; sets in the order of their times. */
function firstInForce(sets: readonly { members: string; loaded_at: Millis }[]): ReadonlyMap<string, Millis> {
  const since = new Map<string, Millis>();
  for (const { members, loaded_at: at } of sets) {
    for (const member of JSON.parse(members) as readonly Member[]) {
      if (!since.has(keyOf(member))) since.set(keyOf(member), at);
    }
  }
  return since;
}

const policyChanges = ({ first }: Statements): Pick<Policies, 'keep' | 'putInForce'> => {
  const keepDocument = first((db, row: Schema['policy_documents']) =>
    db
      .insertInto('policy_documents')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('digest'),
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
    async keep(documents, at) {
      const isNew: StoredDocument[] = [];
      for (const document of documents) {
        const { file, text, digest, project = null } = document;
        if ((await keepDocument({ digest, file, text, project, loaded_at: at })) !== undefined) isNew.push(document);
      }
      return isNew;
    },
    async putInForce({ digest, members: all, at }) {
      const members = JSON.stringify(all.map(({ file, digest: of }) => ({ file, digest: of })));
      await keepSet({ digest, members, loaded_at: at });
      await putInForce({ id: THE_ONE, digest, since: at });
    },
  };
};

const THE_ONE = 1;
