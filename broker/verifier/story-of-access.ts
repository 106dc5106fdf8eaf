// What security does to access as the entries tell it: what is paused and by whom, who proposed to resume and who confirmed, orders
// of revocation with how many leases each has ended. One who resumes alone what needs two does not follow, unless it says so.
import type { Said } from './check-entry.ts';
import { Contradiction, columnOf, type ExpectedRow, type ExpectedRows, textOf, timeOf } from './story.ts';

const CONFIRMED_WITHIN_MS = 3_600_000;

export class StoryOfAccess {
  readonly #rows: ExpectedRows;
  /** principals that were merged, and into which */
  readonly #merged = new Map<string, string>();
  /** credentials that were being made when an order was given, of which no entry has spoken yet */
  readonly #underWay = new Map<string, number>();
  /** resets of passkeys that wait for a second person: by whom, and when it was proposed */
  readonly #resets = new Map<string, { readonly by: string | null; readonly at: number }>();

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'access.paused': (said) => this.#paused(said),
    'access.resume_proposed': (said) => this.#proposed(said),
    'access.resumed': (said) => this.#resumed(said),
    'access.revocation_ordered': (said) => this.#ordered(said),
    'access.revocation_finished': (said) => this.#finished(said),
    'lease.ended': (said) => this.#ended(said),
    'grant.ended': (said) => this.#grantEnded(said),
    'passkey.reset_proposed': (said) => this.#resetProposed(said),
    'passkey.reset': (said) => this.#reset(said),
    'identity.linked': (said) => this.#linked(said),
  };

  constructor(rows: ExpectedRows) {
    this.#rows = rows;
  }

  #paused(said: Said): void {
    const id = textOf(said, 'pause_id');
    if (this.#rows.suspensions.has(id)) throw new Contradiction(`it makes the pause ${id} a second time`);
    const nobodyYet = { resume_by: null, resume_at: null, resume_reason: null };
    const values = { id, ...aim(said), ...reasonAs('reason', said), since: said.time, paused_by: whoOf(said) };
    this.#rows.suspensions.set(id, { by: said.index, values: { ...values, ...nobodyYet } });
  }

  #proposed(said: Said): void {
    const row = this.#pauseOf(said);
    const { resume_at: before, ...values } = row.values;
    if (said.time + CONFIRMED_WITHIN_MS !== timeOf(said, 'ends_at'))
      throw new Contradiction('what it proposes may be confirmed for another time than an hour');
    if (before !== null && said.time < Number(before) + CONFIRMED_WITHIN_MS)
      throw new Contradiction(`it proposes to resume ${values['id']}, and somebody else had`);
    delete values['resume_reason'];
    row.by = said.index;
    const proposal = { resume_by: whoOf(said), resume_at: said.time, ...reasonAs('resume_reason', said) };
    row.values = { ...values, ...proposal };
  }

  #resumed(said: Said): void {
    const { values } = this.#pauseOf(said);
    const [second, { resume_by: first, resume_at: at }] = [whoOf(said), values];
    if (values['scope'] === 'principal' && second !== null && this.#isSame(second, String(values['target'])))
      throw new Contradiction(`${second} resumes their own access`);
    if (said.fields['alone'] === true) {
      if (second !== null) throw new Contradiction(`${second} resumes alone, which only an operator may`);
    } else if (at === null || at === undefined || said.time >= Number(at) + CONFIRMED_WITHIN_MS)
      throw new Contradiction(`it resumes ${values['id']}, and nobody had proposed that within the hour before`);
    else if (this.#isSame(first as string | null, second))
      throw new Contradiction(`one and the same proposes to resume ${values['id']} and confirms it`);
    this.#rows.suspensions.delete(String(values['id']));
  }

  #resetProposed(said: Said): void {
    this.#refuseOwn(said);
    this.#resets.set(textOf(said, 'target'), { by: whoOf(said), at: said.time });
  }

  #reset(said: Said): void {
    this.#refuseOwn(said);
    const target = textOf(said, 'target');
    const proposed = this.#resets.get(target);
    if (proposed === undefined || said.time >= proposed.at + CONFIRMED_WITHIN_MS)
      throw new Contradiction(
        `it resets the passkeys of ${target}, and nobody had proposed that within the hour before`,
      );
    if (this.#isSame(proposed.by, whoOf(said)))
      throw new Contradiction(`one and the same proposes to reset the passkeys of ${target} and confirms it`);
    this.#resets.delete(target);
  }

  #refuseOwn(said: Said): void {
    const by = whoOf(said);
    if (by !== null && this.#isSame(by, textOf(said, 'target')))
      throw new Contradiction(`${by} resets their own passkeys`);
  }

  #ordered(said: Said): void {
    const id = textOf(said, 'revocation_id');
    if (this.#rows.revocations.has(id)) throw new Contradiction(`it gives the order ${id} a second time`);
    const counts = { leases: columnOf(said, 'leases'), ended: 0, finished_at: null };
    const values = { id, ...aim(said), ordered_by: whoOf(said), ordered_at: said.time, ...counts };
    this.#rows.revocations.set(id, { by: said.index, values });
    this.#underWay.set(id, Number(columnOf(said, 'under_way') ?? 0));
  }

  #ended(said: Said): void {
    const order = this.#orderBehind(said);
    if (order === undefined) return;
    order.by = said.index;
    order.values['ended'] = Number(order.values['ended']) + 1;
  }

  #grantEnded(said: Said): void {
    const order = this.#orderBehind(said);
    if (order === undefined) return;
    const id = String(order.values['id']);
    const left = (this.#underWay.get(id) ?? 0) - 1;
    if (left < 0) throw new Contradiction(`it is one more than the order ${id} counted as under way`);
    this.#underWay.set(id, left);
  }

  /** Undefined where its cause is another. */
  #orderBehind(said: Said): ExpectedRow | undefined {
    const named = said.fields['revocation_id'] !== undefined;
    if (named !== (textOf(said, 'because') === 'revocation-ordered'))
      throw new Contradiction('its cause is an order of revocation, and it names none; or the other way round');
    return named ? this.#orderOf(said) : undefined;
  }

  #finished(said: Said): void {
    const order = this.#orderOf(said);
    const { id, ended } = order.values;
    if (ended !== columnOf(said, 'ended'))
      throw new Contradiction(`it says that ${id} ended ${columnOf(said, 'ended')} leases, and it ended ${ended}`);
    const left = this.#underWay.get(String(id)) ?? 0;
    if (left > 0) throw new Contradiction(`${id} counted ${left} more under way than entries speak of`);
    order.by = said.index;
    order.values['finished_at'] = said.time;
  }

  #pauseOf(said: Said): ExpectedRow {
    const id = textOf(said, 'pause_id');
    const row = this.#rows.suspensions.get(id);
    if (row === undefined) throw new Contradiction(`it speaks of the pause ${id}, which is not in force`);
    const { scope, target } = aim(said);
    if (row.values['scope'] === scope && row.values['target'] === target) return row;
    throw new Contradiction(`it takes ${id} for a pause of something else`);
  }

  #orderOf(said: Said): ExpectedRow {
    const id = textOf(said, 'revocation_id');
    const row = this.#rows.revocations.get(id);
    if (row === undefined) throw new Contradiction(`it speaks of the order ${id}, which nobody gave`);
    if (row.values['finished_at'] === null) return row;
    throw new Contradiction(`the order ${id} was finished before`);
  }

  #linked({ fields }: Said): void {
    const { principal, merged_principal: merged } = fields;
    if (typeof principal !== 'string' || typeof merged !== 'string') return;
    for (const [from, into] of this.#merged) if (into === merged) this.#merged.set(from, principal);
    this.#merged.set(merged, principal);
  }

  /** Nobody is the operator. */
  #isSame(one: string | null, other: string | null): boolean {
    const known = (id: string | null): string | null => (id === null ? null : (this.#merged.get(id) ?? id));
    return known(one) === known(other);
  }
}

const aim = (said: Said) => ({ scope: textOf(said, 'scope'), target: textOf(said, 'target') });

/** Null for the operator at the machine. */
function whoOf(said: Said): string | null {
  if (textOf(said, 'by') === 'operator') return null;
  return textOf(said, 'principal');
}

/** The row holds the words too; once they are erased from the entry, nothing says what they were. */
function reasonAs(column: string, { opened }: Said): Record<string, string> {
  const reason = opened.get('reason');
  return reason === undefined ? {} : { [column]: reason };
}
