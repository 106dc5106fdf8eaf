// Principals and the immutable ids by which issuers and sign-in providers know them.
import type { Millis } from '../clock.ts';
import type { Database } from './store.ts';

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

export const principalTable = (db: Database): Principals => ({
  async find({ provider, providerId }) {
    const row = await db
      .selectFrom('identities')
      .select('principal_id')
      .where('provider', '=', provider)
      .where('provider_id', '=', providerId)
      .executeTakeFirst();
    return row?.principal_id;
  },
  async create({ provider, providerId, kind, id, at }) {
    await db.insertInto('principals').values({ id, kind, created_at: at }).execute();
    await db.insertInto('identities').values({ provider, provider_id: providerId, principal_id: id }).execute();
    return id;
  },
});
