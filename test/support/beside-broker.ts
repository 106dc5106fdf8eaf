// Changes and reads a broker's store from beside it: as an operator does who has no command for it yet, or an intruder.
import { DatabaseSync } from 'node:sqlite';
import { askControl } from '../../broker/cli/ask-control.ts';
import type { TestBroker } from './test-broker.ts';

type WithStore = Pick<TestBroker, 'config'>;

export function runBeside({ config }: WithStore, sql: string): void {
  const database = new DatabaseSync(config.store.path);
  database.exec(sql);
  database.close();
}

export function rowsBeside({ config }: WithStore, query: string): readonly Readonly<Record<string, unknown>>[] {
  const database = new DatabaseSync(config.store.path, { readOnly: true });
  const rows = database.prepare(query).all();
  database.close();
  return rows.map((row) => ({ ...row }));
}

/** Pauses `what`, as an operator at the machine does: `everything`, `project shop` or `entitlement shop/deploy`. */
export async function suspend({ config }: WithStore, what: string): Promise<void> {
  const [scope, target] = what.split(' ');
  const body = { of: { scope, target }, reason: 'incident' };
  await askControl(config.store.path, 'POST /pauses', { body });
}

/** Resumes all that is paused, where nobody can sign in. */
export async function liftSuspensions(broker: WithStore): Promise<void> {
  for (const { id } of rowsBeside(broker, 'SELECT id FROM suspensions')) {
    const body = { id, reason: 'It is over.' };
    await askControl(broker.config.store.path, 'POST /pauses/resume', { body });
  }
}
