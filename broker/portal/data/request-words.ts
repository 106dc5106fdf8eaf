// A request in words: its state, and what became of it in one sentence. Says "revoked" only where the lease says so (P8).
import type { RequestDetail, RequestList, RequestSummary } from '../../../shared/people-api.ts';
import type { State } from '../../../shared/state-marks.ts';
import { span } from '../../../shared/time-words.ts';

export function stateOf({ state, progress }: RequestSummary): State {
  if (state !== 'pending') return STATES[state];
  const whom = progress === undefined ? 'people' : plural(progress.needed - progress.approved, 'approval');
  return { name: 'waiting', word: `Waiting for ${whom}` };
}

/** The same of one whose approval is known: break-glass is no approval, also where it is as good as one. */
export function stateOfDetail(request: RequestDetail): State {
  const { state, approval } = request;
  if (state === 'approved' && approval?.state === 'invoked') return BREAK_GLASS_USED;
  if (state === 'pending' && approval?.by.length === 0) return { name: 'waiting', word: 'Waiting for break-glass' };
  return stateOf(request);
}

export const BREAK_GLASS_USED: State = { name: 'permitted', word: 'Break-glass used' };

const STATES: Readonly<Record<Exclude<RequestSummary['state'], 'pending'>, State>> = {
  denied: { name: 'refused', word: 'Refused' },
  approved: { name: 'approved', word: 'Approved' },
  rejected: { name: 'rejected', word: 'Rejected' },
  expired: { name: 'lapsed', word: 'Expired' },
  withdrawn: { name: 'withdrawn', word: 'Withdrawn' },
  void: { name: 'lapsed', word: 'Void' },
  granted: { name: 'permitted', word: 'Permitted' },
  issuing: { name: 'running', word: 'Being issued' },
  issued: { name: 'issued', word: 'Issued' },
  failed: { name: 'failed', word: 'Not issued' },
  unknown: { name: 'unknown', word: 'Unknown' },
};

/** What came of it, for whoever looks later. */
export const OUTCOMES: Readonly<Record<RequestSummary['state'], string>> = {
  pending: 'Nothing is issued before people decide.',
  denied: 'The policy refused it. Nothing was issued.',
  approved: 'The job goes on, and collects the credential.',
  rejected: 'Nothing was issued. Running the job again asks again.',
  expired: 'Nobody decided in time. Nothing was issued. Running the job again asks again.',
  withdrawn: 'It was taken back before it was decided. Nothing was issued.',
  void: 'The policy changed while it waited. Nothing was issued. Running the job again asks again.',
  granted: 'The policy permits it. Nothing is issued yet.',
  issuing: 'The system that issues it was asked, and has not answered yet.',
  issued: 'The job got the credential.',
  failed: 'The system that issues it refused, so the job got nothing.',
  unknown: 'The outcome was lost, and nothing was handed to the job. The job can ask anew.',
};

/** What remains of the credential now: "revoked" only where the log has it, and the end that counts is the other side's. */
export function leaseState({ lease, timeline }: RequestDetail, now: number): State | undefined {
  if (lease === undefined) return undefined;
  if (timeline.some(({ type }) => type === 'lease.revoked')) return { name: 'revoked', word: 'Revoked' };
  if (lease.dies_at !== null && Date.parse(lease.dies_at) <= now) return { name: 'dies', word: 'Died' };
  if (lease.revocation === 'immediate')
    return lease.state === 'live'
      ? { name: 'revocable', word: 'Can be revoked' }
      : { name: 'running', word: 'Not yet revoked' };
  return lease.dies_at === null ? { name: 'never', word: 'Never dies' } : { name: 'dies', word: 'Still lives' };
}

/** `main`, `tag v1.2`, `pull request 4131`; whole where it is something else. */
export function refWords(ref: string): { readonly kind: string; readonly name: string } {
  const [, kind, name] = /^refs\/(heads|tags|pull)\/(.*)$/s.exec(ref) ?? [];
  if (kind === 'heads') return { kind: 'branch', name: name ?? '' };
  if (kind === 'tags') return { kind: 'tag', name: name ?? '' };
  return kind === 'pull' ? { kind: 'pull request', name: name ?? '' } : { kind: 'ref', name: ref };
}

export function ttlWords(ttl: number | null | undefined): string {
  if (ttl === undefined) return 'as its policy says';
  return ttl === null ? 'without an end' : span(ttl * 1000);
}

/** A digest in fours. */
export const inFours = (digest: string): string => digest.match(/.{1,4}/g)?.join(' ') ?? digest;

/** How many wait: of a long list only that there are more. */
export const howMany = ({ requests, next }: RequestList): string =>
  `${requests.length}${next === undefined ? '' : '+'}`;

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** As the beginning of a sentence. */
export const begun = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

export const anyOf = (all: readonly string[]): string =>
  all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
