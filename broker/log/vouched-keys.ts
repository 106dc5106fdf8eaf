// The signing keys of the store that the log vouches for: each in the state that the last entry about it gives it. Whoever can write to
// the store can put the whole row of a key back that was withdrawn, sealed as it was; its entries they would have to take away as well,
// and `log verify` reads those.
import { StartRefused } from '../errors.ts';
import type { KeyState, SigningKeyRow } from '../store/signing-keys.ts';
import type { Tables } from '../store/store.ts';

type KeyTables = Pick<Tables, 'log' | 'signingKeys'>;

export interface KeyRows {
  readonly vouched: readonly SigningKeyRow[];
  /** those that somebody changed */
  readonly others: readonly ChangedKey[];
}

export interface ChangedKey {
  readonly row: SigningKeyRow;
  /** undefined where no entry speaks of it */
  readonly logged: Logged | undefined;
}

interface Logged {
  readonly state: KeyState;
  readonly entry: number;
}

export async function keyRows({ log, signingKeys }: KeyTables): Promise<KeyRows> {
  const rows = await signingKeys.all();
  // The log begins at the first start, with the keys that there are.
  if ((await log.head()).size === 0) return { vouched: rows, others: [] };
  const logged = await statesIn(log);
  const isVouched = ({ id, state }: SigningKeyRow): boolean => logged.get(id)?.state === state;
  return {
    vouched: rows.filter(isVouched),
    others: rows.filter((row) => !isVouched(row)).map((row) => ({ row, logged: logged.get(row.id) })),
  };
}

async function statesIn(log: KeyTables['log']): Promise<ReadonlyMap<string, Logged>> {
  const logged = new Map<string, Logged>();
  for (const { entry_index: entry, leaf } of await log.entriesOfKeys()) {
    // Those that `keys create` made sign from the first start on, and their entries name no state.
    const { key_id: id, state = 'current' } = JSON.parse(leaf) as { key_id: string; state?: KeyState };
    // For good, whatever a broker was made to say of it afterwards.
    if (logged.get(id)?.state !== 'withdrawn') logged.set(id, { state, entry });
  }
  return logged;
}

/**
 * Before anything is signed or published by them.
 * @throws StartRefused where one is not what the log says of it
 */
export async function untouchedKeys(tables: KeyTables): Promise<readonly SigningKeyRow[]> {
  const { vouched, others } = await keyRows(tables);
  const [first] = others;
  if (first === undefined) return vouched;
  throw new StartRefused(whatWasChanged(first));
}

export function whatWasChanged({ row, logged }: ChangedKey): string {
  const inLog =
    logged === undefined ? 'the log has no such key' : `the log as "${logged.state}" (entry ${logged.entry})`;
  return `the store has the signing key ${row.id} as "${row.state}", and ${inLog}: somebody who can write to the store changed it. Find out who before anything else: \`buildpass log verify\` says what else was changed, and docs/operations.md ("A key that was put back") how to go on.`;
}
