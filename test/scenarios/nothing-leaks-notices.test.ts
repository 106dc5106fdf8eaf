// P6 where people are told: no notice holds a secret of the job or the broker, and no secret of a channel gets into a log line, a
// row, a metric or a notice of another channel, whether it is taken or refused.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NoticeChannel } from '../../broker/notify/channel.ts';
import { ORGANIZATION, PEOPLE, ROBIN, SHOP } from '../support/approval-story.ts';
import { MailServer, NoticeReceiver } from '../support/notice-receivers.ts';
import { signIn } from '../support/person-browser.ts';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';

const KEY = Buffer.from('a-key-of-webhooks-with-32-bytes!').toString('base64');
const PATH = '/services/T0AAAAAAA/B0BBBBBBB/ccccccccccccccccdddddddd';
const PASSWORD = 'the-password-of-the-mail-server';

let [webhook, slack, mail, story]: [NoticeReceiver, NoticeReceiver, MailServer, SecretStory] = [] as never;
const said: string[] = [];

function channels(directory: string): NoticeChannel[] {
  const secret = (name: string, text: string): string => {
    const file = join(directory, `${name}.notify-secret`);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const privateNetwork = false;
  const login = { user: 'buildpass', passwordFile: secret('mail', PASSWORD) };
  const mailbox = { from: 'buildpass@example.com', to: ['ops@example.com'], login } as const;
  return [
    { kind: 'webhook', name: 'hook', url: webhook.url, secretFile: secret('hook', `whsec_${KEY}`), privateNetwork },
    { kind: 'slack', name: 'slack', urlFile: secret('slack', `${slack.url}${PATH}`), privateNetwork },
    { kind: 'email', name: 'mail', host: '127.0.0.1', port: mail.port, tls: 'none', ...mailbox, privateNetwork },
  ];
}

async function tell(): Promise<void> {
  const { broker } = story;
  for (const status of [500, 302, 200]) {
    webhook.status = slack.status = status;
    const secret = newSecret();
    const asked = await story.ask('what people must decide', { scope: 'shop/deploy', secret, claims: ROBIN });
    await broker.running.runBackground();
    const alex = await signIn(broker, 'Alex');
    for (const { value } of alex.cookies.get(new URL(alex.url).host)?.values() ?? [])
      story.search.add('the session of Alex', value);
    const path = `/v1/requests/${asked.body.request_id}`;
    const { body } = await alex.get(path);
    await alex.post(`${path}/verdicts`, { verdict: 'approve', binding: body.approval.binding });
    await story.ask('what was approved', { scope: 'shop/deploy', secret, claims: ROBIN });
    await broker.running.runBackground();
  }
  await slack.close();
  await story.ask('what nobody at Slack hears of', { scope: 'shop/deploy', claims: ROBIN });
  await broker.running.runBackground();
  said.push(...[...webhook.received, ...slack.received].map(({ text, headers }) => text + JSON.stringify(headers)));
  said.push(...mail.mails.map(({ text }) => text));
}

beforeAll(async () => {
  [webhook, slack] = [await NoticeReceiver.start(), await NoticeReceiver.start()];
  mail = await MailServer.start({ password: PASSWORD, allowInsecureAuth: true, disabledCommands: ['STARTTLS'] });
  const policies = { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION };
  story = await SecretStory.start({ people: PEOPLE, policies, notify: channels });
  story.search.add('the key of the webhook', KEY);
  story.search.add('the address of the Slack channel', PATH);
  story.search.add('the password of the mail server', PASSWORD);
  await tell();
});
afterAll(async () => {
  await story.broker.close();
  for (const receiver of [webhook, mail]) await receiver.close();
});

describe('after notices of every kind, no secret is', () => {
  it('missing from the search, and every channel was told', () => {
    expect(story.search.names.join('\n')).toContain('the credential of what was approved');
    expect([webhook.received.length, slack.received.length, mail.mails.length]).toEqual([
      expect.any(Number),
      expect.any(Number),
      7,
    ]);
    expect(said.length).toBeGreaterThan(15);
  });

  it('in a notice', () => {
    expect(said.flatMap((text) => story.search.find(text))).toEqual([]);
  });

  it('in a line of the broker’s own log, though every kind of failure is in it', () => {
    const lines = story.broker.logLines.join('');
    expect(lines).toContain('it answered with status 500');
    expect(lines).toContain('ECONNREFUSED');
    expect(story.search.find(lines)).toEqual([]);
  });

  it('in a row of any table, not even while a notice waits', () => {
    const database = new DatabaseSync(story.broker.config.store.path, { readOnly: true });
    const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    const rows = tables.map(({ name }) => JSON.stringify(database.prepare(`SELECT * FROM "${name}"`).all()));
    expect(database.prepare('SELECT * FROM outbox').all().length).toBeGreaterThan(0);
    database.close();
    expect(rows.flatMap((text) => story.search.find(text))).toEqual([]);
  });

  it('in a byte of any file but those that the configuration names', () => {
    const { directory, config } = story.broker;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.notify-secret'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file !== config.keys.encryptionKeyFile);
    expect(files.flatMap((file) => story.search.find(readFileSync(file)))).toEqual([]);
  });
});
