// What a running broker finds out for `doctor` with a decoy, and how the newest issuance ended. A broker that does not run shows none:
// its keys are its own to use, and only its log can have on record what is shown to whom.
import { type DecoyShown, decoySchema } from '../open/decoys.ts';
import { subjectOf } from '../providers/own-token.ts';
import type { Transaction } from '../store/store.ts';
import { askControl, NotRunning, understood } from './ask-control.ts';
import type { Check, Patient } from './doctor-checks.ts';
import { trustCommandFor } from './trust.ts';

const WHAT = 'whether the other side trusts the broker';

/** @throws Error where a broker runs and does not show it */
export async function decoyCheck({ config, entitlement }: Omit<Patient, 'keys'>): Promise<Check> {
  const scope = `${entitlement.project}/${entitlement.name}`;
  try {
    const answer = await askControl(config.store.path, 'POST /decoys', { body: { entitlement: scope } });
    return checkOf(understood(decoySchema, answer), { config, entitlement });
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
    const next = 'start it and ask again: it shows the other side a decoy, and has that on record';
    return { what: WHAT, ok: null, found: `not tried: ${error.message}`, next };
  }
}

function checkOf(answer: DecoyShown, { config, entitlement }: Omit<Patient, 'keys'>): Check {
  if (answer.outcome === 'not-shown') return { what: WHAT, ok: null, found: `not tried: ${answer.found}` };
  const { id, system, target, audience, outcome, next, lives_until: end } = answer;
  const left = end === undefined ? '' : `. Nobody was handed what may have come of it; it dies by itself by ${end}`;
  const check = { found: `${answer.found}${left}. On record as ${id}`, ...(next === undefined ? {} : { next }) };
  switch (outcome) {
    case 'subject-refused': {
      const must = `it must take the issuer ${config.issuer}, the audience ${audience} and the subject ${subjectOf({ project: entitlement.project, entitlement: entitlement.name })}, as \`${trustCommandFor(entitlement)}\` prints them`;
      return { what: `${system} refuses a subject that no job has, for ${target}`, ok: true, ...check, next: must };
    }
    case 'refused':
      return { what: `${system} looks at the subject of a token, for ${target}`, ok: false, ...check };
    case 'accepted':
      return { what: `${system} TRUSTS SUBJECTS THAT NO JOB HAS, for ${target}`, ok: false, ...check };
    case 'refused-without-reason':
      return { what: `${system} refuses a subject that no job has, for ${target}`, ok: null, ...check };
    case 'unclear':
      return { what: `${system} answers a token with a subject that no job has, for ${target}`, ok: false, ...check };
  }
}

/** From the rows and the log; none where nothing was issued yet. */
export async function newestIssuance(
  tx: Transaction,
  { entitlement }: Pick<Patient, 'entitlement'>,
): Promise<readonly Check[]> {
  const { project, name } = entitlement;
  const row = await tx.issuances.newestOf({ project, entitlement: name });
  if (row === undefined) return [];
  const leaves = (await tx.log.entriesOfRequest(row.request_id)).map(({ leaf }) => JSON.parse(leaf) as Leaf);
  const last = leaves.findLast(({ type, issuance_id: id }) => id === row.id && OUTCOMES[type] !== undefined);
  const said = last === undefined ? undefined : OUTCOMES[last.type];
  const found =
    last === undefined || said === undefined
      ? 'it has not ended yet'
      : `${said} at ${last.time}${last.reason === undefined ? '' : `: ${last.reason}`}`;
  const next = last === undefined || last.type === 'issuance.succeeded' ? {} : { next: whereTheWordsAre(row.id) };
  return [{ what: `the newest issuance for a job, ${row.id}`, ok: null, found, ...next }];
}

/** The log has none of them: they are the other side's, and may name anything. */
const whereTheWordsAre = (issuance: string): string =>
  `the log of that job has the words of the other side, and what to do; where its repository is public, only what the broker itself wrote then has them. \`buildpass log show --request ${issuance}\` says which job it was`;

interface Leaf {
  readonly type: string;
  readonly time: string;
  readonly issuance_id?: string;
  readonly reason?: string;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  'issuance.succeeded': 'it succeeded',
  'issuance.failed': 'it failed',
  'issuance.unknown': 'its outcome is unknown since it was given up',
  'issuance.withheld': 'its credential was withheld',
};
