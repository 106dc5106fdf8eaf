// What was shown to other systems to see how they say no, as the entries tell it: an answer follows what was shown, once, and is about
// the same entitlement. One without an answer is what a crash interrupted, and no contradiction.
import type { Said } from './check-entry.ts';
import { Contradiction, textOf } from './story.ts';

export class StoryOfDecoys {
  /** those without an answer yet: id → entitlement */
  readonly #open = new Map<string, string>();

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'decoy.started': (said) => void this.#open.set(textOf(said, 'decoy_id'), scopeOf(said)),
    'decoy.ended': (said) => this.#ended(said),
  };

  #ended(said: Said): void {
    const id = textOf(said, 'decoy_id');
    const scope = this.#open.get(id);
    if (scope === undefined) throw new Contradiction(`it answers the decoy ${id}, and none is open`);
    if (scope !== scopeOf(said)) throw new Contradiction(`it takes the decoy ${id} for one of something else`);
    this.#open.delete(id);
  }
}

const scopeOf = (said: Said): string => `${textOf(said, 'project')}/${textOf(said, 'entitlement')}`;
