// Principals and the immutable ids by which issuers and sign-in providers know them.
import type { Millis } from '../clock.ts';
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface Identity {
  /** name of the issuer or sign-in provider */
  readonly provider: string;
  readonly providerId: string;
}

export interface Principals {
  find(identity: Identity): Promise<string | undefined>;
  /** Makes a principal for an identity seen for the first time, and returns its id. */
  create(principal: Identity & { kind: 'person' | 'program'; id: string; at: Millis }): Promise<string>;
}

export const principalTable = ({ first }: Statements): Principals => {
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
    async find({ provider, providerId }) {
      return (await find({ provider, providerId }))?.principal_id;
    },
    async create({ provider, providerId, kind, id, at }) {
      await insertPrincipal({ id, kind, created_at: at });
      await insertIdentity({ provider, provider_id: providerId, principal_id: id });
      return id;
    },
  };
};
