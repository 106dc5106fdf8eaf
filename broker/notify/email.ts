// Notices by e-mail: plain text over SMTP, to a server whose address is checked like any other that the broker connects to, and
// encrypted unless it is on this machine.
import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Secret } from '../../shared/secret.ts';
import type { Millis } from '../clock.ts';
import { connectUpstream } from '../upstream/socket.ts';
import type { Delivery, EmailChannel, OpenChannel } from './channel.ts';
import { wordsOf } from './notice-words.ts';

const TIMEOUT_MS: Millis = 10_000;
/** For all of it: a server that says something now and then is not waited for any longer. */
const DEADLINE_MS: Millis = 20_000;

export function openEmail(channel: EmailChannel, password: Secret | undefined, deadline = DEADLINE_MS): OpenChannel {
  return {
    name: channel.name,
    kind: 'email',
    send: async (delivery) => {
      const transport = createTransport(transportOf(channel, password, AbortSignal.timeout(deadline)));
      try {
        await transport.sendMail(mailOf(channel, delivery));
      } finally {
        transport.close();
      }
    },
  };
}

function transportOf(
  { host, port, tls, ...channel }: EmailChannel,
  password: Secret | undefined,
  deadline: AbortSignal,
) {
  const reach = tls === 'none' ? 'loopback' : channel.privateNetwork ? 'private' : 'public';
  return {
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    // Said here again, because an environment variable could turn the check off.
    tls: {
      rejectUnauthorized: true,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(channel.authorities === undefined ? {} : { ca: channel.authorities }),
    },
    ...(channel.login === undefined || password === undefined
      ? {}
      : { auth: { user: channel.login.user, pass: password.reveal() } }),
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    getSocket(_options: unknown, callback: (error: Error | null, socket?: object) => void): void {
      connectUpstream({ host, port, reach, timeout: TIMEOUT_MS }).then(
        (connection) => {
          deadline.addEventListener('abort', () => connection.destroy(new Error(`${host}:${port} took too long`)));
          callback(null, { connection });
        },
        (error: Error) => callback(error),
      );
    },
  } as const;
}

function mailOf({ from, to }: EmailChannel, { id, at, notice, brokerUrl }: Delivery) {
  const { title, lines, link } = wordsOf(notice, brokerUrl);
  return {
    ...{ from, to: [...to], date: new Date(at) },
    // Names of our own files, never what somebody wrote.
    subject: `Buildpass: ${title}`,
    messageId: `<${id}@${new URL(brokerUrl).hostname}>`,
    // No answer by a machine that is away (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: [...lines.map(([label, value]) => `${label}: ${value}`), '', link, ''].join('\n'),
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}
