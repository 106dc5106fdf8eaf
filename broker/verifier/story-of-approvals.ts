// Approvals as the entries tell them: what people were asked, what each of them said, and which requests spent what they agreed
// to. Every part of a long log needs them, since one approval may be good for several requests; they are as many as people decide.
import type { Said } from './check-entry.ts';
import { asExpected, Contradiction, columnOf, type ExpectedRow, type ExpectedRows, textOf, timeOf } from './story.ts';

export class StoryOfApprovals {
  readonly #rows: ExpectedRows;
  /** how many agreed, by approval */
  readonly #agreed = new Map<string, number>();
  /** the approval that an invocation stands in the place of */
  readonly #invocations = new Map<string, string>();

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'request.pending': (said) => this.#asked(said),
    'request.withdrawn': (said) => this.#withdrawn(said),
    'request.decided': (said) => this.#spent(said),
    'approval.verdict': (said) => this.#verdict(said),
    'break-glass.invoked': (said) => this.#invoked(said),
    'approval.expired': (said) => this.#ended(said, 'expired'),
    'approval.void': (said) => this.#ended(said, 'void'),
  };

  constructor(rows: ExpectedRows) {
    this.#rows = rows;
  }

  #asked(said: Said): void {
    const [id, requestId] = [textOf(said, 'approval_id'), textOf(said, 'request_id')];
    const known = this.#rows.approvals.get(id);
    if (known === undefined) this.#rows.approvals.set(id, opened(said, id));
    else asExpected(known, { binding: textOf(said, 'binding'), needed: columnOf(said, 'needed'), state: 'pending' });
    this.#link(said, requestId, id);
  }

  #link(said: Said, requestId: string, approvalId: string): ExpectedRow {
    const row: ExpectedRow = {
      by: said.index,
      values: { request_id: requestId, approval_id: approvalId, used_at: null },
    };
    this.#rows.approval_requests.set(requestId, row);
    return row;
  }

  #verdict(said: Said): void {
    const approval = this.#approvalOf(said);
    const [id, approver, verdict] = [textOf(said, 'approval_id'), textOf(said, 'approver'), textOf(said, 'verdict')];
    asExpected(approval, { state: 'pending', binding: textOf(said, 'binding') });
    const key = `${id} ${approver}`;
    if (this.#rows.verdicts.has(key)) throw new Contradiction(`${approver} had given a verdict on ${id} before`);
    this.#rows.verdicts.set(key, {
      by: said.index,
      values: { approval_id: id, principal: approver, verdict, at: said.time },
    });
    const agreed = (this.#agreed.get(id) ?? 0) + (verdict === 'approve' ? 1 : 0);
    this.#agreed.set(id, agreed);
    const state = stateAfter(verdict, agreed >= Number(approval.values['needed']));
    if (state !== textOf(said, 'approval'))
      throw new Contradiction(`it makes ${id} ${textOf(said, 'approval')}, and it is ${state}`);
    if (state !== 'pending') this.#settle(said, approval, { state, expires_at: timeOf(said, 'expires_at') });
  }

  #invoked(said: Said): void {
    const approval = this.#approvalOf(said);
    asExpected(approval, { state: 'pending', binding: textOf(said, 'binding') });
    this.#invocations.set(textOf(said, 'invocation_id'), textOf(said, 'approval_id'));
    this.#settle(said, approval, { state: 'invoked', expires_at: timeOf(said, 'expires_at') });
  }

  #withdrawn(said: Said): void {
    const id = textOf(said, 'approval_id');
    if (said.fields['approval_ended'] !== true) return;
    this.#ended(said, 'withdrawn', id);
  }

  #ended(said: Said, state: 'expired' | 'void' | 'withdrawn', id = textOf(said, 'approval_id')): void {
    const approval = this.#find(id);
    if (!['pending', 'approved', 'invoked'].includes(String(approval.values['state'])))
      throw new Contradiction(`it ends ${id}, which was ${approval.values['state']}`);
    this.#settle(said, approval, { state });
  }

  #settle({ index, time }: Said, row: ExpectedRow, values: ExpectedRow['values']): void {
    row.by = index;
    Object.assign(row.values, values, { decided_at: time });
  }

  /** A permit that names approvals, or an invocation, stands on them: they must have been given, for this very thing, and not be used up. */
  #spent(said: Said): void {
    const { approvals = [], invocation_id: invocation } = said.fields;
    if (!Array.isArray(approvals)) throw new Contradiction('its approvals are no list');
    for (const id of approvals.map(String)) this.#spendOn(said, id, 'approved');
    if (invocation === undefined) return;
    const invoked = this.#invocations.get(String(invocation));
    if (invoked === undefined) throw new Contradiction(`it stands on ${String(invocation)}, which nobody invoked`);
    this.#spendOn(said, invoked, 'invoked');
  }

  #spendOn(said: Said, id: string, state: 'approved' | 'invoked'): void {
    const requestId = textOf(said, 'request_id');
    const approval = asExpected(this.#find(id), {
      state,
      project: textOf(said, 'project'),
      entitlement: textOf(said, 'entitlement'),
    });
    const own = this.#rows.approval_requests.get(requestId);
    const link = own ?? this.#link(said, requestId, id);
    if (link.values['approval_id'] !== id) throw new Contradiction(`it stands on ${id}, and waited for another`);
    // What it may renew, and for how long, is told by story-of-renewals.ts.
    if (link.values['used_at'] !== null || said.fields['renews'] !== undefined) return;
    const used = Number(approval.values['used']) + 1;
    if (used > Number(approval.values['issuances'])) throw new Contradiction(`the approval ${id} was used up before`);
    approval.by = said.index;
    approval.values['used'] = used;
    link.by = said.index;
    link.values['used_at'] = said.time;
  }

  #approvalOf(said: Said): ExpectedRow {
    return asExpected(this.#find(textOf(said, 'approval_id')), {
      request_id: textOf(said, 'request_id'),
      project: textOf(said, 'project'),
      entitlement: textOf(said, 'entitlement'),
    });
  }

  #find(id: string): ExpectedRow {
    const row = this.#rows.approvals.get(id);
    if (row === undefined) throw new Contradiction(`it speaks of the approval ${id}, which nobody was asked for`);
    return row;
  }
}

const stateAfter = (verdict: string, enough: boolean): string => {
  if (verdict === 'reject') return 'rejected';
  return enough ? 'approved' : 'pending';
};

const opened = (said: Said, id: string): ExpectedRow => ({
  by: said.index,
  values: {
    id,
    request_id: textOf(said, 'request_id'),
    project: textOf(said, 'project'),
    entitlement: textOf(said, 'entitlement'),
    binding: textOf(said, 'binding'),
    state: 'pending',
    needed: columnOf(said, 'needed'),
    issuances: columnOf(said, 'issuances'),
    used: 0,
    created_at: said.time,
    expires_at: timeOf(said, 'expires_at'),
    decided_at: null,
  },
});
