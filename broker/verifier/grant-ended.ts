// Grants that were ended while something was being issued on them: what follows must not be a credential that somebody has.
import type { Said } from './check-entry.ts';
import { Contradiction, columnOf, type ExpectedRow, type ExpectedRows, textOf } from './story.ts';

/** @throws Contradiction where nothing was under way on it: it was neither open nor still to be spent */
export function endGrant(rows: ExpectedRows, said: Said): void {
  const [id, requestId] = [textOf(said, 'grant_id'), textOf(said, 'request_id')];
  const grant = rows.grants.get(id);
  if (grant === undefined || grant.values['request_id'] !== requestId)
    throw new Contradiction(`it speaks of the grant ${id}, which no entry before made for ${requestId}`);
  refuseEnded(grant);
  const { redeemed_at: redeemed, issuance_id: issuance } = grant.values;
  if (redeemed !== null && rows.issuances.get(String(issuance))?.values['state'] !== 'started')
    throw new Contradiction(`it ends the grant ${id}, and nothing was under way on it`);
  grant.by = said.index;
  grant.values['ended_by'] = columnOf(said, 'revocation_id') ?? textOf(said, 'because');
}

export function refuseEnded({ values }: ExpectedRow): void {
  if (values['ended_by'] !== null)
    throw new Contradiction(`the grant ${values['id']} was ended before, by ${values['ended_by']}`);
}
