// `revoke`, `pause`, `resume` and `leases list` as an operator at the machine uses them, over the socket beside the store.
import { appendFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../broker/clock.ts';
import { AccessStory } from '../../support/access-story.ts';
import { brokerFiles } from '../../support/broker-files.ts';
import { buildpass, type Ran } from '../../support/command-line.ts';
import { SoftAuthenticator } from '../../support/soft-authenticator.ts';
import { BROKER_URL, newSecret, TestBroker } from '../../support/test-broker.ts';

const WHY = ['--reason', 'INC-7: printed in a log'];

async function start(): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  onTestFinished(() => broker.close());
  return broker;
}

const run = (broker: Pick<TestBroker, 'config'>, ...words: string[]): Promise<Ran> =>
  buildpass(...words, '--config', broker.config.file);

async function issued(broker: TestBroker, scope = 'shop/upstream'): Promise<{ lease: string; token: string }> {
  const { body } = await broker.ask({ scope, secret: newSecret() });
  return { lease: body.lease_id, token: body.access_token };
}

describe('revoke', () => {
  it('ends a lease, says what that means, and is on record as the operator’s', async () => {
    const broker = await start();
    const { lease, token } = await issued(broker);
    const { code, out, err } = await run(broker, 'revoke', '--lease', lease, ...WHY);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Order rev_\S+\.\n1 live lease, lse_\S+; 1 ended\.\n1 credential to be revoked/);
    expect(out).toContain('This stops no new issuance: `pause` does that.');
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([token]);
    const [order] = await broker.entries('access.revocation_ordered');
    expect(order).toMatchObject({ by: 'operator', scope: 'lease', target: lease, leases: 1 });
    expect(order).not.toHaveProperty('principal');
  });

  it('answers in JSON, and exits 0 where nothing was live', async () => {
    const broker = await start();
    const { code, out } = await run(broker, 'revoke', '--everything', ...WHY, '--json');
    expect([code, JSON.parse(out)]).toMatchObject([0, { scope: 'everything', leases: 0, ended: 0, finished: true }]);
  });

  it('works while the policies do not load', async () => {
    const broker = await start();
    const { lease } = await issued(broker);
    broker.writePolicy('shop.yaml', 'nonsense');
    await broker.running.reload();
    expect((await run(broker, 'revoke', '--project', 'shop', ...WHY)).code).toBe(0);
    expect((await run(broker, 'leases', 'list', '--state', 'ended')).out).toContain(lease);
  });

  it.each([
    [['--everything'], '--reason is missing'],
    [WHY, 'what is to be revoked? --lease, --entitlement'],
    [['--everything', '--project', 'shop', ...WHY], 'only one of --lease, --entitlement'],
    [['--lease', 'iss_1', ...WHY], '--lease "iss_1" is no id of a lease: it begins with lse_'],
    [['--entitlement', 'shop', ...WHY], '--entitlement "shop" is no entitlement: write PROJECT/ENTITLEMENT'],
    [['--repository', 'octo-org/octo-repo', ...WHY], 'is no repository: write ISSUER/ID, as in github/2001'],
    [['--commit', 'abc', ...WHY], '--commit "abc" is no commit: write the whole hash, in lower case'],
    [['--called-workflow', 'deploy.yml', ...WHY], 'is no called workflow'],
    [['--everything', '--reason', 'x'.repeat(201)], '--reason is longer than 200 characters'],
    [['--everything', '--reason', 'a\u202eb'], '--reason the character U+202E'],
    [['--all', ...WHY], 'unknown option "--all"'],
    [['lse_1', ...WHY], 'unexpected "lse_1"'],
  ])('is used wrongly with %j', async (words, problem) => {
    const { code, err } = await buildpass('revoke', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  it('says that a lease is none', async () => {
    const broker = await start();
    const { code, err } = await run(broker, 'revoke', '--lease', 'lse_nothing', ...WHY);
    expect([code, err]).toEqual([1, expect.stringContaining('There is no lease "lse_nothing"')]);
  });
});

describe('passkeys reset', () => {
  it('is one of two, beside somebody of security', async () => {
    const story = await AccessStory.start();
    onTestFinished(() => story.close());
    const alex = await story.person('Alex');
    const { body: options } = await alex.post('/v1/passkeys/options');
    await alex.post('/v1/passkeys', new SoftAuthenticator(BROKER_URL).create(options));
    const { principal } = (await alex.get('/v1/me')).body;
    const reset = () => run(story.broker, 'passkeys', 'reset', principal, ...WHY);
    expect(await reset()).toMatchObject({ code: 1, out: expect.stringContaining('Nothing is changed yet') });
    expect(await reset()).toMatchObject({ code: 1, err: expect.stringContaining('proposed this already') });
    const { body } = await (await story.person('Sam')).post('/v1/passkey-resets', { principal, reason: 'Lost.' });
    expect(body).toMatchObject({ outcome: 'reset', passkeys: 1 });
    expect(await reset()).toMatchObject({ code: 1, out: expect.stringContaining('Nothing is changed yet') });
    const steps = [
      ...(await story.broker.entries('passkey.reset_proposed')),
      ...(await story.broker.entries('passkey.reset')),
    ];
    expect(steps.map(({ by }) => by)).toEqual(['operator', 'operator', 'security']);
  });

  it('names the person as their own page does', async () => {
    const { code, err } = await buildpass('passkeys', 'reset', 'alex', ...WHY);
    expect([code, err]).toEqual([2, expect.stringContaining('"alex" is no id of a principal')]);
  });
});

describe('pause and resume', () => {
  it('stop everything, and go on by the operator alone where nobody can sign in, on record', async () => {
    const broker = await start();
    const { lease } = await issued(broker);
    const paused = await run(broker, 'pause', '--revoke', ...WHY);
    const id = /pau_[\w-]+/.exec(paused.out)?.[0] ?? '';
    expect(paused).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing is issued from now on.'),
    });
    expect((await broker.ask()).body.code).toBe('PAUSED');
    expect((await run(broker, 'leases', 'list')).out).toMatch(
      new RegExp(`^PAUSED  ${id}  everything  since .* by the operator at the machine: "INC-7: printed in a log"`),
    );
    expect((await run(broker, 'leases', 'list', '--state', 'ended')).out).toContain(lease);
    const resumed = await run(broker, 'resume', id, '--reason', 'over');
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('You resumed it alone') });
    expect(await broker.entries('access.resumed')).toMatchObject([{ by: 'operator', alone: true }]);
    expect((await broker.ask()).status).toBe(200);
  });

  it('need somebody of security beside the operator where people sign in', async () => {
    const story = await AccessStory.start();
    onTestFinished(() => story.close());
    const paused = JSON.parse((await run(story.broker, 'pause', '--project', 'shop', ...WHY, '--json')).out);
    const resume = () => run(story.broker, 'resume', paused.pause.id, '--reason', 'over');
    expect(await resume()).toMatchObject({ code: 1, out: expect.stringContaining('Still paused') });
    expect(await resume()).toMatchObject({
      code: 1,
      err: expect.stringContaining('An operator at the machine proposed'),
    });
    expect((await story.resume('Sam', paused.pause.id)).body).toMatchObject({ outcome: 'resumed', alone: false });
    expect(await resume()).toMatchObject({ code: 1, err: expect.stringContaining('There is no pause') });
  });

  it('confirm what somebody of security proposed', async () => {
    const story = await AccessStory.start({ clock: systemClock });
    onTestFinished(() => story.close());
    const { body } = await story.pause('Sam', { scope: 'everything' });
    await story.resume('Sam', body.pause.id);
    const { out } = await run(story.broker, 'leases', 'list');
    expect(out).toMatch(/by Sam: "Under attack\."; resuming proposed by Sam: "It is over\.", to be confirmed until /);
    expect((await run(story.broker, 'resume', body.pause.id, '--reason', 'over')).code).toBe(0);
  });

  it('resumes nothing while no broker runs', async () => {
    const broker = await start();
    await broker.running.close();
    const { code, err } = await run(broker, 'resume', 'pau_1', '--reason', 'over');
    expect([code, err]).toEqual([1, expect.stringContaining('its pauses are kept: start it, then resume\n')]);
    await broker.start();
  });

  it('says while no broker runs that it takes somebody else, too, where people sign in', async () => {
    const { config, directory } = await brokerFiles();
    writeFileSync(join(directory, 'id'), 'a-client-secret', { mode: 0o600 });
    appendFileSync(config, 'sign-in: { github: { kind: github, client-id: Iv1, client-secret-file: ./id } }\n');
    await buildpass('keys', 'create', '--config', config);
    const { code, err } = await buildpass('resume', 'pau_1', '--reason', 'over', '--config', config);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('then resume, which somebody of security, who signs in, has'),
    ]);
  });

  it.each([
    [['pause'], '--reason is missing'],
    [['pause', '--project', 'Shop', ...WHY], '--project "Shop" is no name of a project'],
    [['pause', '--lease', 'lse_1', ...WHY], 'unknown option "--lease"'],
    [['resume', ...WHY], '"" is no id of a pause'],
    [['resume', 'rev_1', ...WHY], '"rev_1" is no id of a pause'],
    [['resume', 'pau_1'], '--reason is missing'],
  ])('are used wrongly as %j', async (words, problem) => {
    const { code, err } = await buildpass(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  it('say that the same is paused already, which has to be resumed as well', async () => {
    const broker = await start();
    const pause = () => run(broker, 'pause', '--project', 'shop', ...WHY);
    const { out } = await pause();
    expect(out).not.toContain('paused already');
    await run(broker, 'pause', ...WHY);
    const first = /pau_[\w-]+/.exec(out)?.[0];
    expect((await pause()).out).toContain(`It was paused already (${first}): each is resumed by itself.`);
  });

  it('refuse a name that there is not', async () => {
    const broker = await start();
    const { code, err } = await run(broker, 'pause', '--project', 'shp', ...WHY);
    expect([code, err]).toEqual([1, expect.stringContaining('The policies in force have no project "shp"')]);
  });
});

describe('leases list', () => {
  it('says what is live and what is left of it, beside a broker and without one', async () => {
    const broker = await start();
    const [jwt, upstream] = [await issued(broker, 'shop/publish-preview'), await issued(broker)];
    const { out } = await run(broker, 'leases', 'list');
    expect(out).toMatch(new RegExp(`^${jwt.lease}  shop/publish-preview  live .*cannot be revoked: dies at`, 'm'));
    expect(out).toMatch(new RegExp(`^${upstream.lease}  shop/upstream  live .*can be revoked; the lease ends at`, 'm'));
    await broker.running.close();
    const { leases } = JSON.parse(
      (await run(broker, 'leases', 'list', '--entitlement', 'shop/upstream', '--json')).out,
    );
    expect(leases.map(({ id }: { id: string }) => id)).toEqual([upstream.lease]);
    expect((await run(broker, 'leases', 'list', '--project', 'other')).err).toBe(
      'No lease of the project other is live.\n',
    );
    expect((await run(broker, 'leases', 'list', '--state', 'failing')).err).toBe('There is no such lease.\n');
    const both = await run(broker, 'leases', 'list', '--project', 'shop', '--lease', jwt.lease, '--json');
    expect(JSON.parse(both.out).leases).toEqual([expect.objectContaining({ id: jwt.lease })]);
    await broker.start();
  });

  it.each([
    [['--state', 'alive'], '--state "alive" is no state of a lease; did you mean "live"?'],
    [['--state', 'revoked'], 'is no state of a lease: live, returned, expired, ended, withheld, failing or all'],
    [['--last', '0'], '--last "0" is not a number of leases'],
    [['--commit', 'main'], '--commit "main" is no commit'],
    [['--called-workflow', 'deploy.yml'], '--called-workflow "deploy.yml" is no called workflow'],
  ])('is used wrongly with %j', async (words, problem) => {
    const { code, err } = await buildpass('leases', 'list', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });
});

describe('the socket', () => {
  it.each([
    ['nothing', undefined],
    ['no JSON', 'revoke all'],
    ['another form', '{"of":"everything"}'],
    ['too much', JSON.stringify({ of: { scope: 'everything' }, reason: 'x'.repeat(20_000) })],
  ])('takes %s for no order', async (_what, body) => {
    const broker = await start();
    await issued(broker);
    const answered = await new Promise<number>((resolve) => {
      const path = '/revocations';
      const sent = request({ socketPath: `${broker.config.store.path}.sock`, path, method: 'POST', agent: false });
      sent.on('response', ({ statusCode }) => resolve(statusCode ?? 0)).on('error', () => resolve(0));
      sent.end(body);
    });
    expect(answered === 500 || answered === 0).toBe(true);
    expect(await broker.entries('access.revocation_ordered')).toEqual([]);
  });
});
