import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../broker/config.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

const WEBHOOK = '{ kind: webhook, url: https://ops.example.com/hook, secret-file: ./w }';
const SLACK = '{ kind: slack, url-file: ./slack.url }';
const MAIL = 'kind: email, host: smtp.example.com, from: buildpass@example.com, to: ops@example.com';
const withNotify = (...channels: string[]): string => `${VALID_CONFIG}notify: [ ${channels.join(', ')} ]\n`;

async function refusalOf(...channels: string[]): Promise<string> {
  const file = await writeConfig(withNotify(...channels));
  return loadConfig(file, {}).then(
    () => 'it loads',
    (error: Error) => error.message.replaceAll(`${dirname(file)}/`, ''),
  );
}

describe('notify', () => {
  it('fills in what most people need, and says nothing of keys without effect', async () => {
    const file = await writeConfig(withNotify(WEBHOOK, SLACK, `{ ${MAIL} }`));
    const { notify, warnings } = await loadConfig(file, {});
    const path = (name: string): string => join(dirname(file), name);
    expect(warnings).toEqual([]);
    expect(notify).toEqual([
      {
        ...{ kind: 'webhook', name: 'webhook https://ops.example.com/hook', url: 'https://ops.example.com/hook' },
        ...{ secretFile: path('w'), privateNetwork: false },
      },
      { kind: 'slack', name: 'slack ./slack.url', urlFile: path('slack.url'), privateNetwork: false },
      {
        ...{ kind: 'email', name: 'email to ops@example.com by smtp.example.com:587', host: 'smtp.example.com' },
        ...{ port: 587, tls: 'starttls', from: 'buildpass@example.com', to: ['ops@example.com'], login: undefined },
        privateNetwork: false,
      },
    ]);
  });

  it('takes a list of people, a login and a server inside', async () => {
    const more = 'tls: implicit, user: buildpass, password-file: ./p, private-network: true';
    const file = await writeConfig(withNotify(`{ ${MAIL.replace('ops@', '[ops@')}, qa@example.com], ${more} }`));
    expect((await loadConfig(file, {})).notify).toMatchObject([
      {
        ...{ port: 465, to: ['ops@example.com', 'qa@example.com'], privateNetwork: true },
        login: { user: 'buildpass', passwordFile: join(dirname(file), 'p') },
      },
    ]);
  });

  it.each([
    ['no channel', '', /notify: .*(at least|empty|>=1|names nothing)/i],
    ['an unknown kind', '{ kind: pager }', /notify\.0\.kind|notify\[0\]\.kind/],
    ['http', WEBHOOK.replace('https:', 'http:'), /is not encrypted/],
    ['a password in the address', WEBHOOK.replace('ops.example', 'u:p@ops.example'), /must not stand in an address/],
    ['the same channel twice', `${SLACK}, ${SLACK}`, /is the slack \.\/slack\.url once more: name each channel once/],
    ['no encryption to elsewhere', `{ ${MAIL}, tls: none }`, /"none" is for a server on this machine only/],
    ['a user without a password', `{ ${MAIL}, user: me }`, /user: a login is `user` and `password-file`/],
    [
      'a password without a user',
      `{ ${MAIL}, password-file: ./p }`,
      /password-file: a login is `user` and `password-file`/,
    ],
    [
      'a sender with a name',
      `{ ${MAIL.replace('buildpass@example.com', '"B <b@example.com>"')} }`,
      /one plain address/,
    ],
    [
      'two senders',
      `{ ${MAIL.replace('buildpass@example.com', '"a@example.com,b@example.com"')} }`,
      /one plain address/,
    ],
    ['a host with a port', `{ ${MAIL.replace('smtp.example.com', '"https://smtp"')} }`, /must be the name or address/],
    ['a certificate file that is not there', `{ ${MAIL}, ca-file: ./nope.pem }`, /ca-file: "nope\.pem" cannot be read/],
  ])('refuses %s', async (_what, channel, why) => {
    expect(await refusalOf(channel)).toMatch(why);
  });

  it('refuses a secret file that others can read', async () => {
    const file = await writeConfig(withNotify(WEBHOOK));
    await writeFile(join(dirname(file), 'w'), 'x', { mode: 0o644 });
    await expect(loadConfig(file, {})).rejects.toThrow(/notify.*secret-file.*can be read or changed by others/);
  });
});
