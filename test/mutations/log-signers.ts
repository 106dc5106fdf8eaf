// Who must sign each checkpoint of a log, by an own reading of its entries: whoever signs before or after what it newly covers.

type Entry = Readonly<Record<string, unknown>>;

export class LogSigners {
  readonly #states = new Map<string, unknown>();
  #before: readonly string[] = [];

  hear(entry: Entry): void {
    if (entry['purpose'] === 'log' && (entry['type'] === 'key.created' || entry['type'] === 'key.rotated'))
      this.#states.set(String(entry['key_id']), entry['state'] ?? 'current');
  }

  /** Ids of the keys that sign a checkpoint over all that was heard so far. */
  sign(): readonly string[] {
    const now = [...this.#states].filter(([, state]) => state === 'current' || state === 'previous').map(([id]) => id);
    const all = [...new Set([...this.#before, ...now])];
    this.#before = now;
    return all;
  }
}
