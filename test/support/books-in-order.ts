// At the end of a story: the log verifies, and rows and entries say the same.
import { expect } from 'vitest';
import { rowsBeside } from './beside-broker.ts';
import { problemsInBooks } from './check-books.ts';
import type { LoggedEntry } from './check-log.ts';
import type { TestBroker } from './test-broker.ts';

/** All entries, for what else a story wants to know of them. */
export async function expectBooksInOrder(broker: TestBroker, now = Date.now()): Promise<readonly LoggedEntry[]> {
  const entries = await broker.entries();
  expect(problemsInBooks({ entries, rows: (sql) => rowsBeside(broker, sql), now })).toEqual([]);
  return entries;
}
