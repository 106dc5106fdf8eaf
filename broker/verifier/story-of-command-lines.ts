// Command lines that people let read in their name, as the entries tell it: one is ended once, for whose it is.
// What ends every session of a person ends theirs too, without a further entry.
import type { Said } from './check-entry.ts';
import { Contradiction, textOf } from './story.ts';

export class StoryOfCommandLines {
  /** those that nobody ended: id of the session → principal. Of those that their time ended nothing is said. */
  readonly #open = new Map<string, string>();

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'command_line.allowed': (said) => this.#allowed(said),
    'command_line.ended': (said) => this.#ended(said),
    'passkey.reset': ({ fields }) => this.#endAllOf(fields['target']),
    'access.paused': ({ fields }) => this.#endAllOf(fields['scope'] === 'principal' ? fields['target'] : undefined),
    'identity.linked': ({ fields }) => this.#endAllOf(fields['merged_principal']),
  };

  #allowed(said: Said): void {
    const id = textOf(said, 'session_id');
    if (this.#open.has(id)) throw new Contradiction(`it allows the command line ${id} a second time`);
    this.#open.set(id, textOf(said, 'principal'));
  }

  #ended(said: Said): void {
    const id = textOf(said, 'session_id');
    const principal = this.#open.get(id);
    if (principal === undefined)
      throw new Contradiction(`it ends the command line ${id}, and no such one is logged in`);
    if (principal !== textOf(said, 'principal'))
      throw new Contradiction(`it ends the command line ${id} for somebody whose it is not`);
    this.#open.delete(id);
  }

  #endAllOf(principal: unknown): void {
    for (const [id, one] of this.#open) if (one === principal) this.#open.delete(id);
  }
}
