// Sessions of a person's command line. They read what the person may read and take back the person's own requests: the routes
// that take one are named in http/person.ts, and no other does. One begins where the person said so in a browser, has the teams
// that this browser's session was told, no token of a provider, and never lasts longer than that session may.
import { type Millis, newId } from '../clock.ts';
import type { Append } from '../log/append.ts';
import { type EntryFields, isoTime } from '../log/entry.ts';
import type { SessionRow } from '../store/schema.ts';
import type { Transaction } from '../store/store.ts';
import type { Allowed } from './device-logins.ts';
import { hashToken, parseProofs } from './proofs.ts';
import { describe, isOver, type LiveSession, newToken, type SessionDeps } from './sessions.ts';

const LONGEST_MS: Millis = 8 * 3_600_000;
/** Not of the alphabet of a request's secret, and no JWT: which of the three a bearer is shows in its form. */
const PREFIX = 'buildpass-cli.';
const FORM = /^buildpass-cli\.[\w-]{43}$/;

export const isCommandLineToken = (bearer: string): boolean => FORM.test(bearer);

/** When a command line's session ends that is allowed now in a session that ends then. */
export const commandLineEnd = (now: Millis, browserEnds: Millis): Millis => Math.min(now + LONGEST_MS, browserEnds);

export interface BegunCommandLine {
  readonly token: string;
  readonly person: LiveSession;
}

/**
 * Starts a session for the command line that the person of a browser's session allowed.
 * @returns undefined where they signed out since
 */
export async function beginCommandLine(
  deps: SessionDeps & { readonly append: Append },
  { session, stepUp }: Allowed,
): Promise<BegunCommandLine | undefined> {
  const token = `${PREFIX}${newToken(deps.entropy)}`;
  const person = await deps.store.commit(async (tx) => {
    const browser = await tx.sessions.byId(session);
    if (browser === undefined || isOver(browser, tx.now)) return undefined;
    const row = rowOf(browser, { id: newId('ses', deps.entropy), token, now: tx.now });
    await tx.sessions.insert(row);
    const person = await describe(deps, tx, row);
    await deps.append(tx, {
      type: 'command_line.allowed',
      fields: {
        ...{ principal: person.principal, session_id: row.id },
        ...{ step_up: stepUp ?? 'none', ends_at: isoTime(row.ends_at) },
      },
    });
    return person;
  });
  return person && { token, person };
}

function rowOf(browser: SessionRow, { id, token, now }: { id: string; token: string; now: Millis }): SessionRow {
  const proofs = Object.entries(parseProofs(browser.proofs)).map(([name, { token: _token, ...said }]) => [name, said]);
  return {
    ...{ token_hash: hashToken(token), id, kind: 'command-line' },
    ...{
      principal_id: browser.principal_id,
      provider: browser.provider,
      proofs: JSON.stringify(Object.fromEntries(proofs)),
    },
    ...{ started_at: now, seen_at: now, ends_at: commandLineEnd(now, browser.ends_at) },
    // It steps up nowhere.
    ...{ stepped_up_at: null, step_up_method: null, challenge: null },
  };
}

export interface EndingDeps extends Pick<SessionDeps, 'store'> {
  readonly append: Append;
}

/** Ends a command line's session for whoever shows its token; nobody learns whether there was one (RFC 7009 §2.2). */
export async function endByToken(deps: EndingDeps, token: string): Promise<void> {
  const row = await deps.store.read((tx) => tx.sessions.find(hashToken(token)));
  if (row?.kind === 'command-line') await deps.store.commit((tx) => end(deps, tx, { row, by: 'command-line' }));
}

/** Ends one of a person's command lines; false where they have no such one, or not any more. */
export const endOnPage = (deps: EndingDeps, { id, principal }: { id: string; principal: string }): Promise<boolean> =>
  deps.store.commit(async (tx) => {
    const row = (await tx.sessions.commandLinesOf(principal)).find((one) => one.id === id);
    return row !== undefined && end(deps, tx, { row, by: 'page' });
  });

/** Ends every session of a person, in browsers and of command lines. */
export const endEverywhere = (deps: EndingDeps, principal: string): Promise<unknown> =>
  deps.store.commit(async (tx) => {
    for (const row of await tx.sessions.commandLinesOf(principal))
      await end(deps, tx, { row, by: 'sign-out-everywhere' });
    return tx.sessions.endAllOf(principal);
  });

interface Ending {
  readonly row: SessionRow;
  readonly by: EntryFields<'command_line.ended'>['by'];
}

/** On record where somebody ended it, once: what its time ended is nobody's doing. */
async function end({ append }: EndingDeps, tx: Transaction, { row, by }: Ending): Promise<boolean> {
  const { id: session_id, principal_id: principal } = row;
  if (!(await tx.sessions.endCommandLine(session_id, principal)) || isOver(row, tx.now)) return false;
  await append(tx, { type: 'command_line.ended', fields: { principal, session_id, by } });
  return true;
}
