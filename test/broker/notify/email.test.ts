import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EmailChannel } from '../../../broker/notify/channel.ts';
import { openEmail } from '../../../broker/notify/email.ts';
import { Secret } from '../../../shared/secret.ts';
import { deliveryOf, expiredNotice } from '../../support/build-notice.ts';
import { createAuthority } from '../../support/certificates.ts';
import { MailServer } from '../../support/notice-receivers.ts';

const authority = createAuthority();
const PASSWORD = 'correct horse battery';

async function server(options: Parameters<typeof MailServer.start>[0] = {}): Promise<MailServer> {
  const started = await MailServer.start({ ...authority.serverTls(), ...options });
  onTestFinished(() => started.close());
  return started;
}

const channel = ({ port }: MailServer, changes: Partial<EmailChannel> = {}): EmailChannel => ({
  ...{ kind: 'email', name: 'email', host: 'localhost', port, tls: 'starttls', privateNetwork: true },
  ...{ authorities: authority.pem, from: 'buildpass@example.com', to: ['ops@example.com'], login: undefined },
  ...changes,
});

const send = (to: EmailChannel, password?: string, notice = expiredNotice()): Promise<void> =>
  openEmail(to, password === undefined ? undefined : new Secret(password)).send(deliveryOf(notice));

describe('an e-mail', () => {
  it('goes encrypted by STARTTLS, with a login where the server wants one', async () => {
    const mail = await server({ password: PASSWORD });
    await send(channel(mail, { login: { user: 'buildpass', passwordFile: '' } }), PASSWORD);
    expect(mail.mails).toMatchObject([{ secure: true, user: 'buildpass', to: ['ops@example.com'] }]);
  });

  it('goes encrypted from the first byte', async () => {
    const mail = await server({ secure: true });
    await send(channel(mail, { tls: 'implicit' }));
    expect(mail.mails).toMatchObject([{ secure: true }]);
  });

  it('is the same mail at every try, and holds no line that a job could add', async () => {
    const mail = await server();
    const hostile = expiredNotice({ actor: 'x\r\nBcc: all@example.com\r\n.\r\n', reason: '\u202eevil' });
    await send(channel(mail), undefined, hostile);
    const [{ text, to } = { text: '', to: [] }] = mail.mails;
    expect(to).toEqual(['ops@example.com']);
    expect(text).toContain('Message-ID: <obx_1@buildpass.example.com>');
    expect(text).not.toMatch(/^Bcc:/m);
    expect(text).toContain('Asked by: x\\u{d}\\u{a}Bcc');
    expect(text).not.toContain('\u202e');
  });

  it('is not sent where the server offers no encryption, by mistake or because somebody took the offer out', async () => {
    const mail = await server({ disabledCommands: ['STARTTLS'] });
    await expect(send(channel(mail))).rejects.toThrow(/STARTTLS/);
    expect(mail.mails).toEqual([]);
  });

  it('is not sent to a server that another authority vouches for', async () => {
    const mail = await server();
    const other = channel(mail, { authorities: createAuthority('Another authority').pem });
    await expect(send(other)).rejects.toThrow(/certificate|self-signed|signature/i);
    expect(mail.mails).toEqual([]);
  });

  it('is not sent with a wrong password, and the error does not repeat it', async () => {
    const mail = await server({ password: PASSWORD });
    const to = channel(mail, { login: { user: 'buildpass', passwordFile: '' } });
    const error = await send(to, 'wrong-password-here').catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('wrong-password-here');
  });

  it.each(['', '220 mail.example.com\r\n'])(
    'is given up at a server that says %j and then no more',
    async (greeting) => {
      const silent = createServer((socket) => void socket.on('error', () => undefined).write(greeting)).listen(
        0,
        '127.0.0.1',
      );
      await once(silent, 'listening');
      onTestFinished(() => void silent.close());
      const { port } = silent.address() as AddressInfo;
      const to = channel({ port } as MailServer, { host: '127.0.0.1' });
      await expect(openEmail(to, undefined, 50).send(deliveryOf())).rejects.toThrow('took too long');
    },
  );

  it.each([
    ['a private address', { host: '127.0.0.1', privateNetwork: false }, 'only `private-network: true` allows that'],
    ['a name that leads there', { privateNetwork: false }, 'only `private-network: true` allows that'],
    ['the metadata service of a cloud', { host: '169.254.169.254' }, 'where nothing is ever asked'],
    ['another machine without encryption', { host: '10.0.0.1', tls: 'none' }, 'which is not this machine'],
  ] as const)('is not sent to %s', async (_what, changes, why) => {
    const mail = await server();
    await expect(send(channel(mail, changes))).rejects.toThrow(why);
    expect(mail.mails).toEqual([]);
  });
});
