// What the entry of a decision says of the ask, and what of it is personal.
import { requestDetails } from '../../shared/log-digests.ts';
import { requesterFields, subjectFields } from '../log/entry.ts';
import type { RequestRow } from '../store/requests.ts';
import type { AskContext } from './ask-context.ts';
import { factFields, startedAgainBy, writtenBy } from './fact-fields.ts';

export function decidedFields(context: AskContext, row: RequestRow) {
  const { project, entitlement } = context.request;
  return {
    request_id: row.id,
    project,
    entitlement,
    ...subjectFields(context.subject),
    policy_digest: row.policy_digest,
    organization_digest: context.policies.organizationDigest ?? null,
    facts: factFields(context.facts, context.policies.commit),
  };
}

export function personalFields(
  { subject, request, facts }: AskContext,
  row: RequestRow,
): Record<string, string | undefined> {
  const { reason, ticket, assistedBy: assisted_by } = request;
  return {
    ...requesterFields(subject),
    ...startedAgainBy(subject, facts),
    ...writtenBy(facts),
    reason,
    ticket,
    assisted_by,
    details: requestDetails(row),
  };
}
