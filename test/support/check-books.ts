// Compares the rows of a store with the entries of its log, both whole: after every story each says what the other says, and no
// more. A problem is a sentence; a store in order has none.
import type { LoggedEntry } from './check-log.ts';

type Row = Readonly<Record<string, unknown>>;

export interface Books {
  readonly entries: readonly LoggedEntry[];
  /** rows of a query on the store */
  readonly rows: (sql: string) => readonly Row[];
  readonly now: number;
}

export function problemsInBooks(books: Books): string[] {
  const index = indexed(books);
  return [
    ...books.rows('SELECT * FROM issuances').flatMap((issuance) => problemsOfIssuance(index, issuance)),
    ...books.rows('SELECT * FROM leases').flatMap((lease) => problemsOfLease(index, lease)),
    ...books.rows('SELECT * FROM requests').flatMap((request) => problemsOfRequest(index, request)),
    ...problemsOfLeftovers(books),
    ...problemsOfPolicies(books),
    ...problemsOfKeys(books),
  ];
}

/** Everything by what it belongs to. */
interface Index {
  readonly now: number;
  /** entries that name an issuance, a lease or a request */
  readonly entries: Readonly<Record<'issuance_id' | 'lease_id' | 'request_id', ReadonlyMap<unknown, LoggedEntry[]>>>;
  /** entries that change the state of a request, by its id */
  readonly words: ReadonlyMap<unknown, LoggedEntry[]>;
  readonly issuancesOfRequest: ReadonlyMap<unknown, Row[]>;
  readonly leasesOfIssuance: ReadonlyMap<unknown, Row[]>;
  readonly revocationsOfLease: ReadonlyMap<unknown, Row[]>;
}

function indexed({ rows, entries, now }: Books): Index {
  const by = (member: string) => Map.groupBy(entries, (entry) => entry[member]);
  const ofIssuance = by('issuance_id');
  const begun = (row: Row): number => ofIssuance.get(row['id'])?.[0]?.index ?? -1;
  const issuances = rows('SELECT * FROM issuances').toSorted((one, other) => begun(one) - begun(other));
  return {
    now,
    words: wordsOf(entries),
    entries: { issuance_id: ofIssuance, lease_id: by('lease_id'), request_id: by('request_id') },
    issuancesOfRequest: Map.groupBy(issuances, (row) => row['request_id']),
    leasesOfIssuance: Map.groupBy(rows('SELECT * FROM leases'), (row) => row['issuance_id']),
    revocationsOfLease: Map.groupBy(rows('SELECT * FROM outbox'), (row) => row['payload']),
  };
}

/** Some entries of approvals name several requests. */
function wordsOf(entries: readonly LoggedEntry[]): ReadonlyMap<unknown, LoggedEntry[]> {
  const words = new Map<unknown, LoggedEntry[]>();
  for (const entry of entries) {
    if (STATE_AFTER[entry.type] === undefined) continue;
    for (const id of (entry['requests'] as string[] | undefined) ?? [entry['request_id']])
      words.set(id, [...(words.get(id) ?? []), entry]);
  }
  return words;
}

/** What an entry makes of each request that it names. */
const STATE_AFTER: Readonly<Record<string, (entry: LoggedEntry) => unknown>> = {
  'request.decided': ({ decision }) => (decision === 'permit' ? 'granted' : 'denied'),
  'request.pending': () => 'pending',
  'request.withdrawn': () => 'withdrawn',
  'approval.verdict': ({ approval }) => approval,
  'break-glass.invoked': () => 'approved',
  'approval.expired': () => 'expired',
  'approval.void': () => 'void',
};

/** The types of the entries of one of them with such a prefix, in order. */
function said({ entries }: Index, member: keyof Index['entries'], of: { id: unknown; prefix: string }): string {
  const types = (entries[member].get(of.id) ?? []).map(({ type }) => type);
  return types
    .filter((type) => type.startsWith(of.prefix))
    .map((type) => type.slice(of.prefix.length))
    .join(' ');
}

/** What the log says of an issuance, by its state; it may have been given again any number of times once it succeeded. */
const ISSUANCE_ENTRIES: Readonly<Record<string, RegExp>> = {
  started: /^started$/,
  succeeded: /^started succeeded( redelivered)*$/,
  failed: /^started failed$/,
  unknown: /^started unknown$/,
  withheld: /^started( succeeded| unknown)? withheld$/,
};

function problemsOfIssuance(index: Index, { id, state }: Row): string[] {
  const log = said(index, 'issuance_id', { id, prefix: 'issuance.' });
  const leases = (index.leasesOfIssuance.get(id) ?? []).map((lease) => lease['state']);
  const leased = leases.length === (state === 'succeeded' || state === 'withheld' ? 1 : 0);
  const withheld = leases.includes('withheld') === (state === 'withheld');
  return [
    ...(ISSUANCE_ENTRIES[String(state)]?.test(log) ? [] : [`issuance ${id} is ${state}, and the log says: ${log}`]),
    ...(leased && withheld ? [] : [`issuance ${id} is ${state}, and its leases are: ${leases}`]),
  ];
}

const LEASE_ENTRIES: Readonly<Record<string, RegExp>> = {
  live: /^$/,
  returned: /^returned( revocation_failed)*( revoked| died)?$/,
  expired: /^expired( revocation_failed)*( revoked| died)?$/,
  ended: /^ended( revocation_failed)*( revoked| died)?$/,
  withheld: /^(ended)?( ?revocation_failed)*( ?revoked| ?died)?$/,
};

function problemsOfLease(index: Index, { id, state, revocation, upstream_expires_at: dies }: Row): string[] {
  const log = said(index, 'lease_id', { id, prefix: 'lease.' });
  const waiting = index.revocationsOfLease.get(id)?.length ?? 0;
  const revoked = log.endsWith('revoked') ? 1 : 0;
  const over = state === 'returned' || state === 'ended' || state === 'withheld';
  const mustGo = over && revocation === 'immediate' && Number(dies) > index.now;
  return [
    ...(LEASE_ENTRIES[String(state)]?.test(log) ? [] : [`lease ${id} is ${state}, and the log says: ${log}`]),
    ...(waiting + revoked > 1 ? [`lease ${id} is revoked ${revoked} times, and waits for it ${waiting} times`] : []),
    ...(mustGo && waiting + revoked === 0 ? [`lease ${id} is ${state}, and nothing revokes it`] : []),
  ];
}

/** The state of a request by that of its newest issuance; without one it is as it was decided. */
const BY_ISSUANCE: Readonly<Record<string, string>> = {
  started: 'issuing',
  succeeded: 'issued',
  failed: 'failed',
  unknown: 'unknown',
  withheld: 'unknown',
};

function problemsOfRequest({ words, issuancesOfRequest }: Index, { id, state }: Row): string[] {
  const issuances = issuancesOfRequest.get(id) ?? [];
  const last = (words.get(id) ?? []).at(-1);
  const issued = issuances.filter((issuance) => issuance['state'] === 'succeeded');
  const newest = BY_ISSUANCE[String(issuances.at(-1)?.['state'])];
  const lastWord = last && String(STATE_AFTER[last.type]?.(last));
  const right = newest === undefined ? [lastWord] : newest === 'failed' ? ['failed', lastWord] : [newest];
  return [
    ...(last !== undefined ? [] : [`request ${id} was never decided, as far as the log says`]),
    ...(issued.length <= 1 ? [] : [`request ${id} was issued ${issued.length} times`]),
    ...(right.includes(String(state)) ? [] : [`request ${id} is ${state}, and should be ${right.join(' or ')}`]),
  ];
}

/** Rows that no entry stands for, and that must lead to one that does. */
function problemsOfLeftovers({ rows, entries }: Books): string[] {
  const known = new Set(rows('SELECT id FROM issuances').map((row) => row['id']));
  const strange = entries.filter((entry) => 'issuance_id' in entry && !known.has(entry['issuance_id']));
  const spent = rows('SELECT id FROM grants WHERE (redeemed_at IS NULL) = (id IN (SELECT grant_id FROM issuances))');
  const sealed = rows(
    `SELECT request_id FROM sealed_answers WHERE request_id NOT IN (SELECT request_id FROM leases WHERE state = 'live')`,
  );
  return [
    ...strange.map((entry) => `entry ${entry.index} is of an issuance that the store does not have`),
    ...spent.map((row) => `grant ${row['id']} is spent without an issuance, or has one unspent`),
    ...sealed.map((row) => `request ${row['request_id']} has a sealed answer and no live lease`),
  ];
}

function problemsOfPolicies({ rows, entries }: Books): string[] {
  const [inForce] = rows('SELECT * FROM policy_in_force JOIN policy_sets USING (digest)');
  const changes = entries.filter((entry) => 'previous_digest' in entry);
  const sets = changes.map((entry) => entry['set_digest']).filter((set, at, all) => set !== all[at - 1]);
  const logged = new Map(
    changes.map((entry) => [entry['file'], entry['policy_digest'] ?? entry['organization_digest']]),
  );
  const members = JSON.parse(String(inForce?.['members'] ?? '[]')) as { file: string; digest: string }[];
  const strange = members.filter(({ file, digest }) => logged.get(file) !== digest);
  return [
    ...(sets.at(-1) === inForce?.['digest'] ? [] : ['the policy in force is not the one logged last']),
    ...(sets.length === inForce?.['sequence'] ? [] : [`${inForce?.['sequence']} policy sets, ${sets.length} logged`]),
    ...strange.map(({ file }) => `the document ${file} in force is not the one logged last`),
  ];
}

function problemsOfKeys({ rows, entries }: Books): string[] {
  const logged = entries.filter(({ type }) => type === 'key.created').map((entry) => entry['key_id']);
  const kept = rows('SELECT id FROM signing_keys').map((row) => row['id']);
  return logged.toSorted().join() === kept.toSorted().join() ? [] : ['the keys in the store are not those in the log'];
}
