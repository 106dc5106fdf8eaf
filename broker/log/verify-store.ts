// Verifies the log of a store, and the rows beside it, through the one verifier that there is; entries also by the schema of
// their type, which only the broker has.
import type { NoteVerifier } from '../../shared/signed-note.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Tables } from '../store/store.ts';
import type { KnownFields } from '../verifier/check-entry.ts';
import type { EarlierState } from '../verifier/tree-walk.ts';
import { verifierKeyOf } from '../verifier/verifier-key.ts';
import { type LogReport, verifyLog } from '../verifier/verify-log.ts';
import { ENTRY_FIELDS } from './entry.ts';
import { StoreSource } from './store-source.ts';

export async function verifyStore(
  tables: Pick<Tables, 'log' | 'keptRows' | 'signingKeys'>,
  against: { readonly verifiers: readonly NoteVerifier[]; readonly earlier: readonly EarlierState[] },
): Promise<LogReport> {
  // Of the first that is left: the newest one may have been taken away, which is a finding about it and not about the keys.
  const origin = (await tables.log.checkpointCovering(0))?.note.split('\n')[0] ?? '';
  const source = new StoreSource(tables, logKeysOf(await tables.signingKeys.all(), origin));
  return verifyLog(source, { ...against, knownFields });
}

/** The verifier keys of the log with this origin as the store itself knows them, newest first. */
export function logKeysOf(rows: readonly SigningKeyRow[], origin: string): readonly string[] {
  const own = rows.filter(({ purpose }) => purpose === 'log');
  return own.map((row) => verifierKeyOf(origin, row.public_key));
}

/** The one that vouches for what is newest; undefined in a store without keys. */
export function currentLogKey(rows: readonly SigningKeyRow[], origin: string): string | undefined {
  const current = rows.filter(({ state }) => state === 'current');
  return logKeysOf(current, origin)[0];
}

export const knownFields: KnownFields = (type, fields) =>
  Object.hasOwn(ENTRY_FIELDS, type) && ENTRY_FIELDS[type as keyof typeof ENTRY_FIELDS].safeParse(fields).success;
