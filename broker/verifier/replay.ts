// Tells the entries of a log, or a part of their requests, to the two stories that they are steps of, and says which entry
// does not follow from those before it.
import type { Said } from './check-entry.ts';
import type { Comparing } from './compare-rows.ts';
import type { IsOurs } from './parts.ts';
import { Contradiction, type ExpectedRows, noRows } from './story.ts';
import { StoryOfPolicies } from './story-of-policies.ts';
import { StoryOfRequests } from './story-of-requests.ts';

/** They change no row. */
const TOLD_ELSEWHERE = ['request.replayed', 'policy.refused', 'entry.erased'];

export class Replay implements Comparing {
  readonly expected: ExpectedRows = noRows();
  readonly #options: { readonly isOurs: IsOurs; readonly report: (problem: string) => void; readonly isFirst: boolean };
  readonly #ids = new Set<string>();
  readonly #policies = new StoryOfPolicies(this.expected);
  readonly #requests = new StoryOfRequests(this.expected, this.#policies);

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
    const [ofPolicies, ofRequests] = [this.#policies.steps[type], this.#requests.steps[type]];
    if (ofPolicies !== undefined) this.#tellPolicies(ofPolicies, said);
    else if (ofRequests === undefined) this.#refuseUnknown(type);
    else if (this.isOurs(String(fields['request_id']))) ofRequests(said);
  }

  #refuseUnknown(type: string): void {
    if (this.#options.isFirst && !TOLD_ELSEWHERE.includes(type))
      throw new Contradiction(`its type "${type}" is none that this verifier knows`);
  }

  /** Every part needs to know what was in force; one of them says what is wrong with it. */
  #tellPolicies(step: (said: Said) => void, said: Said): void {
    try {
      step(said);
    } catch (error) {
      if (this.#options.isFirst || !(error instanceof Contradiction)) throw error;
    }
  }
}
