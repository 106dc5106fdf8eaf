import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../broker/main.ts';
import { ApprovalStory, type WaitingJob } from '../../support/approval-story.ts';
import { configFileOf } from '../../support/broker-files.ts';
import { buildpass, recordedIo } from '../../support/command-line.ts';

let story: ApprovalStory;
let config: string;
let [issued, waiting, refused]: [WaitingJob, WaitingJob, string] = [] as never;
let issuance: { issuance_id: string; lease_id: string };
const requests = (...words: string[]) => buildpass('requests', ...words, '--config', config);
const idsOf = (out: string): string[] => out.match(/req_[\w-]+/g) ?? [];

beforeAll(async () => {
  // By the clock of the machine, since the command line has no other; requests of one moment have no order, so each has its own.
  let ahead = 0;
  story = await ApprovalStory.start({ clock: { now: () => Date.now() + ahead } });
  config = configFileOf(story.broker);
  issued = await story.ask('deploy', { run_id: '1' }, { reason: 'Release 2.4', ticket: 'SHOP-1' });
  await story.decide('Alex', issued, { verdict: 'approve', reason: 'Fine\u2028by me.' });
  issuance = (await issued.collect()).body;
  ahead += 20;
  waiting = await story.ask('run', { run_id: '2', environment: 'production' });
  ahead += 20;
  refused = (await story.broker.ask({ scope: 'shop/deploy', claims: { ref: 'refs/heads/x' } })).body.request_id;
});
afterAll(() => story.close());

describe('requests list', () => {
  it('lists the newest first, with who asked for what, beside a running broker', async () => {
    const { code, out, err } = await requests('list');
    expect([code, err]).toEqual([0, '']);
    expect(idsOf(out)).toEqual([refused, waiting.id, issued.id]);
    expect(out.split('\n')[1]).toMatch(
      /^req_\S+ {2}pending {4}\S+Z {2}shop\/run {2}until \S+Z {2}by robin {2}octo-org\/octo-repo refs\/heads\/main$/,
    );
  });

  it('lists what waits for people', async () => {
    expect(idsOf((await requests('list', '--waiting')).out)).toEqual([waiting.id]);
  });

  it('lists as many as are asked for, and those of one project', async () => {
    expect(idsOf((await requests('list', '--last', '1')).out)).toEqual([refused]);
    expect(await requests('list', '--project', 'other')).toEqual({
      code: 0,
      out: '',
      err: 'There are no such requests.\n',
    });
  });

  it('gives a program one line of JSON', async () => {
    const { out } = await requests('list', '--waiting', '--json');
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        ...{ id: waiting.id, project: 'shop', entitlement: 'run', state: 'pending', environment: 'production' },
        request_url: `https://buildpass.example.com/requests/${waiting.id}`,
      }),
    ]);
    expect(JSON.parse((await requests('list', '--project', 'other', '--json')).out)).toEqual([]);
  });

  it.each([
    [['--last', '0'], '--last "0" is not a number of requests'],
    [['--last', 'x'], '--last "x" is not a number of requests'],
    [['--wating'], 'unknown option "--wating"; did you mean "--waiting"?'],
    [['shop'], 'unexpected "shop"'],
  ])('refuses %j', async (words, why) => {
    const { code, err } = await requests('list', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(why)]);
  });
});

describe('requests show', () => {
  it('shows what was asked, who agreed and why, and what came of it, each on its line', async () => {
    const { code, out } = await requests('show', issued.id);
    expect(code).toBe(0);
    for (const line of [
      /^state +issued$/m,
      /^asks for +shop\/deploy$/m,
      /^asked by +robin \(github 9001\)$/m,
      /^reason +Release 2\.4$/m,
      /^decides +1 of octo-org\/releases$/m,
      /^issuance +iss_\S+$/m,
      /^lease +lse_\S+, live: .*dies at .* UTC$/m,
      /^page +https:\/\/buildpass\.example\.com\/requests\/req_\S+$/m,
      /^approve +Alex, octo-org\/releases: Fine\\u\{2028\}by me\.$/m,
      /^\S+Z {2}Issued \(approved\) {2}\(entry \d+\)$/m,
    ])
      expect(out).toMatch(line);
  });

  it('finds it by its issuance and its lease', async () => {
    const { out } = await requests('show', issued.id, '--json');
    expect((await requests('show', issuance.issuance_id, '--json')).out).toBe(out);
    expect((await requests('show', issuance.lease_id, '--json')).out).toBe(out);
    expect(JSON.parse(out)).toMatchObject({
      ...{ id: issued.id, state: 'issued', ticket: 'SHOP-1', summary: expect.any(String) },
      lease: { id: issuance.lease_id, issuance_id: issuance.issuance_id, state: 'live' },
      approval: { state: 'approved', by: ['octo-org/releases'], verdicts: [{ verdict: 'approve', name: 'Alex' }] },
    });
  });

  it.each(['req_nothing', 'iss_nothing', 'lse_nothing'])('says that there is no %s', async (id) => {
    const { code, out, err } = await requests('show', id);
    expect([code, out, err]).toEqual([1, '', `There is no request, issuance or lease "${id}" here.\n`]);
  });

  it.each(['', 'apr_1', '../x', 'req_ 1'])('refuses %j as an id', async (id) => {
    expect(await requests('show', id)).toMatchObject({ code: 2, out: '' });
  });
});

describe('beside the store', () => {
  it.each(['approve', 'reject', 'withdraw'])('nobody can %s: that is a person’s, who is logged in', async (word) => {
    const io = recordedIo({ HOME: '/nonexistent' });
    const words = ['requests', word, waiting.id, '--config', config, ...(word === 'withdraw' ? [] : ['--reason', 'x'])];
    expect(await main(words, io)).toBe(2);
    expect(io.written.err).toContain('you are logged in nowhere: run buildpass login --broker-url URL');
  });
});
