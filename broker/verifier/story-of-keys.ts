// The signing keys as the entries tell them: each is published before it signs, signs, is published for what it signed, and goes.
// A step out of that order, one before its time, or a second key that signs beside the first, follows from nothing before it.
import type { Said } from './check-entry.ts';
import { Contradiction, columnOf, type ExpectedRow, type ExpectedRows, textOf, timeOf } from './story.ts';

const STEPS: Readonly<Record<string, readonly string[]>> = {
  next: ['current', 'withdrawn'],
  current: ['previous', 'withdrawn'],
  previous: ['retired', 'withdrawn'],
};

/** That a retired key of the log leaked is still worth saying: somebody may trust it alone. */
const STEPS_OF_LOG: typeof STEPS = { ...STEPS, retired: ['withdrawn'] };

export class StoryOfKeys {
  readonly #rows: ExpectedRows;

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'key.created': (said) => this.#created(said),
    'key.seen': (said) => this.#seen(said),
    'key.rotated': (said) => this.#rotated(said),
  };

  constructor(rows: ExpectedRows) {
    this.#rows = rows;
  }

  #created(said: Said): void {
    const id = textOf(said, 'key_id');
    if (this.#rows.signing_keys.has(id)) throw new Contradiction(`the key ${id} was created before`);
    const [purpose, algorithm] = [textOf(said, 'purpose'), textOf(said, 'algorithm')];
    const state = columnOf(said, 'state') ?? 'current';
    if (state === 'current') this.#refuseSecond({ purpose, algorithm, id });
    const createdAt = timeOf(said, 'created_at');
    this.#rows.signing_keys.set(id, {
      by: said.index,
      values: {
        ...{ id, purpose, algorithm, public_key: textOf(said, 'public_key'), created_at: createdAt },
        ...{ state, changed_at: createdAt, changes_at: timeOf(said, 'changes_at') },
      },
    });
  }

  #seen(said: Said): void {
    const key = this.#keyOf(said);
    const { state, changes_at: due, id } = key.values;
    if (state !== 'next' || due !== null) throw new Contradiction(`the key ${id} did not wait to be seen`);
    this.#change(said, key, { changes_at: timeOf(said, 'changes_at') });
  }

  #rotated(said: Said): void {
    const key = this.#keyOf(said);
    const [from, state, because] = [textOf(said, 'from'), textOf(said, 'state'), textOf(said, 'because')];
    const { id, purpose, state: was, changes_at: due } = key.values;
    if (
      was !== from ||
      (purpose === 'log' ? STEPS_OF_LOG : STEPS)[from]?.includes(state) !== true ||
      (state === 'withdrawn') !== (because === 'compromised')
    )
      throw new Contradiction(`it makes the key ${id} ${state} as ${because}, and that was ${was}`);
    if (because === 'due' && (typeof due !== 'number' || due > said.time))
      throw new Contradiction(`it makes the key ${id} ${state} before that was due`);
    if (state === 'current') this.#refuseSecond(key.values);
    this.#change(said, key, { state, changed_at: said.time, changes_at: timeOf(said, 'changes_at') });
  }

  #refuseSecond({ purpose, algorithm, id }: ExpectedRow['values']): void {
    for (const { values } of this.#rows.signing_keys.values())
      if (values['state'] === 'current' && values['purpose'] === purpose && values['algorithm'] === algorithm)
        throw new Contradiction(`the key ${id} signs, and ${values['id']} still does`);
  }

  #keyOf(said: Said): ExpectedRow {
    const id = textOf(said, 'key_id');
    const key = this.#rows.signing_keys.get(id);
    if (key === undefined) throw new Contradiction(`it speaks of the key ${id}, which no entry before made`);
    const { purpose, algorithm } = key.values;
    if (purpose !== textOf(said, 'purpose') || algorithm !== textOf(said, 'algorithm'))
      throw new Contradiction(`the key ${id} is of another purpose or algorithm`);
    return key;
  }

  #change({ index }: Said, key: ExpectedRow, values: ExpectedRow['values']): void {
    key.by = index;
    Object.assign(key.values, values);
  }
}
