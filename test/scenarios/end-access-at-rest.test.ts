// The kill switch while no broker runs: it crashed, or somebody stopped it. What is put on record then holds from the first moment of
// the next start on.
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockStore } from '../../broker/store/sqlite.ts';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { AccessStory } from '../support/access-story.ts';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { brokerFiles } from '../support/broker-files.ts';
import { type BuildpassProcess, startBuildpass } from '../support/buildpass-process.ts';
import { buildpass, type Ran } from '../support/command-line.ts';
import { writeConfig } from '../support/config-file.ts';
import { startGithubIssuer } from '../support/github-issuer.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { BROKER_URL, TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

const WHY = ['--reason', 'INC-7: runner image'];
const NO_BROKER = 'No broker runs on this store: the next start begins paused.';

/** Of kinds that every broker has, so that a command can load them too. */
const POLICIES = {
  'shop.yaml': SHOP.slice(0, SHOP.indexOf('  upstream:')),
  '_organization.yaml': ORGANIZATION.replace(/^.*_test.*\n/m, ''),
};

async function start(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand', ...options });
  onTestFinished(() => broker.close());
  return broker;
}

const run = ({ config }: Pick<TestBroker, 'config'>, ...words: string[]): Promise<Ran> =>
  buildpass(...words, '--config', config.file);

const verified = async (broker: TestBroker): Promise<number> => (await run(broker, 'log', 'verify')).code;

describe('pause, while no broker runs,', () => {
  it('is in force when the next start begins, on record as any other', async () => {
    const broker = await start();
    expect((await broker.ask()).status).toBe(200);
    await broker.running.close();
    const { code, out, err } = await run(broker, 'pause', ...WHY);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Pause pau_\S+\.\nNothing is issued from now on\.\n/);
    expect(out).toContain(NO_BROKER);
    expect(await verified(broker)).toBe(0);
    await broker.start();
    const { status, body } = await broker.ask();
    expect([status, body.code]).toEqual([503, 'PAUSED']);
    const [entry] = await broker.entries('access.paused');
    expect(entry).toMatchObject({ by: 'operator', scope: 'everything', step_up: 'none' });
    expect(await verified(broker)).toBe(0);
  });

  it('reaches a broker that was killed, whose socket is still there', async () => {
    const github = await startGithubIssuer();
    onTestFinished(() => github.close());
    const files = await brokerFiles(github.url);
    await buildpass('keys', 'create', '--config', files.config);
    const ask = async (broker: BuildpassProcess): Promise<number> => {
      const { port } = JSON.parse(await broker.lineWith('"message":"serving"')) as { port: number };
      const subject = { subject_token: await github.mint({ aud: BROKER_URL }), subject_token_type: ID_TOKEN_TYPE };
      const body = new URLSearchParams({ grant_type: GRANT_TYPE, scope: 'shop/publish-preview', ...subject });
      return (await fetch(`http://127.0.0.1:${port}/v1/token`, { method: 'POST', body })).status;
    };
    const broker = startBuildpass('serve', '--config', files.config);
    expect(await ask(broker)).toBe(200);
    broker.kill('SIGKILL');
    await broker.ended;
    const { code, out } = await buildpass('pause', ...WHY, '--config', files.config);
    expect([code, out]).toEqual([0, expect.stringContaining(NO_BROKER)]);
    expect(await ask(startBuildpass('serve', '--config', files.config))).toBe(503);
    expect((await buildpass('log', 'verify', '--config', files.config)).code).toBe(0);
  });

  it('with --revoke ends what is live on record, and the next start revokes it', async () => {
    const broker = await start();
    const { body } = await broker.ask({ scope: 'shop/upstream' });
    await broker.running.close();
    const { code, out } = await run(broker, 'pause', '--revoke', ...WHY);
    expect([code, out]).toEqual([0, expect.stringContaining('1 live lease; 1 ended.')]);
    expect(out).toContain('the next start goes on with the order, and revokes nothing before.');
    expect((await run(broker, 'leases', 'list', '--state', 'ended')).out).toContain(body.lease_id);
    expect(broker.provider.revoked).toEqual([]);
    await broker.start();
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([body.access_token]);
    const [paused] = await broker.entries('access.paused');
    expect(await broker.entries('access.revocation_ordered')).toMatchObject([{ pause_id: paused?.['pause_id'] }]);
    expect(await verified(broker)).toBe(0);
  });

  it.each([
    ['--project', 'shop'],
    ['--entitlement', 'shop/publish-preview'],
  ])('of %s refuses what it is of, and no name that there is not', async (option, name) => {
    const broker = await start({ policies: POLICIES });
    await broker.running.close();
    const slip = await run(broker, 'pause', option, `${name}x`, ...WHY);
    expect(slip).toMatchObject({ code: 1, err: expect.stringContaining('so there is nothing to pause') });
    const { code, out } = await run(broker, 'pause', option, name, ...WHY, '--json');
    expect([code, JSON.parse(out).says]).toEqual([0, expect.arrayContaining([NO_BROKER])]);
    expect(out).not.toContain('compared with nothing');
    await broker.start();
    expect((await broker.ask()).body.reasons).toMatchObject([{ code: 'SUSPENDED' }]);
    expect(await broker.entries('access.paused')).toHaveLength(1);
  });

  it('takes a name as it is where the policies in force do not load, and says so', async () => {
    // Of a kind that no command knows: such a broker might not start either.
    const broker = await start();
    await broker.running.close();
    const { code, out } = await run(broker, 'pause', '--project', 'shp', ...WHY);
    expect([code, out]).toEqual([0, expect.stringContaining('the name "shp" was compared with nothing')]);
    await broker.start();
    expect(await broker.entries('access.paused')).toMatchObject([{ scope: 'project', target: 'shp' }]);
  });

  it('of a person ends their sessions', async () => {
    const story = await AccessStory.start();
    onTestFinished(() => story.close());
    const { broker } = story;
    const { principal } = (await (await story.person('Alex')).get('/v1/me')).body;
    await broker.running.close();
    expect(await run(broker, 'pause', '--principal', 'prn_nobody', ...WHY)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no principal "prn_nobody"'),
    });
    const { code, out } = await run(broker, 'pause', '--principal', principal, ...WHY);
    expect([code, out]).toEqual([0, expect.stringMatching(/\d sessions? of theirs ended/)]);
    await broker.start();
    expect(await broker.entries('access.paused')).toMatchObject([{ scope: 'principal', target: principal }]);
  });

  it('is refused, with nothing changed, where the log is not what its anchor says', async () => {
    const broker = await start();
    await broker.ask();
    await broker.running.close();
    const { anchorFile = '' } = broker.config.log;
    const anchor = readFileSync(anchorFile);
    rmSync(anchorFile);
    const { code, err } = await run(broker, 'pause', ...WHY);
    expect([code, err]).toEqual([78, expect.stringContaining('is missing, and the log has')]);
    expect(rowsBeside(broker, 'SELECT id FROM suspensions')).toEqual([]);
    writeFileSync(anchorFile, anchor);
    await broker.start();
  });

  it('is done where the anchor cannot be brought up to date, and says that', async () => {
    const broker = await start();
    await broker.running.close();
    const inTheWay = `${broker.config.log.anchorFile}.new`;
    mkdirSync(inTheWay);
    const { code, out, err } = await run(broker, 'pause', ...WHY);
    expect([code, out]).toEqual([0, expect.stringContaining(NO_BROKER)]);
    expect(err).toMatch(/^It is done, and the anchor is not brought up to date: .* cannot be written/);
    rmSync(inTheWay, { recursive: true });
    await broker.start();
    expect((await broker.ask()).body.code).toBe('PAUSED');
  });

  it.runIf(process.getuid?.() === 0)(
    'is not root’s where the store is another user’s, whom root would keep out',
    async () => {
      const broker = await start();
      await broker.running.close();
      chownSync(broker.config.store.path, 65_534, -1);
      const { code, err } = await run(broker, 'pause', ...WHY);
      expect([code, err]).toEqual([78, expect.stringContaining('is of the user 65534: run this as that user')]);
      chownSync(broker.config.store.path, 0, -1);
      await broker.start();
      expect(await broker.entries('access.paused')).toEqual([]);
    },
  );

  it('needs a store, and a configuration that says where it is', async () => {
    const files = await brokerFiles();
    const none = await buildpass('pause', ...WHY, '--config', files.config);
    expect([none.code, none.err]).toEqual([78, expect.stringContaining(`there is no store at ${files.store}`)]);
    const wrong = await writeConfig('store: 7\n');
    const { code, err } = await buildpass('pause', ...WHY, '--config', wrong);
    expect([code, err]).toEqual([78, expect.stringContaining(wrong)]);
  });
});

describe('pause, while a broker runs,', () => {
  it('goes by its socket, since there is one who writes to the store', async () => {
    const broker = await start();
    expect(() => lockStore(broker.config.store.path)).toThrow('another broker is running on the store');
    const { code, out } = await run(broker, 'pause', ...WHY);
    expect([code, out]).toEqual([0, expect.not.stringContaining('No broker runs')]);
    expect((await broker.ask()).body.code).toBe('PAUSED');
  });
});

describe('revoke, while no broker runs,', () => {
  it('ends what is live on record, and the next start revokes it', async () => {
    const broker = await start();
    const { body } = await broker.ask({ scope: 'shop/upstream' });
    await broker.running.close();
    const { code, out } = await run(broker, 'revoke', '--lease', body.lease_id, ...WHY);
    expect([code, out]).toEqual([0, expect.stringContaining('This stops no new issuance: `pause` does that.')]);
    expect(out).toContain('No broker runs on this store: the next start goes on with the order');
    await broker.start();
    await broker.running.runBackground();
    expect(broker.provider.revoked).toEqual([body.access_token]);
    expect(await verified(broker)).toBe(0);
  });

  it('says nothing of a next start where it leaves nothing to do', async () => {
    const broker = await start({ policies: POLICIES });
    await broker.ask();
    await broker.running.close();
    const { out } = await run(broker, 'revoke', '--everything', ...WHY);
    expect(out).toContain('1 credential cannot be revoked, and dies by');
    expect(out).not.toContain('No broker runs');
    await broker.start();
  });

  it('ends what a crash left half made, of which the next start says that nobody knows', async () => {
    const broker = await start();
    broker.provider.mood = 'hangs';
    const asking = broker.ask({ scope: 'shop/upstream' });
    await broker.provider.hanging();
    const crash = asOfNow(broker);
    broker.provider.letGo();
    await asking;
    await broker.running.close();
    crash.putBack();
    const { code, out } = await run(broker, 'revoke', '--everything', ...WHY);
    expect([code, out]).toEqual([0, expect.stringContaining('1 credential was being made')]);
    await broker.start();
    const types = (await broker.entries()).map(({ type }) => type);
    expect(types.slice(types.indexOf('access.revocation_ordered'))).toEqual([
      'access.revocation_ordered',
      'grant.ended',
      'access.revocation_finished',
      'issuance.unknown',
    ]);
    expect(await verified(broker)).toBe(0);
  });
});

/** What a crash would leave at this moment. */
function asOfNow(broker: TestBroker): { putBack(): void } {
  const { store, log } = broker.config;
  const { anchorFile = '' } = log;
  const [copy, anchor] = [join(broker.directory, 'as-of-now'), readFileSync(anchorFile)];
  runBeside(broker, `VACUUM INTO '${copy}'`);
  return {
    putBack() {
      for (const end of ['-wal', '-shm']) rmSync(`${store.path}${end}`, { force: true });
      renameSync(copy, store.path);
      writeFileSync(anchorFile, anchor);
    },
  };
}
