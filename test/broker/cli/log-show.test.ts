import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { configFileOf } from '../../support/broker-files.ts';
import { buildpass } from '../../support/command-line.ts';
import { ORGANIZATION } from '../../support/policy-files.ts';
import { TestBroker } from '../../support/test-broker.ts';

/** Looks like one, and stands in an entry as something else. */
const NO_FINGERPRINT = 'e'.repeat(64);

describe('log show', () => {
  let broker: TestBroker;
  let config: string;
  let issued: { access_token: string; request_id: string; issuance_id: string; lease_id: string };
  const show = (...words: string[]) => buildpass('log', 'show', '--config', config, ...words);

  beforeAll(async () => {
    broker = await TestBroker.start({ background: 'by-hand' });
    config = configFileOf(broker);
    issued = (await broker.ask({ parameters: { reason: 'nightly' } })).body;
    await broker.ask({ claims: { environment: NO_FINGERPRINT } });
    await broker.ask({ claims: { ref: 'refs/heads/x' } });
  });
  afterAll(() => broker.close());

  it('shows the newest entries beside a running broker, oldest first, with who asked', async () => {
    const { code, out, err } = await show();
    const lines = out.trimEnd().split('\n');
    expect([code, err, lines.length]).toEqual([0, '', (await broker.entries()).length]);
    expect(lines[0]).toMatch(/^ {5}0 {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}key\.created/);
    expect(lines.at(-1)).toMatch(
      /request\.decided +shop\/publish-preview {2}deny {2}POLICY_NO_MATCH {2}asked by octocat \(583231\) {2}req_\S+$/,
    );
  });

  it('shows as many as are asked for', async () => {
    expect((await show('--last', '2')).out.trimEnd().split('\n')).toHaveLength(2);
  });

  it('shows one request from its decision to its credential', async () => {
    const { out } = await show('--request', issued.request_id);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.trim().split(/\s+/)[2])).toEqual([
      'request.decided',
      'issuance.started',
      'issuance.succeeded',
    ]);
    expect(lines[2]).toContain(`${issued.issuance_id}  ${issued.lease_id}`);
  });

  it('finds the request of an issuance, as a JWT names it, and of a lease', async () => {
    const { out } = await show('--request', issued.request_id);
    expect((await show('--request', issued.issuance_id)).out).toBe(out);
    expect((await show('--request', issued.lease_id)).out).toBe(out);
  });

  it('finds what was issued by the hash of it', async () => {
    const hash = createHash('sha256').update(issued.access_token).digest('hex');
    const { out } = await show('--request', issued.request_id);
    expect(await show('--fingerprint', hash)).toEqual({ code: 0, out, err: '' });
    expect(await show('--fingerprint', NO_FINGERPRINT)).toEqual({
      ...{ code: 1, out: '', err: 'Nothing with this fingerprint was issued, so far as this log goes.\n' },
    });
  });

  it('never repeats a credential that was given in the place of its hash', async () => {
    const { code, err } = await show('--fingerprint', issued.access_token);
    expect([code, err]).toEqual([2, expect.stringContaining('write its 64 hex digits')]);
    expect(err).not.toContain(issued.access_token);
    expect(await show('--fingerprint', 'a'.repeat(64), '--request', 'req_1')).toMatchObject({ code: 2 });
  });

  it('gives whole entries as JSON, personal fields opened', async () => {
    const entries = JSON.parse((await show('--request', issued.request_id, '--json')).out);
    expect(entries[0]).toMatchObject({
      index: expect.any(Number),
      entry: {
        v: 1,
        type: 'request.decided',
        decision: 'permit',
        personal: { requester: expect.stringMatching(/=$/) },
      },
      personal: { requester: '583231', requester_name: 'octocat', reason: 'nightly' },
    });
  });

  it('says what a change of the organization loosened', async () => {
    const changing = await TestBroker.start({ background: 'by-hand' });
    onTestFinished(() => changing.close());
    changing.writePolicy('_organization.yaml', `${ORGANIZATION}guardrails: { allow-static: [shop/deploy] }\n`);
    await changing.running.reload();
    const { out } = await buildpass('log', 'show', '--last', '1', '--config', configFileOf(changing));
    expect(out).toMatch(/organization\.changed +loosened: `allow-static` gains shop\/deploy$/m);
  });

  it('says what an order is about, whose it is and why', async () => {
    const ordered = await TestBroker.start({ background: 'by-hand' });
    onTestFinished(() => ordered.close());
    const config = configFileOf(ordered);
    await buildpass('pause', '--entitlement', 'shop/deploy', '--reason', 'INC-7', '--config', config);
    const { out } = await buildpass('log', 'show', '--last', '1', '--config', config);
    expect(out).toMatch(/access\.paused +the entitlement shop\/deploy {2}by the operator at the machine: "INC-7"$/m);
  });

  it('says that there is nothing, and that the answer is no', async () => {
    expect(await show('--request', 'req_none')).toEqual({ code: 1, out: '', err: 'There are no such entries.\n' });
  });

  it.each(['0', '-1', 'x', '1.5', '9999999'])('refuses --last=%s', async (last) => {
    expect(await show(`--last=${last}`)).toMatchObject({
      code: 2,
      err: `buildpass: --last "${last}" is not a number of entries\n`,
    });
  });
});
