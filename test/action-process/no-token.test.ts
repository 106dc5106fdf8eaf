// Jobs that GitHub gives no ID token, as processes: each reads why, and what to change.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BrokerDouble } from '../support/broker-double.ts';
import { tell } from './tell.ts';

let broker: BrokerDouble;
let directory: string;

beforeEach(async () => {
  broker = await BrokerDouble.start();
  directory = mkdtempSync(join(tmpdir(), 'buildpass-event-'));
});

afterEach(async () => {
  await broker.close();
  rmSync(directory, { recursive: true });
});

/** A step without the two variables of ID tokens, after an event. */
async function stepAfter(name: string, event: object, environment: Record<string, string> = {}) {
  const file = join(directory, 'event.json');
  writeFileSync(file, JSON.stringify(event));
  const none = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '', GITHUB_EVENT_PATH: file };
  const result = await tell(broker, name, { environment: { ...none, ...environment } });
  expect(result.exitCode).toBe(1);
  expect(broker.requests).toEqual([]);
  return result.stdout;
}

const base = { repo: { id: 2001, full_name: 'acme/shop' } };

test('a job without the permission is told to add it', async () => {
  expect(await stepAfter('no-id-token', {})).toContain('"permissions: id-token: write"');
});

test('a pull request of the repository itself lacks the permission, too', async () => {
  expect(await stepAfter('no-id-token', { pull_request: { head: base, base } })).toContain(
    '"permissions: id-token: write"',
  );
});

test('a pull request from a fork gets none, whatever its permissions', async () => {
  const head = { repo: { id: 3001, full_name: 'mallory/shop' } };
  expect(await stepAfter('no-id-token-fork', { pull_request: { head, base } })).toContain('the fork mallory/shop');
});

test('a fork that is gone is still a fork', async () => {
  expect(await stepAfter('no-id-token-deleted-fork', { pull_request: { head: { repo: null }, base } })).toContain(
    '(since deleted)',
  );
});

test('a run of Dependabot that has none is told which permission it may lack, and what else it may be', async () => {
  const said = await stepAfter('no-id-token-dependabot', {}, { GITHUB_ACTOR: 'dependabot[bot]' });
  expect(said).toContain('started by Dependabot');
  expect(said).toContain('"permissions: id-token: write"');
});
