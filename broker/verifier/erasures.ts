// Personal fields that are gone: each needs its `entry.erased`. An entry comes before the one that says it was erased, so what
// is gone waits until the end of the log.
import type { Said } from './check-entry.ts';

export class Erasures {
  /** by entry and field */
  readonly #gone = new Map<string, { index: number; field: string }>();
  readonly #erased = new Map<string, string>();

  hear({ index, type, fields }: Said, gone: readonly string[], report: (problem: string) => void): void {
    for (const field of gone) this.#gone.set(`${index} ${field}`, { index, field });
    if (type !== 'entry.erased') return;
    const [of, names] = [fields['erased_index'], fields['fields']];
    for (const field of Array.isArray(names) ? names : []) {
      const key = `${of} ${field}`;
      if (!this.#gone.delete(key) && !this.#erased.has(key))
        report(`entry ${index}: it says that the personal field "${field}" of entry ${of} was erased, and it was not`);
      this.#erased.set(key, `the personal field "${field}" of entry ${of} was erased (entry ${index})`);
    }
  }

  unsaid(): readonly string[] {
    return [...this.#gone.values()].map(
      ({ index, field }) => `entry ${index}: its personal field "${field}" is gone, and nothing says it was erased`,
    );
  }

  notes(): readonly string[] {
    return [...this.#erased.values()];
  }
}
