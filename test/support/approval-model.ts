// What must hold of approvals, as a model that is small enough to be seen through: who agreed to what, until when, and how often it
// was collected on. It knows nothing of how the broker keeps its books.
import { expect } from 'vitest';

const TERMS = {
  deploy: { needed: 1, self: false, issuances: 1, covers: 'job' },
  two: { needed: 2, self: false, issuances: 1, covers: 'job' },
  self: { needed: 1, self: true, issuances: 1, covers: 'job' },
  run: { needed: 1, self: false, issuances: 2, covers: 'run' },
} as const;

export type Name = keyof typeof TERMS;
export const NAMES = Object.keys(TERMS) as readonly Name[];

/** Everything that an approval is of. */
export interface Asked {
  readonly name: Name;
  readonly version: string;
  readonly run: string;
  readonly job: string;
  readonly requester: string;
}

interface Approval {
  readonly of: Asked;
  readonly approved: Set<string>;
  readonly said: Set<string>;
  /** issuances that stand on it */
  readonly collected: Set<string>;
  endsAt: number;
  over: boolean;
}

const WITHIN_MS = 30 * 60_000;
const TEAM = ['Robin', 'Alex', 'Kim'];

export class ApprovalModel {
  readonly #approvals = new Map<string, Approval>();

  /** An ask waits for the approval with this id. */
  waits(id: string, of: Asked, now: number): void {
    const known = this.#approvals.get(id);
    if (known !== undefined) {
      expect(subjectOf(known.of)).toEqual(subjectOf(of));
      return;
    }
    const [approved, said, collected] = [new Set<string>(), new Set<string>(), new Set<string>()];
    this.#approvals.set(id, { of, approved, said, collected, endsAt: now + WITHIN_MS, over: false });
  }

  /** Whether this person's verdict may count now, under the policy version in force. */
  mayDecide(id: string, by: string, at: { version: string; now: number }): boolean {
    const { of, said, over, endsAt } = this.#of(id);
    const open = !over && at.now < endsAt && at.version === of.version && !this.#isApproved(id);
    return open && TEAM.includes(by) && !said.has(by) && (TERMS[of.name].self || by !== of.requester);
  }

  decided(id: string, by: string, { verdict, now }: { verdict: 'approve' | 'reject'; now: number }): void {
    const approval = this.#of(id);
    approval.said.add(by);
    if (verdict === 'reject') approval.over = true;
    else approval.approved.add(by);
    if (this.#isApproved(id)) approval.endsAt = now + WITHIN_MS;
  }

  /** Rejected, withdrawn or void: for ever. */
  ends(id: string): void {
    this.#of(id).over = true;
  }

  /** What time and another policy do, once the broker has looked. */
  sweep({ version, now }: { version: string; now: number }): void {
    for (const approval of this.#approvals.values())
      if (approval.collected.size === 0 && (now >= approval.endsAt || approval.of.version !== version))
        approval.over = true;
  }

  /** THE invariant: a credential stands on an approval of exactly this, by enough others, that is not over and not spent. */
  collected(id: string, of: Asked, { issuance, now }: { issuance: string; now: number }): void {
    const { approved, collected, endsAt, over, of: asked } = this.#of(id);
    const terms = TERMS[of.name];
    expect(subjectOf(of)).toEqual(subjectOf(asked));
    expect(approved.size).toBeGreaterThanOrEqual(terms.needed);
    expect(TEAM).toEqual(expect.arrayContaining([...approved]));
    if (!terms.self) expect([...approved]).not.toContain(asked.requester);
    if (!collected.has(issuance)) expect({ over, inTime: now < endsAt }).toEqual({ over: false, inTime: true });
    expect(collected.add(issuance).size).toBeLessThanOrEqual(terms.issuances);
  }

  /** Whether an ask that waits for it must get its credential now. */
  mustCollect(id: string, { version, now }: { version: string; now: number }): boolean {
    const { of, over, endsAt, collected } = this.#of(id);
    const left = collected.size < TERMS[of.name].issuances;
    return this.#isApproved(id) && left && !over && now < endsAt && version === of.version;
  }

  isPending = (id: string): boolean => !this.#of(id).over && !this.#isApproved(id);

  #isApproved = (id: string): boolean => this.#of(id).approved.size >= TERMS[this.#of(id).of.name].needed;

  #of(id: string): Approval {
    const approval = this.#approvals.get(id);
    if (approval === undefined) throw new Error(`nobody was asked for ${id}`);
    return approval;
  }
}

/** What an approval of one ask has in common with another ask that it is good for. */
function subjectOf({ name, version, run, job, requester }: Asked): object {
  return { name, version, run, requester, job: TERMS[name].covers === 'job' ? job : null };
}
