// The real bundled action waits for people at the real broker: approved, it goes on; cancelled, it takes its request back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../broker/clock.ts';
import { type ActionResult, runAction } from '../../broker/demo/runner.ts';
import { ApprovalStory, ROBIN } from '../support/approval-story.ts';
import { BROKER_URL } from '../support/test-broker.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const workDirectory = mkdtempSync(join(tmpdir(), 'buildpass-job-'));
let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start({ clock: systemClock });
});
afterAll(async () => {
  await story.close();
  rmSync(workDirectory, { recursive: true, force: true });
});

function run(entitlement: string, signal?: AbortSignal): Promise<ActionResult> {
  const { url, bearer } = story.broker.github.tokenEndpointOf(ROBIN);
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_SERVER_URL: 'https://github.com',
  };
  const inputs = { 'broker-url': story.broker.origin, audience: BROKER_URL, entitlement };
  return runAction({
    action: 'main',
    actionDirectory: ROOT,
    inputs,
    environment,
    workDirectory,
    ...(signal && { signal }),
  });
}

/** The request that a job now waits with. */
async function waiting(): Promise<string> {
  const alex = await story.person('Alex');
  return expect
    .poll(async () => (await alex.get('/v1/requests?view=waiting')).body.requests[0]?.id, { timeout: 15_000 })
    .toBeDefined()
    .then(async () => (await alex.get('/v1/requests?view=waiting')).body.requests[0].id);
}

test('a job that somebody approves gets its credential, and says how', async () => {
  const running = run('shop/deploy');
  const id = await waiting();
  expect((await story.decide('Alex', { id } as never, 'approve')).status).toBe(200);
  const { exitCode, outputs, stdout } = await running;
  expect({ exitCode, assurance: outputs['assurance'] }).toEqual({ exitCode: 0, assurance: 'approved' });
  expect(stdout).toContain(`Whoever may approve decides here: ${BROKER_URL}/requests/${id}`);
});

test('a job that is cancelled takes its request back', async () => {
  const cancel = new AbortController();
  const running = run('shop/deploy', cancel.signal);
  const id = await waiting();
  cancel.abort();
  expect((await running).exitCode).toBe(1);
  const [entry] = (await story.broker.entries('request.withdrawn')).slice(-1);
  expect(entry).toMatchObject({ request_id: id, by: 'job', approval_ended: true });
});
