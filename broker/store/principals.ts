// Principals and the immutable ids by which issuers and sign-in providers know them. An identity leads to the principal that it
// belongs to now; an id that was written down earlier may have been merged into another since, and `resolve` says into which.
import type { Millis } from '../clock.ts';
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface Identity {
  /** name of the issuer or sign-in provider */
  readonly provider: string;
  readonly providerId: string;
}

export interface NamedIdentity extends Identity {
  /** as the provider last said it; the id where it never did */
  readonly name: string;
}

export interface Principals {
  find(identity: Identity): Promise<string | undefined>;
  /** Makes a principal for an identity seen for the first time, and returns its id. */
  create(principal: Identity & { kind: 'person' | 'program'; id: string; at: Millis }): Promise<string>;
  /** The person that a principal id means now: itself, or what it was merged into. The question "is this the same person" compares these. */
  resolve(id: string): Promise<string>;
  kindOf(id: string): Promise<'person' | 'program' | undefined>;
  identitiesOf(id: string): Promise<readonly NamedIdentity[]>;
  /** Notes what the provider calls an identity. */
  rename(identity: NamedIdentity): Promise<void>;
  /** Adds an identity that nobody has. */
  link(identity: Identity, id: string): Promise<void>;
  /** Both are one person from now on: `from` keeps its row, and all that it has is `into`'s. */
  merge(from: string, into: string): Promise<void>;
}

interface Merge {
  readonly from: string;
  readonly into: string;
}

export const principalTable = (statements: Statements): Principals => {
  const { first } = statements;
  const find = first((db, { provider, providerId }: Identity) =>
    db
      .selectFrom('identities')
      .select('principal_id')
      .where('provider', '=', provider)
      .where('provider_id', '=', providerId),
  );
  const insertPrincipal = first((db, row: Schema['principals']) => db.insertInto('principals').values(row));
  const insertIdentity = first((db, row: Schema['identities']) => db.insertInto('identities').values(row));
  return {
    ...peopleOf(statements),
    async find({ provider, providerId }) {
      return (await find({ provider, providerId }))?.principal_id;
    },
    async create({ provider, providerId, kind, id, at }) {
      await insertPrincipal({ id, kind, created_at: at, merged_into: null });
      await insertIdentity({ provider, provider_id: providerId, principal_id: id, name: null });
      return id;
    },
    async link({ provider, providerId }, id) {
      await insertIdentity({ provider, provider_id: providerId, principal_id: id, name: null });
    },
  };
};

function peopleOf({ all, first }: Statements): Omit<Principals, 'find' | 'create' | 'link'> {
  const row = first((db, { id }: { id: string }) => db.selectFrom('principals').selectAll().where('id', '=', id));
  const identities = all((db, { id }: { id: string }) =>
    db
      .selectFrom('identities')
      .select(['provider', 'provider_id', 'name'])
      .where('principal_id', '=', id)
      .orderBy('provider')
      .orderBy('provider_id'),
  );
  const rename = first((db, { provider, providerId, name }: NamedIdentity) =>
    db.updateTable('identities').set({ name }).where('provider', '=', provider).where('provider_id', '=', providerId),
  );
  const repoint = first((db, { from, into }: Merge) =>
    db.updateTable('identities').set({ principal_id: into }).where('principal_id', '=', from),
  );
  // What was merged into the one before is merged into the same: nobody ever has to follow more than one step.
  const redirect = first((db, { from, into }: Merge) =>
    db
      .updateTable('principals')
      .set({ merged_into: into })
      .where((one) => one.or([one('id', '=', from), one('merged_into', '=', from)])),
  );
  return {
    resolve: async (id) => (await row({ id }))?.merged_into ?? id,
    kindOf: async (id) => (await row({ id }))?.kind as 'person' | 'program' | undefined,
    async identitiesOf(id) {
      const rows = await identities({ id });
      return rows.map((one) => ({
        provider: one.provider,
        providerId: one.provider_id,
        name: one.name ?? one.provider_id,
      }));
    },
    rename: async (identity) => void (await rename(identity)),
    async merge(from, into) {
      await repoint({ from, into });
      await redirect({ from, into });
    },
  };
}
