// People are told what waits for them and what came of it: over a signed webhook, Slack and e-mail, each taken by a real small
// server; what fails is told again later, and nothing that is decided waits for it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NoticeChannel } from '../../broker/notify/channel.ts';
import { ApprovalStory } from '../support/approval-story.ts';
import { MailServer, NoticeReceiver } from '../support/notice-receivers.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const MINUTE_MS = 60_000;

let [webhook, slack, mail, story]: [NoticeReceiver, NoticeReceiver, MailServer, ApprovalStory] = [] as never;

function channels(directory: string): NoticeChannel[] {
  const [secretFile, urlFile] = [join(directory, 'webhook.secret'), join(directory, 'slack.url')];
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(urlFile, `${slack.url}/services/T0/B0/veryverysecret`, { mode: 0o600 });
  const privateNetwork = false;
  const [from, to] = ['buildpass@example.com', ['releases@example.com', 'ops@example.com']];
  return [
    { kind: 'webhook', name: 'webhook', url: `${webhook.url}/hook`, secretFile, privateNetwork },
    { kind: 'slack', name: 'slack', urlFile, privateNetwork },
    {
      ...{ kind: 'email', name: 'email', host: '127.0.0.1', port: mail.port, tls: 'none', from, to, privateNetwork },
      login: undefined,
    },
  ];
}

beforeEach(async () => {
  [webhook, slack] = [await NoticeReceiver.start(), await NoticeReceiver.start()];
  mail = await MailServer.start({ disabledCommands: ['STARTTLS'] });
  story = await ApprovalStory.start({ notify: channels, listen: { admin: { host: '127.0.0.1', port: 0 } } });
});
afterEach(async () => {
  await story.close();
  for (const receiver of [webhook, slack, mail]) await receiver.close();
});

const deliver = (): Promise<void> => story.broker.running.runBackground();
const types = (): unknown[] => webhook.received.map(({ body }) => body.type);
const metric = async (name: string): Promise<string[]> =>
  (await (await fetch(`http://127.0.0.1:${story.broker.running.adminPort}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith(name));

describe('a request that waits for approval', () => {
  it('is told over a webhook that anybody with the secret can verify', async () => {
    const job = await story.ask('risky', { environment: 'production' });
    await deliver();
    const [{ headers, text, path, method } = { headers: {}, text: '' } as never] = webhook.received;
    expect({ path, method, type: headers['content-type'] }).toEqual({
      path: '/hook',
      method: 'POST',
      type: 'application/json',
    });
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(headers['webhook-timestamp']).toBe(String(Date.UTC(2026, 10, 23, 9) / 1000));
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    expect(new Webhook(SECRET).sign(String(headers['webhook-id']), at, text)).toBe(headers['webhook-signature']);
    expect(JSON.parse(text)).toEqual({
      type: 'request.waiting',
      timestamp: '2026-11-23T09:00:00.000Z',
      data: expect.objectContaining({
        ...{ request_id: job.id, request_url: `https://buildpass.example.com/requests/${job.id}` },
        ...{ project: 'shop', entitlement: 'risky', risk: 'high', title: 'Deploy the web shop', actor: 'robin' },
        ...{ by: ['octo-org/releases'], needed: 1, break_glass: [], expires_at: '2026-11-23T09:30:00.000Z' },
        ...{ repository: 'octo-org/octo-repo', ref: 'refs/heads/main', environment: 'production' },
        gives: 'a JWT for https://deploy.example.com',
      }),
    });
  });

  it('is told in Slack as plain text with one link, whatever the job wrote', async () => {
    const hostile = '<!channel> <https://evil.example|Approve> & *bold*';
    const job = await story.ask('deploy', {}, { reason: hostile });
    await deliver();
    const [{ body, path, text } = { text: '' } as never] = slack.received;
    expect(path).toBe('/services/T0/B0/veryverysecret');
    expect(body).toMatchObject({ unfurl_links: false, unfurl_media: false });
    expect(body.blocks[0].text.text).toBe(
      `*shop/deploy waits for approval*\n<https://buildpass.example.com/requests/${job.id}|Open the request>`,
    );
    const fields: { type: string; text: string }[] = body.blocks[1].fields;
    expect(new Set(fields.map(({ type }) => type))).toEqual(new Set(['plain_text']));
    expect(fields.map((field) => field.text)).toContain(
      'Reason: &lt;!channel&gt; &lt;https://evil.example|Approve&gt; &amp; *bold*',
    );
    expect(text.match(/</g)).toHaveLength(1);
  });

  it('is told by e-mail to everybody on the list, in plain text', async () => {
    const job = await story.ask('deploy', {}, { reason: 'Release 2.4', ticket: 'SHOP-1' });
    await deliver();
    expect(mail.mails).toMatchObject([
      { from: 'buildpass@example.com', to: ['releases@example.com', 'ops@example.com'], secure: false },
    ]);
    const text = mail.mails[0]?.text ?? '';
    for (const line of [
      'Subject: Buildpass: shop/deploy waits for approval',
      'Auto-Submitted: auto-generated',
      'Content-Type: text/plain; charset=utf-8',
      'What: Deploy the web shop: a JWT for https://deploy.example.com (risk low)',
      'Reason: Release 2.4',
      'Ticket: SHOP-1',
      'Who decides: 1 of octo-org/releases',
      'Until: 2026-11-23 09:30 UTC',
      `https://buildpass.example.com/requests/${job.id}`,
    ])
      expect(text).toContain(line);
  });

  it('is told once for all jobs of a run that share the approval', async () => {
    await story.ask('run', { check_run_id: '1' });
    await story.ask('run', { check_run_id: '2' });
    await deliver();
    expect(types()).toEqual(['request.waiting']);
  });
});

describe('what came of it', () => {
  it('is told with who decided and why, once enough people did', async () => {
    const job = await story.ask('two');
    await story.decide('Alex', job, { verdict: 'approve', reason: 'Fine by me.' });
    await deliver();
    expect(types()).toEqual(['request.waiting']);
    await story.decide('Kim', job, { verdict: 'approve', reason: 'And by me.' });
    await deliver();
    expect(webhook.received[1]?.body).toMatchObject({
      type: 'request.decided',
      data: {
        request_id: job.id,
        decision: 'approved',
        verdicts: [
          { verdict: 'approve', name: 'Alex', reason: 'Fine by me.' },
          { verdict: 'approve', name: 'Kim', reason: 'And by me.' },
        ],
      },
    });
  });

  it('is told of a rejection', async () => {
    await story.decide('Alex', await story.ask(), { verdict: 'reject', reason: 'Not on a Monday.' });
    await deliver();
    expect(mail.mails[1]?.text).toContain('Rejected by: Alex: Not on a Monday.');
    expect(slack.received[1]?.body.text).toContain('shop/deploy was rejected');
  });

  it('is told of what nobody decided, and of what nobody collected', async () => {
    await story.ask();
    await story.decide('Alex', await story.ask('self'), 'approve');
    story.pass(61 * MINUTE_MS);
    await deliver();
    await deliver();
    const expired = webhook.received.filter(({ body }) => body.type === 'request.expired');
    expect(expired.map(({ body }) => [body.data.entitlement, body.data.was]).sort()).toEqual([
      ['deploy', 'pending'],
      ['self', 'approved'],
    ]);
  });
});

describe('a channel that does not take it', () => {
  it('is told again later with the same id, and neither the job nor another channel waits for it', async () => {
    webhook.status = 500;
    const job = await story.ask();
    await deliver();
    expect([slack.received.length, mail.mails.length]).toEqual([1, 1]);
    expect((await story.decide('Alex', job, 'approve')).status).toBe(200);
    expect((await job.collect()).status).toBe(200);
    webhook.status = 204;
    story.pass(4_000);
    await deliver();
    expect(types()).toEqual(['request.waiting', 'request.decided']);
    story.pass(2_000);
    await deliver();
    expect(types()).toEqual(['request.waiting', 'request.decided', 'request.waiting']);
    const ids = webhook.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[2]).toBe(ids[0]);
    expect(await metric('buildpass_notices_total')).toEqual(
      expect.arrayContaining([
        'buildpass_notices_total{channel="webhook",outcome="failed"} 1',
        'buildpass_notices_total{channel="webhook",outcome="delivered"} 2',
      ]),
    );
  });

  it('is not followed where it redirects', async () => {
    webhook.status = 302;
    await story.ask();
    await deliver();
    expect(webhook.received.map(({ path }) => path)).toEqual(['/hook']);
    expect(await metric('buildpass_outbox_items')).toContain('buildpass_outbox_items{kind="notify"} 1');
  });

  it('is given up after a day, with a line that wakes somebody and holds no secret', async () => {
    slack.status = 503;
    await story.ask();
    for (let hours = 0; hours < 26; hours += 1) {
      await deliver();
      story.pass(60 * MINUTE_MS);
    }
    const alarms = story.broker.logLines.filter((line) => line.includes('"level":"error"'));
    expect(alarms).toHaveLength(2);
    expect(alarms[0]).toContain('a notice was given up: its channel did not take it for a day');
    expect(alarms.join('')).toMatch(/"channel":"slack".*request\.waiting/);
    expect(story.broker.logLines.join('')).not.toContain('veryverysecret');
    expect(await metric('buildpass_outbox_items')).toContain('buildpass_outbox_items{kind="notify"} 0');
  });

  it('that was taken out of the configuration is dropped with a warning', async () => {
    await story.ask();
    const { running } = story.broker;
    await running.store.commit(async (tx) => {
      const [row] = await tx.outbox.claim({ kind: 'notify', now: tx.now, claimedUntil: tx.now, limit: 1 });
      await tx.outbox.put({
        id: 'obx_old',
        kind: 'notify',
        payload: row?.payload.replace('"webhook"', '"gone"') ?? '',
        dueAt: tx.now,
      });
    });
    await deliver();
    expect(story.broker.logLines.join('')).toContain('a notice is for a channel that is not configured any more');
    expect(await metric('buildpass_outbox_items')).toContain('buildpass_outbox_items{kind="notify"} 0');
  });
});
