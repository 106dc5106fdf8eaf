// What the entries of a log come to, row by row: the rows that must be kept beside it. Each entry is one step; a step that
// cannot follow what was said before (a second issuance for one grant, a lease without one) is a finding of its own.
import type { JsonValue } from '../../shared/canonical-json.ts';
import type { KeptTable, KeptValue } from '../../shared/kept-rows.ts';
import type { Said } from './check-entry.ts';

/** A row as the entries say it must be. */
export interface ExpectedRow {
  /** the last entry that speaks of it */
  by: number;
  /** columns by name; one that is left out is not vouched for, or checked in another way */
  values: Record<string, KeptValue>;
  /** digest of the columns that are personal; undefined where it was erased */
  details?: string | undefined;
}

export type ExpectedRows = Readonly<Record<KeptTable, Map<string, ExpectedRow>>>;

/** An entry that does not follow from those before it, in words. */
export class Contradiction extends Error {
  override readonly name = 'Contradiction';
}

export function noRows(): ExpectedRows {
  return {
    signing_keys: new Map(),
    policy_documents: new Map(),
    policy_sets: new Map(),
    policy_in_force: new Map(),
    suspensions: new Map(),
    revocations: new Map(),
    requests: new Map(),
    approvals: new Map(),
    verdicts: new Map(),
    approval_requests: new Map(),
    incidents: new Map(),
    invocations: new Map(),
    grants: new Map(),
    issuances: new Map(),
    leases: new Map(),
  };
}

/** @throws Contradiction where the entry has no such text */
export function textOf({ fields }: Said, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new Contradiction(`it has no ${name}`);
}

/** A field as a column keeps it: a time in milliseconds, whatever else as it is. */
export function columnOf({ fields }: Said, name: string): KeptValue {
  const value = fields[name] ?? null;
  if (typeof value === 'object' && value !== null) throw new Contradiction(`its ${name} is no single value`);
  return typeof value === 'boolean' ? String(value) : (value as Exclude<JsonValue, object | boolean>);
}

export function timeOf(said: Said, name: string): number | null {
  const value = said.fields[name] ?? null;
  if (value === null) return null;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new Contradiction(`its ${name} is no time`);
  return at;
}

/** @throws Contradiction where an entry takes the row for another than the entries before it made */
export function asExpected(row: ExpectedRow, values: ExpectedRow['values']): ExpectedRow {
  const differing = Object.keys(values).find((name) => values[name] !== row.values[name]);
  if (differing === undefined) return row;
  throw new Contradiction(
    `it takes ${differing} of ${row.values['id']} for "${values[differing]}", and that was "${row.values[differing]}"`,
  );
}
