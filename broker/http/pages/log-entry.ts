// An entry of the log as pages read it: by the schema of its type. One that does not fit, because somebody changed it or a
// later version wrote it, is shown as unreadable and breaks no page; `log verify` says what is wrong with it.
import type { Millis } from '../../clock.ts';
import { ENTRY_FIELDS, type EntryFields, type EntryType } from '../../log/entry.ts';
import type { LogEntryRow } from '../../store/log-tables.ts';

/** The fields of one type, under its name. */
export type Known = { readonly [T in EntryType]: { readonly type: T; readonly fields: EntryFields<T> } }[EntryType];

export interface LogEntry {
  readonly index: number;
  readonly time: Millis;
  readonly type: string;
  readonly requestId: string | undefined;
  /** `project/entitlement`, or the project alone; of an order what it names */
  readonly scope: string | undefined;
  /** undefined where it cannot be read */
  readonly known: Known | undefined;
}

export function readEntry(row: LogEntryRow): LogEntry {
  const known = knownOf(row);
  return {
    index: row.entry_index,
    time: row.time,
    type: row.type,
    requestId: row.request_id ?? undefined,
    scope: scopeOf(known),
    known,
  };
}

function scopeOf(known: Known | undefined): string | undefined {
  const fields = (known?.fields ?? {}) as Partial<Record<'project' | 'entitlement' | 'scope' | 'target', string>>;
  const { project, entitlement, scope, target } = fields;
  // An order names what it is of: a pause of one entitlement is none of its project.
  if (scope !== undefined) return scope === 'everything' ? scope : target;
  return entitlement === undefined ? project : `${project}/${entitlement}`;
}

function knownOf({ type, leaf }: LogEntryRow): Known | undefined {
  if (!Object.hasOwn(ENTRY_FIELDS, type)) return undefined;
  const { v, type: own, time, id, nonce, personal, ...fields } = parsed(leaf);
  const read = ENTRY_FIELDS[type as EntryType].safeParse(fields);
  return read.success && own === type ? ({ type, fields: read.data } as Known) : undefined;
}

function parsed(leaf: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(leaf) as object) };
  } catch {
    return {};
  }
}

/** The fields of the first entry of a type. */
export function fieldsOf<T extends EntryType>(entries: readonly LogEntry[], type: T): EntryFields<T> | undefined {
  const entry = entries.find(({ known }) => known?.type === type);
  return entry?.known?.fields as EntryFields<T> | undefined;
}
