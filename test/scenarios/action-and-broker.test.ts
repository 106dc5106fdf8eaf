// The real bundled action against the real broker: what a job gets, what it is told, and what it gives back.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionResult, runAction } from '../../broker/demo/runner.ts';
import { verifyReceipt } from '../../shared/receipt.ts';
import { formatVerifierKey, parseVerifierKey } from '../../shared/signed-note.ts';
import { BROKER_URL, TestBroker } from '../support/test-broker.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the action and the broker', () => {
  const workDirectory = mkdtempSync(join(tmpdir(), 'buildpass-job-'));
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand' });
  });
  afterAll(async () => {
    await broker.close();
    rmSync(workDirectory, { recursive: true, force: true });
  });

  function run(
    action: 'main' | 'post',
    inputs: Record<string, string>,
    job: { claims?: Record<string, string>; state?: ActionResult['state'] } = {},
  ) {
    const { url, bearer } = broker.github.tokenEndpointOf(job.claims ?? {});
    const environment = {
      ACTIONS_ID_TOKEN_REQUEST_URL: url,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_SERVER_URL: 'https://github.com',
    };
    const all = { 'broker-url': broker.origin, audience: BROKER_URL, entitlement: 'shop/publish-preview', ...inputs };
    return runAction({
      action,
      actionDirectory: ROOT,
      inputs: all,
      environment,
      workDirectory,
      ...(job.state === undefined ? {} : { state: job.state }),
    });
  }

  it('hand a job its credential with a receipt that holds under the pinned key, and take it back at the end', async () => {
    const key = (await broker.fetch('/log/key')).text.trim();
    const main = await run('main', { 'log-key': key });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const entry = (await broker.entries()).find(({ index }) => index === Number(main.outputs['log-index']));
    expect(entry).toMatchObject({
      type: 'issuance.succeeded',
      issuance_id: main.outputs['issuance-id'],
      fingerprint: main.outputs['token-hash'],
    });
    const { head } = verifyReceipt(JSON.parse(main.outputs['receipt'] ?? ''), [parseVerifierKey(key)]);
    expect(head.size).toBeGreaterThan(Number(main.outputs['log-index']));
    const post = await run('post', {}, { state: main.state });
    expect(post.exitCode).toBe(0);
    expect((await broker.entries()).at(-1)).toMatchObject({
      type: 'lease.returned',
      lease_id: main.outputs['lease-id'],
    });
  });

  it('refuse a credential whose receipt is of another log, and give it back', async () => {
    const stranger = formatVerifierKey('buildpass.example.com/log', generateKeyPairSync('ed25519').publicKey);
    const main = await run('main', { 'log-key': stranger });
    expect([main.exitCode, main.outputs]).toEqual([1, {}]);
    expect((await broker.entries()).at(-1)).toMatchObject({ type: 'lease.returned' });
  });

  it('tell a refused job what to change, in one annotation', async () => {
    const main = await run(
      'main',
      {},
      {
        claims: {
          ref: 'refs/heads/x',
          workflow_ref: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/x',
          job_workflow_ref: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/x',
        },
      },
    );
    expect(main.exitCode).toBe(1);
    expect(main.stdout.match(/^::error/gm)).toHaveLength(1);
    expect(main.stdout).toContain('wants `branch` to be main; this job has "x"');
    expect(main.outputs).toEqual({});
  });

  it('say that an approval is needed and that nobody could give it', async () => {
    const main = await run('main', { entitlement: 'shop/approve-me' });
    expect(main.exitCode).toBe(1);
    expect(main.stdout).toContain('needs approval, and this broker has nobody who could give it');
  });

  it('explain a dry run without leaving a trace', async () => {
    const before = (await broker.entries()).length;
    const main = await run('main', { 'dry-run': 'true' });
    expect([main.exitCode, main.outputs]).toEqual([0, {}]);
    expect(main.stdout).toContain('Permit: this job would get shop/publish-preview.');
    expect(await broker.entries()).toHaveLength(before);
  });

  it('survive a restart of the broker between asking and giving back', async () => {
    const main = await run('main', {});
    await broker.restart();
    const post = await run('post', {}, { state: main.state });
    expect([main.exitCode, post.exitCode]).toEqual([0, 0]);
    expect((await broker.entries()).at(-1)).toMatchObject({
      type: 'lease.returned',
      lease_id: main.outputs['lease-id'],
    });
  });
});
