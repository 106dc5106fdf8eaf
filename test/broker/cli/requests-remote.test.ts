// `requests` as a person who is logged in runs it, far from the broker's files.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../../broker/cli/arguments.ts';
import { type Login, loginFile } from '../../../broker/cli/login-file.ts';
import { proposeVerdict, requestsApproveCommand } from '../../../broker/cli/verdict.ts';
import { systemEntropy } from '../../../broker/clock.ts';
import { ApprovalStory, type WaitingJob } from '../../support/approval-story.ts';
import { configFileOf } from '../../support/broker-files.ts';
import { buildpassWith, type Ran, recordedIo } from '../../support/command-line.ts';
import { logInCommandLine } from '../../support/command-line-login.ts';
import { freePort } from '../../support/free-port.ts';

let story: ApprovalStory;
let jobs: Readonly<Record<'deploy' | 'self' | 'two', WaitingJob>>;
let homes: string;

/** A configuration folder in which this person is logged in. */
async function homeOf(name: string): Promise<string> {
  const home = join(homes, name);
  const file = loginFile({ XDG_CONFIG_HOME: home });
  if (existsSync(file)) return home;
  const token = await logInCommandLine(story.broker, name);
  const { principal } = (await (await story.person(name)).get('/v1/me')).body;
  const ends_at = new Date(story.now + 1).toISOString();
  const login: Login = { broker: story.broker.config.url, token, principal, name, ends_at };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ logins: [login] }), { mode: 0o600 });
  return home;
}

const as = async (name: string, ...words: readonly string[]): Promise<Ran> =>
  buildpassWith({ XDG_CONFIG_HOME: await homeOf(name) }, 'requests', ...words);
/** Of the three that every test finds here. */
const idsOf = (out: string): string[] => {
  const three = Object.values(jobs).map(({ id }) => id);
  return (out.match(/^req_[\w-]+/gm) ?? []).filter((id) => three.includes(id));
};

beforeAll(async () => {
  homes = mkdtempSync(join(tmpdir(), 'buildpass-homes-'));
  const port = await freePort();
  story = await ApprovalStory.start({ url: `http://127.0.0.1:${port}`, listen: { port } });
  const ask = async (name: string, run: string): Promise<WaitingJob> => {
    story.pass(20);
    return story.ask(name, { run_id: run }, { reason: 'Release 2.4' });
  };
  jobs = { deploy: await ask('deploy', '1'), self: await ask('self', '2'), two: await ask('two', '3') };
});
afterAll(async () => {
  await story.close();
  rmSync(homes, { recursive: true, force: true });
});

describe('requests list and show', () => {
  it('list what the person may see, and what waits for their verdict', async () => {
    expect(idsOf((await as('Sam', 'list')).out)).toEqual([jobs.two.id, jobs.self.id, jobs.deploy.id]);
    expect((await as('Sam', 'list', '--last', '1')).out.split('\n')).toHaveLength(2);
    expect((await as('Sam', 'list', '--waiting')).err).toBe('Nothing waits for your verdict.\n');
    expect(idsOf((await as('Alex', 'list', '--waiting')).out).sort()).toEqual(
      Object.values(jobs)
        .map(({ id }) => id)
        .sort(),
    );
    expect((await as('Toni', 'list')).err).toBe('There are no such requests.\n');
  });

  it('tell a program and people the same as beside the store', async () => {
    const config = configFileOf(story.broker);
    const atBroker = story.broker.config.url;
    for (const words of [
      ['list', '--json'],
      ['list', '--project', 'shop'],
      ['show', jobs.deploy.id],
    ]) {
      const beside = (await buildpassWith({}, 'requests', ...words, '--config', config)).out;
      expect((await as('Sam', ...words)).out).toBe(beside.replaceAll('https://buildpass.example.com', atBroker));
    }
  });

  it('say what the broker says of a request that is not for this person', async () => {
    expect(await as('Toni', 'show', jobs.deploy.id)).toMatchObject({
      ...{ code: 1, out: '' },
      err: 'buildpass: There is no such request, or it is not one that you may see.\n',
    });
  });

  it.each(['iss_x', 'lse_x', '../me'])('know no %s elsewhere', async (id) => {
    expect((await as('Sam', 'show', id)).code).toBe(2);
  });

  it.each(['list', 'show'])('%s says what to do where there is neither a login nor a configuration', async (word) => {
    const words = [word, ...(word === 'show' ? ['req_x'] : [])];
    const { code, err } = await buildpassWith({ XDG_CONFIG_HOME: join(homes, 'nobody') }, 'requests', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining('you are logged in nowhere: run buildpass login')]);
  });

  it('say to log in again once that is over', async () => {
    await (await story.person('Kim')).get('/v1/me');
    await homeOf('Kim');
    await (await story.person('Kim')).post('/v1/sign-out-everywhere');
    expect(await as('Kim', 'list')).toMatchObject({
      code: 1,
      err: 'buildpass: This command line is not logged in any more. Run `buildpass login`.\n',
    });
  });
});

describe('requests withdraw', () => {
  it('takes back one’s own, and says what it is now', async () => {
    const job = await story.ask('deploy', { run_id: '4' });
    expect(await as('Robin', 'withdraw', job.id)).toEqual({ code: 0, out: `${job.id} is withdrawn.\n`, err: '' });
    expect(await as('Robin', 'withdraw', job.id)).toMatchObject({
      code: 1,
      err: expect.stringContaining('nothing to take back'),
    });
  });

  it('is not for an approver', async () => {
    expect((await as('Alex', 'withdraw', jobs.deploy.id)).err).toContain('Only who asked takes a request back.');
  });
});

describe('requests approve', () => {
  /** Waits without waiting: `then` happens while the terminal does. */
  async function approve(job: WaitingJob, then: () => Promise<unknown>, ...more: readonly string[]): Promise<Ran> {
    const io = recordedIo({ XDG_CONFIG_HOME: await homeOf('Alex') });
    const context = readArguments(requestsApproveCommand, [job.id, '--reason', 'Read it.', ...more], io);
    const clock = { now: () => story.now };
    const wait = async (milliseconds: number): Promise<void> => {
      story.pass(milliseconds);
      await then();
    };
    return { code: await proposeVerdict(context, 'approve', { wait, clock, entropy: systemEntropy }), ...io.written };
  }

  it('shows what is asked before it proposes anything, and gives nothing by itself', async () => {
    const job = await story.ask('deploy', { run_id: '5' }, { reason: 'It is urgent.' });
    const { code, out, err } = await approve(job, async () => undefined);
    expect([code, out]).toEqual([1, '']);
    for (const line of [
      /^asks for {2}shop\/deploy$/m,
      /^reason {4}It is urgent\.$/m,
      /^gives {5}a JWT for https:\/\/deploy\.example\.com$/m,
      /^lasts {5}5m$/m,
      /^revoking {2}cannot be revoked sooner$/m,
      /^rule {6}branch: main; event: .*$/m,
      /^binding {3}[0-9a-f]{64}$/m,
      /^Not given: Nobody pressed it in ten minutes\./m,
    ])
      expect(err).toMatch(line);
    expect((await job.status()).body.state).toBe('pending');
  });

  it('says so where the person decides otherwise than it proposes', async () => {
    const job = await story.ask('deploy', { run_id: '6' });
    const reject = { verdict: 'reject', reason: 'On second thought.' } as const;
    const { code, out } = await approve(job, () => story.decide('Alex', job, reject));
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^Rejected by Alex .*: On second thought\.\nThe request is rejected\.\n$/),
    ]);
  });

  it('ends where the request does, and a program is told why', async () => {
    const job = await story.ask('deploy', { run_id: '7' });
    const { code, out } = await approve(job, () => job.withdraw(), '--json');
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { request_id: job.id, given: null, why: 'The request is withdrawn without you.' },
    ]);
  });

  it.each([
    ['Robin', 'You asked for this yourself'],
    ['Sam', 'octo-org/releases'],
  ])('proposes nothing for %s, who may not decide', async (name, why) => {
    const { code, err } = await as(name, 'approve', jobs.deploy.id, '--reason', 'x');
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`^Nothing was proposed: .*${why}`, 'm'));
    expect(err).not.toContain('#propose');
  });

  it.each([
    [[], '--reason is missing'],
    [['--reason', ' '], '--reason is empty: say why'],
    [['--reason', 'a\nb'], 'It has a line break'],
    [['--reason', 'x'.repeat(501)], '500 fit'],
  ])('refuses %j', async (words, why) => {
    expect(await as('Alex', 'approve', jobs.deploy.id, ...words)).toMatchObject({
      code: 2,
      err: expect.stringContaining(why),
    });
  });
});
