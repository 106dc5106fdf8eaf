// The keys of one channel of `notify`.
import { z } from 'zod';
import { address, caFile, privateNetwork, secretFile, text } from './forms.ts';
import { oidcIssuerProblem } from './urls.ts';

const HOST = /^[A-Za-z0-9:.-]{1,253}$/;
const MAILBOX = /^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/;

const mailbox = z.string().regex(MAILBOX, 'must be one plain address, like ops@example.com');
const channel = { 'private-network': privateNetwork, 'ca-file': caFile };

export const notification = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook').describe('`webhook`: a signed HTTP request in the form of Standard Webhooks.'),
    url: address(oidcIssuerProblem, 'For `webhook`: where it goes.'),
    'secret-file': secretFile(
      'For `webhook`: the secret that it is signed with, `whsec_` and 24 to 64 bytes in base64.',
    ),
    ...channel,
  }),
  z.strictObject({
    kind: z.literal('slack').describe('`slack`: an incoming webhook of Slack, or of what takes the same.'),
    'url-file': secretFile('For `slack`: the address of the incoming webhook, which is a secret itself.'),
    ...channel,
  }),
  z.strictObject({
    kind: z.literal('email').describe('`email`: over SMTP.'),
    host: z
      .string()
      .regex(HOST, 'must be the name or address of a host, without a port')
      .describe('For `email`: the SMTP server.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('For `email`: its port. Left out, it is 587, or 465 for `tls: implicit`.'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .default('starttls')
      .describe(
        'For `email`: how the connection is encrypted. `starttls` sends nothing where the server does not offer it; `none` is for a server on this machine only.',
      ),
    from: mailbox.describe('For `email`: the sender.'),
    to: z
      .union([mailbox, z.array(mailbox).min(1).max(20)])
      .describe('For `email`: who is told: an address or a list of them.'),
    user: text('For `email`: the login at the server, where it wants one.').optional(),
    'password-file': secretFile('For `email`: the password of the login.').optional(),
    ...channel,
  }),
]);
