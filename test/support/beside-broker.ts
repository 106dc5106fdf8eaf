// Changes and reads a broker's store from beside it: as an operator does who has no command for it yet, or an intruder.
import { DatabaseSync } from 'node:sqlite';
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

/** Suspends `what`: `everything`, `project shop` or `entitlement shop/deploy`. */
export function suspend(broker: WithStore, what: string): void {
  const [scope, target = ''] = what.split(' ');
  runBeside(broker, `INSERT INTO suspensions VALUES ('${what}', '${scope}', '${target}', 'incident', 0)`);
}

export function liftSuspensions(broker: WithStore): void {
  runBeside(broker, 'DELETE FROM suspensions');
}
