// Leases, and what an order is about to be of, in words. What is counted before the act comes from a list, which may be longer than
// what was read of it: then it is said so, and the broker's own count follows after the act.
import type { LeaseList, LeaseSummary, Pause, Revocation } from '../../../shared/access-api.ts';
import type { State } from '../../../shared/state-marks.ts';
import { plural } from '../data/request-words.ts';
import type { Scope, Target } from './access-route.ts';

/** Of each scope: the choice, what its field is called, and what is typed there. */
export const SCOPES: Readonly<Record<Scope, readonly [choice: string, field: string, hint: string]>> = {
  lease: ['One lease', 'Lease', 'Its id, which begins with lse_.'],
  commit: ['A commit', 'Commit', 'The whole hash, in lower case.'],
  repository: ['A repository', 'Repository', 'ISSUER/ID, as in github/2001.'],
  'called-workflow': ['A called workflow', 'Called workflow', 'OWNER/REPOSITORY/PATH@REF, as in job_workflow_ref.'],
  principal: ['A person', 'Principal', 'Their id, which begins with prn_. Each lease names it.'],
  entitlement: ['An entitlement', 'Entitlement', 'PROJECT/ENTITLEMENT, as in the catalog.'],
  project: ['A project', 'Project', 'Its name, as in the catalog.'],
  everything: ['Everything', '', ''],
};

/** The broker’s own sentence names the command line alone. */
export const confirmedWhere = (order: Revocation | undefined): string | undefined =>
  order !== undefined && order.credentials.to_be_revoked > 0
    ? 'The leases on this page say what is confirmed, too.'
    : undefined;

/** As the broker takes it. */
export const bodyOf = ({ scope, target }: Target): object => (scope === 'everything' ? { scope } : { scope, target });

/** Whether this person proposed it, so that somebody else has to confirm. */
export const isBy = (resume: Pause['resume'], principal: string): boolean => resume?.by.principal === principal;

/** What somebody is about to name: `everything`, `the called workflow` before its name. */
export const scopeWords = (scope: Scope): string =>
  scope === 'everything' ? scope : `the ${scope.replaceAll('-', ' ')}`;

/** Whether an order would make the other side revoke its credential now. */
export const canRevoke = ({ state, credential }: LeaseSummary): boolean =>
  state === 'live' && credential.revocation === 'immediate' && ['usable', 'never-dies'].includes(credential.standing);

/** @param clock a time as this page shows it */
export function standingState(lease: LeaseSummary, clock: (moment: number) => string): State {
  const { standing, dies_at: dies } = lease.credential;
  if (canRevoke(lease)) return { name: 'revocable', word: 'Can be revoked' };
  if (standing === 'usable' && dies !== null) return { name: 'dies', word: `Dies at ${clock(Date.parse(dies))}` };
  return STANDINGS[standing];
}

const STANDINGS: Readonly<Record<LeaseSummary['credential']['standing'], State>> = {
  usable: { name: 'never', word: 'Never dies' },
  'never-dies': { name: 'never', word: 'Never dies' },
  'being-revoked': { name: 'running', word: 'Being revoked' },
  'revocation-failing': { name: 'failed', word: 'Could not be revoked' },
  revoked: { name: 'revoked', word: 'Revoked' },
  died: { name: 'dies', word: 'Died' },
};

/** The same thing of one of its jobs, to be named instead of the lease. */
export function targetFrom(lease: LeaseSummary, scope: Scope): string {
  const { id, project, entitlement, job, principal } = lease;
  return {
    ...{ lease: id, commit: job.sha, repository: `${job.issuer}/${job.repository_id}`, principal: principal ?? '' },
    ...{ 'called-workflow': job.job_workflow_ref, entitlement: `${project}/${entitlement}`, project, everything: '' },
  }[scope];
}

/** What is live of something, as far as it was read. */
export interface Outlook {
  readonly live: number;
  /** there may be more */
  readonly more: boolean;
  readonly revocable: number;
  readonly dying: number;
  readonly lastEnd: number | undefined;
  readonly endless: number;
}

/** @param list live leases of what is named */
export function outlookOf({ leases, next }: LeaseList): Outlook {
  const revocable = leases.filter(canRevoke);
  const left = leases.filter((lease) => !canRevoke(lease));
  const dying = left.filter(({ credential }) => credential.standing === 'usable');
  const ends = dying.flatMap(({ credential: { dies_at: dies } }) => (dies === null ? [] : [Date.parse(dies)]));
  return {
    ...{ live: leases.length, more: next !== undefined },
    ...{ revocable: revocable.length, dying: dying.length },
    lastEnd: ends.length === 0 ? undefined : Math.max(...ends),
    endless: left.filter(({ credential }) => credential.standing === 'never-dies').length,
  };
}

/** @param clock a time as this page shows it */
export function outlookWords({ live, more, ...outlook }: Outlook, clock: (moment: number) => string): string {
  if (live === 0 && more) return 'None is among the newest live leases. There may be older ones.';
  if (live === 0) return 'No lease of it is live now.';
  const { revocable, dying, lastEnd, endless } = outlook;
  const parts = [
    ...(revocable > 0 ? [`${revocable} can be revoked`] : []),
    ...(lastEnd === undefined ? [] : [`${dying} can’t, and ${dying === 1 ? 'dies' : 'die'} by ${clock(lastEnd)}`]),
    ...(endless > 0 ? [`${endless} can’t, and never ${endless === 1 ? 'dies' : 'die'}`] : []),
  ];
  const count = plural(live, 'live lease');
  return `${more ? `At least ${count}` : count} now${parts.length === 0 ? '' : `: ${parts.join('; ')}`}.`;
}
