// Permits, on record, and goes as far in the same transaction as nothing leaves the broker. Where the provider signs here at once it
// has the decision, the grant that is made and spent, the issuance and its lease; where another system will be asked, it has all up to
// `issuance.started`. Where somebody else holds the key, the grant waits, to be spent by issuance/issue.ts.
import { spend } from '../approvals/approval-desk.ts';
import { abandon } from '../approvals/endings.ts';
import { issueNow, recordIssuedNow } from '../issuance/issue-now.ts';
import { recordStarted } from '../issuance/steps.ts';
import { isoTime } from '../log/entry.ts';
import type { Permit } from '../model.ts';
import { explain } from '../policy/explain.ts';
import type { GrantRow } from '../store/grants.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import type { AskContext } from './ask-context.ts';
import type { DecideDeps, Permitted } from './decided.ts';
import { decidedFields, personalFields } from './decided-fields.ts';
import { grantedAs, newGrant, saveGrant, standsOn } from './grant.ts';
import { requestRow, saveDecision } from './request-row.ts';

interface Permitting {
  readonly context: AskContext;
  readonly permit: Permit;
}

export async function recordPermit(deps: DecideDeps, tx: Transaction, permitting: Permitting): Promise<Permitted> {
  const { context, permit } = permitting;
  const decision = { outcome: 'permit', rule: permit.rule, summary: explain(permit).summary };
  const row = await requestRow(deps, tx, { context, state: 'granted', policyDigest: permit.project.digest, decision });
  const parts = { request: row, context, permit };
  const grant = newGrant(deps, tx, parts);
  const granted = grantedAs(tx, grant, parts);
  // Written once, as it is at the end: the entries tell the steps.
  const spentAs = (state: 'issued' | 'issuing'): Recording => ({
    ...permitting,
    row: { ...row, state },
    grant: { ...grant, redeemed_at: tx.now },
  });
  const issuing = issueNow(deps, granted, context.request.requestSecret);
  if (issuing !== undefined) {
    await recordDecided(deps, tx, spentAs('issued'));
    return { outcome: 'issued', granted, recorded: await recordIssuedNow(deps, tx, issuing) };
  }
  const provider = deps.providers.get(granted.credential.kind);
  if (provider?.acts === 'upstream') {
    await recordDecided(deps, tx, spentAs('issuing'));
    await recordStarted(deps, tx, { granted, provider });
    return { outcome: 'started', granted };
  }
  await recordDecided(deps, tx, { ...permitting, row, grant });
  return { outcome: 'granted', granted };
}

type Recording = Permitting & { readonly row: RequestRow; readonly grant: GrantRow };

async function recordDecided(deps: DecideDeps, tx: Transaction, recording: Recording): Promise<void> {
  const { context, permit, row, grant } = recording;
  await saveDecision(tx, context, row);
  if (permit.approved !== undefined) await spend(tx, permit.approved, row.id);
  else if (context.known !== undefined) await abandon(deps, tx, context.known);
  await saveGrant(tx, context, grant);
  const { rule, ttl, id: grant_id, expires_at: lapses } = grant;
  await deps.append(tx, {
    type: 'request.decided',
    fields: {
      ...decidedFields(context, row),
      ...{ decision: 'permit', rule, ttl, grant_id, grant_expires_at: isoTime(lapses) },
      ...(permit.approved && decidedOn(permit)),
      ...renewed(permit),
    },
    personal: personalFields(context, row),
  });
}

/** What the permit stands on, as its entry names it. */
function decidedOn(permit: Permit): { approvals: string[] } | { invocation_id: string } {
  const { approvals, invocation } = standsOn(permit);
  return invocation === undefined ? { approvals: [...approvals] } : { invocation_id: invocation };
}

function renewed({ approved }: Permit): { renews?: string; session_ends_at?: string } {
  const renewal = approved?.renewal;
  return renewal === undefined ? {} : { renews: renewal.renews, session_ends_at: isoTime(renewal.until) };
}
