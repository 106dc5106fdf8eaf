// Notices as signed HTTP requests, in the form of Standard Webhooks: whoever shares the secret can tell that the broker sent it,
// when, and that nothing of it was changed.
import { createHmac } from 'node:crypto';
import type { Secret } from '../../shared/secret.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import type { Delivery, OpenChannel, WebhookChannel } from './channel.ts';
import { pageOf } from './notice-words.ts';
import { postJson } from './post-json.ts';

const SECRET_FORM = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;
const [FEWEST_BYTES, MOST_BYTES] = [24, 64];

/** The key that a `whsec_…` text holds; undefined where it is none, or its key is too short or too long. */
export function webhookKey(secret: Secret): Buffer | undefined {
  const [, encoded = ''] = SECRET_FORM.exec(secret.reveal()) ?? [];
  const key = Buffer.from(encoded, 'base64');
  return key.length >= FEWEST_BYTES && key.length <= MOST_BYTES && key.toString('base64') === encoded ? key : undefined;
}

export function openWebhook({ name, url }: WebhookChannel, key: Buffer, ask: UpstreamFetch): OpenChannel {
  return {
    name,
    kind: 'webhook',
    send: (delivery) => {
      const body = bodyOf(delivery);
      const timestamp = String(Math.floor(delivery.now / 1000));
      const signature = createHmac('sha256', key).update(`${delivery.id}.${timestamp}.${body}`).digest('base64');
      const signed = { id: delivery.id, timestamp, signature: `v1,${signature}` };
      return postJson(ask, url, { body, headers: named(signed) });
    },
  };
}

const named = (signed: Readonly<Record<'id' | 'timestamp' | 'signature', string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(signed).map(([name, value]) => [`webhook-${name}`, value]));

function bodyOf({ at, notice, brokerUrl }: Delivery): string {
  const page = pageOf(notice, brokerUrl);
  const data = { ...notice.fields, ...('request_id' in notice.fields ? { request_url: page } : { page_url: page }) };
  return JSON.stringify({ type: notice.kind, timestamp: new Date(at).toISOString(), data });
}
