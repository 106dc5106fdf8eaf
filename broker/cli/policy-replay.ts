// Decides every request on record again under other policies, with the subject, the time and the parameters that it had. What it
// could not be asked again is counted, not passed over. Reads the log piece by piece: memory stays the same however long it is.
import { ordinal } from '../../shared/ordinal.ts';
import type { Millis } from '../clock.ts';
import type { Ask, Decision, Standing, Subject } from '../model.ts';
import { evaluate } from '../policy/evaluate.ts';
import { explain, peopleWords } from '../policy/explain.ts';
import type { PolicySet } from '../policy/load-policy.ts';
import { type FactField, factsOnRecord } from '../requests/fact-fields.ts';
import type { LogEntryRow } from '../store/log-tables.ts';
import type { RequestRow } from '../store/requests.ts';
import type { StoreReader } from '../store/sqlite.ts';
import type { Tables } from '../store/store.ts';

/**
 * `breaks`: had it, would be refused. `waits`: had it at once, would wait for people. `unasked`: waited for people, would have it at
 * once. `passes`: was refused, would have it, or would have people asked.
 */
export type Change = 'breaks' | 'waits' | 'unasked' | 'passes';

/** One request that would be decided otherwise. */
export interface ChangedRequest {
  readonly change: Change;
  /** of the entry that tells what was decided */
  readonly index: number;
  readonly request_id: string;
  readonly time: string;
  readonly entitlement: string;
  /** why it would be refused, or by what it would be allowed */
  readonly reason: string;
  /** the old policy decides it so as well: it is not this change that makes the difference */
  readonly under_old: boolean;
}

export interface Replay {
  readonly decided: number;
  readonly broken: number;
  readonly waiting: number;
  readonly unasked: number;
  readonly passing: number;
  /** of those together */
  readonly under_old: number;
  /** requests whose subject is not kept any more */
  readonly erased: number;
  readonly changed: readonly ChangedRequest[];
  /** changed ones that are counted and not listed */
  readonly unlisted: number;
}

interface ReplayOptions {
  readonly old: PolicySet;
  readonly now: PolicySet;
  readonly since: Millis;
}

const COUNTED = { breaks: 'broken', waits: 'waiting', unasked: 'unasked', passes: 'passing' } as const;
const CHUNK = 256;
const MAX_LISTED = 1_000;

export async function replay(reader: StoreReader, options: ReplayOptions): Promise<Replay> {
  const tally = { decided: 0, broken: 0, waiting: 0, unasked: 0, passing: 0, under_old: 0, erased: 0, unlisted: 0 };
  const changed: ChangedRequest[] = [];
  const { size } = await reader.read((tx) => tx.log.head());
  const count = (outcome: Outcome): void => {
    if (outcome === 'erased') tally.erased += 1;
    else tally.decided += 1;
    if (typeof outcome === 'string') return;
    tally[COUNTED[outcome.change]] += 1;
    if (outcome.under_old) tally.under_old += 1;
    if (changed.length < MAX_LISTED) changed.push(outcome);
    else tally.unlisted += 1;
  };
  for (let start = 0; start < size; start += CHUNK) {
    const range = { start, end: Math.min(size, start + CHUNK) };
    // A snapshot each, so that the broker beside it can fold its write-ahead log in between.
    const outcomes = await reader.read((tx) => replayChunk(tx, { range, size, options }));
    outcomes.forEach(count);
  }
  return { ...tally, changed };
}

/** `same`: as it was decided then. */
type Outcome = 'same' | 'erased' | ChangedRequest;

interface Chunk {
  readonly range: { readonly start: number; readonly end: number };
  readonly size: number;
  readonly options: ReplayOptions;
}

async function replayChunk(tx: Tables, { range, size, options }: Chunk): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const entry of await tx.log.entries(range)) {
    if (!tells(entry) || entry.time < options.since || entry.request_id === null) continue;
    const said = await tx.log.entriesOfRequest(entry.request_id);
    if (tellingOf(said.filter((one) => one.entry_index < size)) !== entry.entry_index) continue;
    outcomes.push(outcomeOf(entry, await tx.requests.find(entry.request_id), options));
  }
  return outcomes;
}

const tells = ({ type }: LogEntryRow): boolean => type === 'request.decided' || type === 'request.pending';

/** A request that was decided more than once counts once: by its last permit, since that is what a job had, or by what came last. */
function tellingOf(entries: readonly LogEntryRow[]): number | undefined {
  const decided = entries.filter(tells);
  const permit = decided.findLast((entry) => saidOf(entry).decision === 'permit');
  return (permit ?? decided.at(-1))?.entry_index;
}

interface Said {
  /** left out where people were asked */
  readonly decision?: 'permit' | 'deny';
  readonly approvals?: readonly string[];
  readonly invocation_id?: string;
  readonly reasons?: readonly { readonly code: string }[];
  readonly facts?: readonly FactField[];
}

const saidOf = ({ leaf }: LogEntryRow): Said => JSON.parse(leaf) as Said;

/** What the policy says of a job, whatever people said then. */
type Answer = 'refused' | 'asked' | 'permitted';

function answerThen({ decision, approvals = [], invocation_id: invocation }: Said): Answer {
  if (decision === 'deny') return 'refused';
  return decision === 'permit' && approvals.length === 0 && invocation === undefined ? 'permitted' : 'asked';
}

function answerOf({ outcome }: Decision): Answer {
  if (outcome === 'approval') return 'asked';
  return outcome === 'permit' ? 'permitted' : 'refused';
}

function changeOf(then: Answer, now: Answer): Change | undefined {
  if (then === now) return undefined;
  if (now === 'refused') return 'breaks';
  if (then === 'refused') return 'passes';
  return now === 'asked' ? 'waits' : 'unasked';
}

function outcomeOf(entry: LogEntryRow, row: RequestRow | undefined, { old, now }: ReplayOptions): Outcome {
  const subject = row === undefined ? undefined : subjectOf(row.subject);
  if (row === undefined || subject === undefined) return 'erased';
  const said = saidOf(entry);
  const ask: Ask = {
    ...{ project: row.project, entitlement: row.entitlement, now: entry.time },
    ttl: ttlOf(row),
    standing: standingOf(said, row),
    // What was true then is what it is held against; what nobody asked then is not known.
    facts: factsOnRecord(said.facts ?? [], subject, row.project),
  };
  const decision = evaluate(now, subject, ask);
  const change = changeOf(answerThen(said), answerOf(decision));
  if (change === undefined) return 'same';
  return {
    change,
    index: entry.entry_index,
    request_id: row.id,
    time: new Date(entry.time).toISOString(),
    entitlement: `${row.project}/${row.entitlement}`,
    reason: reasonOf(decision, row),
    under_old: changeOf(answerThen(said), answerOf(evaluate(old, subject, ask))) === change,
  };
}

function reasonOf(decision: Decision, { project }: RequestRow): string {
  // The broker tells a stranger nothing; whoever changes the policy may know.
  if (decision.outcome === 'stranger') return `the project ${project} does not list its repository`;
  if (decision.outcome === 'deny') return explain(decision).summary;
  return `the ${ordinal(decision.rule)} rule allows it${decision.outcome === 'approval' ? `, after ${peopleWords(decision.terms)}` : ''}`;
}

/** Undefined where it was erased. */
function subjectOf(text: string): Subject | undefined {
  const value = parsed(text) as Partial<Subject> | null | undefined;
  const needed = [value?.issuer, value?.repositoryId, value?.eventName, value?.ref, value?.repository];
  return needed.every((one) => typeof one === 'string') ? (value as Subject) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ttlOf({ parameters }: RequestRow): number | undefined {
  const value = parsed(parameters);
  const [ttl] = Array.isArray(value) ? value : [];
  return typeof ttl === 'number' ? ttl : undefined;
}

/** What stood against it then stands against it now; what a job had already is known only where that was the reason. */
function standingOf({ reasons = [] }: Said, row: RequestRow): Standing {
  const codes = reasons.map(({ code }) => code);
  const kept = parsed(row.decision) as { reasons?: readonly { code: string; got?: string }[] } | undefined;
  const gotBy = (code: string): string | undefined => kept?.reasons?.find((one) => one.code === code)?.got;
  return {
    suspension: codes.includes('SUSPENDED') ? { reason: 'as it was then' } : undefined,
    issuedToJob: codes.includes('JOB_LIMIT_REACHED')
      ? Number(gotBy('JOB_LIMIT_REACHED') ?? Number.MAX_SAFE_INTEGER)
      : 0,
    // A longer session may let it pass now.
    firstIssuedAt: codes.includes('SESSION_ENDED')
      ? Date.parse(gotBy('SESSION_ENDED') ?? new Date(0).toISOString())
      : undefined,
  };
}
