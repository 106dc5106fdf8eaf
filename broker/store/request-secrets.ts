// By which secrets a request is known: SHA-256 of each, and the parameters that it was first presented with. A refusal that
// repeats an earlier one is known by both secrets, so that each of them gets its own answer again.
import type { Schema } from './schema.ts';
import type { Statements } from './statements.ts';

export interface RequestSecret {
  readonly secretHash: string;
  readonly requestId: string;
  /** canonical text */
  readonly parameters: string;
}

export interface RequestSecrets {
  find(secretHash: string): Promise<RequestSecret | undefined>;
  insert(secret: RequestSecret): Promise<void>;
}

export const requestSecretTable = ({ first }: Statements): RequestSecrets => {
  const find = first((db, { secretHash }: { secretHash: string }) =>
    db.selectFrom('request_secrets').selectAll().where('secret_hash', '=', secretHash),
  );
  const insert = first((db, row: Schema['request_secrets']) => db.insertInto('request_secrets').values(row));
  return {
    async find(secretHash) {
      const row = await find({ secretHash });
      return row === undefined ? undefined : { secretHash, requestId: row.request_id, parameters: row.parameters };
    },
    async insert({ secretHash, requestId, parameters }) {
      await insert({ secret_hash: secretHash, request_id: requestId, parameters });
    },
  };
};
