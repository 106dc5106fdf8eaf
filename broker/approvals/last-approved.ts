// What was approved last of the same entitlement, and what is different now: most verdicts are decided by that.
import type { RequestDetail } from '../../shared/people-api.ts';
import { isoTime } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { approvers } from './approval.ts';
import type { WebOf } from './request-summary.ts';
import { saidOn } from './said.ts';

export async function lastApproved(
  tx: Transaction,
  row: RequestRow,
  webOf: WebOf,
): Promise<Pick<RequestDetail, 'last_approved'>> {
  const { project, entitlement } = row;
  const own = await tx.approvals.ofRequest(row.id);
  const before = await tx.approvals.lastApproved({ project, entitlement, except: own?.id ?? '' });
  const request = before === undefined ? undefined : await tx.requests.find(before.request_id);
  if (before === undefined || request === undefined) return {};
  const [then, now] = [request, row].map(({ subject }) => JSON.parse(subject) as Subject) as [Subject, Subject];
  const changed: Changes = [
    ...changes(then, now),
    ...(own?.entitlement_digest === before.entitlement_digest ? [] : [POLICY_CHANGED]),
  ];
  const web = webOf(now.issuer);
  const compare =
    web === undefined || then.repositoryId !== now.repositoryId || then.sha === now.sha
      ? undefined
      : `${web}/${now.repository}/compare/${encodeURIComponent(then.sha)}...${encodeURIComponent(now.sha)}`;
  return {
    last_approved: {
      request_id: request.id,
      at: isoTime(before.decided_at ?? before.created_at),
      sha: then.sha,
      by: [...approvers(await tx.approvals.verdictsOn(before.id))],
      names: await namesOf(tx, request.id),
      changed: changed.map(({ what }) => what),
      changes: changed,
      ...(compare === undefined ? {} : { compare_url: compare }),
    },
  };
}

async function namesOf(tx: Transaction, requestId: string): Promise<string[]> {
  const said = await saidOn(tx, requestId);
  return said.flatMap(({ verdict, name }) => (verdict === 'approve' && name !== undefined ? [name] : []));
}

type Changes = NonNullable<RequestDetail['last_approved']>['changes'];

const POLICY_CHANGED = { what: 'What the policy says of this entitlement' };

const COMPARED: readonly (readonly [what: string, of: (subject: Subject) => string | undefined])[] = [
  ['The commit', ({ sha }) => sha],
  ['The branch or tag', ({ ref }) => ref],
  ['The workflow file', ({ workflowRef }) => workflowRef.split('@')[0]],
  ['The environment', ({ environment }) => environment],
  ['The repository', ({ repositoryId }) => repositoryId],
  ['The event', ({ eventName }) => eventName],
  ['Who started it', ({ actorId }) => actorId],
];

const changes = (then: Subject, now: Subject): Changes =>
  COMPARED.flatMap(([what, of]) => {
    const [before, after] = [of(then), of(now)];
    if (before === after) return [];
    return [{ what, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { now: after }) }];
  });
