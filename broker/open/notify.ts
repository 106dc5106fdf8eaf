// The channels of a start: their secrets are read and judged now, so that a wrong one stops the start and not the first notice.
// A channel that is down stops nothing.

import { Secret } from '../../shared/secret.ts';
import { isSecureUrl } from '../../shared/secure-url.ts';
import { readSecretFile } from '../config/files.ts';
import type { Config } from '../config.ts';
import { StartRefused } from '../errors.ts';
import type { EmailChannel, NoticeChannel, OpenChannel, SlackChannel, WebhookChannel } from '../notify/channel.ts';
import { openEmail } from '../notify/email.ts';
import { openSlack } from '../notify/slack.ts';
import { openWebhook, webhookKey } from '../notify/webhook.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createUpstreamFetch, type UpstreamFetch } from '../upstream/fetch.ts';

/** @throws StartRefused where a secret file is missing or not as it must be */
export async function openNotify(
  { notify, proxies }: Pick<Config, 'notify' | 'proxies'>,
  logger: Logger,
): Promise<ReadonlyMap<string, OpenChannel>> {
  const channels = new Map<string, OpenChannel>();
  for (const channel of notify) {
    const ask = createUpstreamFetch({ ...channel, proxies });
    channels.set(channel.name, await openChannel(channel, ask, logger));
  }
  return channels;
}

function openChannel(channel: NoticeChannel, ask: UpstreamFetch, logger: Logger): Promise<OpenChannel> {
  switch (channel.kind) {
    case 'webhook':
      return webhookOf(channel, ask, logger);
    case 'slack':
      return slackOf(channel, ask, logger);
    case 'email':
      return emailOf(channel, logger);
  }
}

async function webhookOf(channel: WebhookChannel, ask: UpstreamFetch, logger: Logger): Promise<OpenChannel> {
  const make = 'make one: echo "whsec_$(openssl rand -base64 32)"';
  const secret = await secretOf(channel.secretFile, `${make}, and give it to whoever checks the signatures`, logger);
  const key = webhookKey(secret);
  if (key === undefined)
    throw new StartRefused(
      `${channel.secretFile}: is no secret of Standard Webhooks, which is "whsec_" and 24 to 64 bytes in base64: ${make}`,
    );
  // A receiver may log it either way.
  logger.hide(key.toString('base64'), { always: true });
  return openWebhook(channel, key, ask);
}

async function slackOf(channel: SlackChannel, ask: UpstreamFetch, logger: Logger): Promise<OpenChannel> {
  const url = await secretOf(channel.urlFile, 'put the address of the incoming webhook there', logger);
  const text = url.reveal();
  if (!URL.canParse(text) || !isSecureUrl(text) || /\s/.test(text))
    throw new StartRefused(`${channel.urlFile}: does not hold one https address and nothing else`);
  // Its path alone posts into the channel too.
  logger.hide(new URL(text).pathname, { always: true });
  return openSlack(channel, url, ask);
}

async function emailOf(channel: EmailChannel, logger: Logger): Promise<OpenChannel> {
  const { login, host } = channel;
  if (login === undefined) return openEmail(channel, undefined);
  return openEmail(
    channel,
    await secretOf(login.passwordFile, `put the password of ${login.user} at ${host} there`, logger),
  );
}

async function secretOf(file: string, missing: string, logger: Logger): Promise<Secret> {
  const secret = new Secret((await readSecretFile(file, missing)).trim());
  logger.hide(secret, { always: true });
  return secret;
}
