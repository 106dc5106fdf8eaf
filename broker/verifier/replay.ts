// Tells the entries of a log, or a part of their requests, to the stories that they are steps of, and says which entry
// does not follow from those before it.
import type { Said } from './check-entry.ts';
import type { Comparing } from './compare-rows.ts';
import type { IsOurs } from './parts.ts';
import { Contradiction, type ExpectedRows, noRows } from './story.ts';
import { StoryOfAccess } from './story-of-access.ts';
import { StoryOfApprovals } from './story-of-approvals.ts';
import { StoryOfBreakGlass } from './story-of-break-glass.ts';
import { StoryOfCommandLines } from './story-of-command-lines.ts';
import { StoryOfDecoys } from './story-of-decoys.ts';
import { StoryOfKeys } from './story-of-keys.ts';
import { StoryOfPolicies } from './story-of-policies.ts';
import { StoryOfRenewals } from './story-of-renewals.ts';
import { StoryOfRequests } from './story-of-requests.ts';

/** They change no row. */
const TOLD_ELSEWHERE = [
  ...['request.replayed', 'policy.refused', 'entry.erased'],
  ...['passkey.registered', 'passkey.removed'],
];

/** They name the requests whose state they change. */
const OF_SEVERAL = /^(approval\.|break-glass\.invoked$)/;

export class Replay implements Comparing {
  readonly expected: ExpectedRows = noRows();
  readonly #options: { readonly isOurs: IsOurs; readonly report: (problem: string) => void; readonly isFirst: boolean };
  readonly #ids = new Set<string>();
  readonly #policies = new StoryOfPolicies(this.expected);
  readonly #keys = new StoryOfKeys(this.expected);
  readonly #approvals = new StoryOfApprovals(this.expected);
  readonly #breakGlass = new StoryOfBreakGlass(this.expected);
  readonly #access = new StoryOfAccess(this.expected);
  readonly #decoys = new StoryOfDecoys();
  readonly #commandLines = new StoryOfCommandLines();
  readonly #renewals = new StoryOfRenewals(this.expected);
  readonly #requests = new StoryOfRequests(this.expected, {
    policies: this.#policies,
    isOurs: (requestId) => this.isOurs(requestId),
  });

  constructor(options: { isOurs: IsOurs; report: (problem: string) => void; isFirst: boolean }) {
    this.#options = options;
  }

  isOurs = (requestId: string): boolean => this.#options.isOurs(requestId);
  report = (problem: string): void => this.#options.report(problem);

  tell(said: Said): void {
    try {
      this.#refuseSecond(said.id);
      this.#step(said);
    } catch (error) {
      if (!(error instanceof Contradiction)) throw error;
      this.report(`entry ${said.index}: ${error.message}`);
    }
  }

  /** Public keys of the log, as the entries have them, in PEM. */
  logKeys(): readonly string[] {
    const keys = [...this.expected.signing_keys.values()].filter(({ values }) => values['purpose'] === 'log');
    return keys.map(({ values }) => String(values['public_key']));
  }

  #refuseSecond(id: string): void {
    if (!this.isOurs(id)) return;
    if (this.#ids.has(id)) throw new Contradiction(`its id ${id} is that of an earlier entry`);
    this.#ids.add(id);
  }

  #step(said: Said): void {
    const { type, fields } = said;
    const shared = [this.#policies, this.#keys, this.#approvals, this.#breakGlass, this.#access, this.#renewals];
    const steps = [...shared, this.#decoys, this.#commandLines].flatMap(({ steps: of }) => of[type] ?? []);
    const ofRequests = this.#requests.steps[type];
    if (steps.length === 0 && ofRequests === undefined) this.#refuseUnknown(type);
    for (const step of steps) this.#tellShared(step, said);
    // An approval may be of several requests, in whichever part each of them is.
    if (OF_SEVERAL.test(type) || this.isOurs(String(fields['request_id']))) ofRequests?.(said);
  }

  #refuseUnknown(type: string): void {
    if (this.#options.isFirst && !TOLD_ELSEWHERE.includes(type))
      throw new Contradiction(`its type "${type}" is none that this verifier knows`);
  }

  /** Every part needs to know what was in force, and what people agreed to; one of them says what is wrong with it. */
  #tellShared(step: (said: Said) => void, said: Said): void {
    try {
      step(said);
    } catch (error) {
      if (this.#options.isFirst || !(error instanceof Contradiction)) throw error;
    }
  }
}
