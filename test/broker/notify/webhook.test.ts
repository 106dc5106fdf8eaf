import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebhookChannel } from '../../../broker/notify/channel.ts';
import { openWebhook, webhookKey } from '../../../broker/notify/webhook.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { Secret } from '../../../shared/secret.ts';
import { deliveryOf } from '../../support/build-notice.ts';
import { NoticeReceiver } from '../../support/notice-receivers.ts';

const KEY = Buffer.alloc(32, 9);
const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 9).toString('base64')}`;
const keyOf = (text: string): Buffer | undefined => webhookKey(new Secret(text));

async function receive(now = Date.now()) {
  const receiver = await NoticeReceiver.start();
  onTestFinished(() => receiver.close());
  const channel: WebhookChannel = {
    ...{ kind: 'webhook', name: 'w', url: `${receiver.url}/hook`, secretFile: '', privateNetwork: false },
  };
  const open = openWebhook(channel, KEY, createUpstreamFetch(channel));
  await open.send(deliveryOf(undefined, now));
  const [received] = receiver.received;
  return { text: received?.text ?? '', headers: received?.headers as Record<string, string> };
}

describe('a signed webhook', () => {
  it('is taken by the library of the standard, and by it only as it was sent', async () => {
    const { text, headers } = await receive();
    const library = new Webhook(secretOf(32));
    expect(library.verify(text, headers)).toMatchObject({ type: 'request.expired', data: { request_id: 'req_1' } });
    expect(() => library.verify(text.replace('req_1', 'req_2'), headers)).toThrow('No matching signature');
    expect(() => library.verify(text, { ...headers, 'webhook-id': 'obx_2' })).toThrow('No matching signature');
    expect(() => new Webhook(secretOf(24)).verify(text, headers)).toThrow('No matching signature');
  });

  it('says when it was sent, so that an old one can be refused', async () => {
    const { text, headers } = await receive(Date.now() - 6 * 60_000);
    expect(() => new Webhook(secretOf(32)).verify(text, headers)).toThrow('too old');
  });
});

describe('the secret of a webhook', () => {
  it.each([24, 32, 64])('may have %i bytes', (bytes) => {
    expect(keyOf(secretOf(bytes))).toEqual(Buffer.alloc(bytes, 9));
  });

  it.each([
    ['nothing', ''],
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['too few bytes', secretOf(23)],
    ['too many bytes', secretOf(65)],
    ['no base64', `whsec_${'*'.repeat(40)}`],
    ['base64 that is cut', secretOf(32).slice(0, -2)],
    ['a second line', `${secretOf(32)}\n${secretOf(32)}`],
  ])('may not be one with %s', (_what, text) => {
    expect(keyOf(text)).toBeUndefined();
  });
});
