// Entries as a verifier is told them, one after the other, and what it says of them.
import type { Said } from '../../broker/verifier/check-entry.ts';
import { Replay } from '../../broker/verifier/replay.ts';

export type Told = readonly [type: string, fields: Said['fields']];

/** What is said of the entries, each with an id of its own unless one is given. */
export function problemsOf(told: readonly Told[], ids: readonly string[] = []): string[] {
  const problems: string[] = [];
  const replay = new Replay({ isOurs: () => true, report: (problem) => problems.push(problem), isFirst: true });
  for (const [index, [type, fields]] of told.entries())
    replay.tell({
      index,
      id: ids[index] ?? `ent_${index}`,
      type,
      time: index,
      fields,
      commitments: {},
      opened: new Map(),
    });
  return problems;
}
