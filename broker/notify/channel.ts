// A channel that people are told over, as the configuration names it and as it is used.
import type { Millis } from '../clock.ts';
import type { Notice } from './notice.ts';

interface Configured {
  /** kind and place as the configuration has them: what is queued is for the channel of this name */
  readonly name: string;
  readonly privateNetwork: boolean;
  /** PEM of the authorities that its host is verified with, instead of the public ones */
  readonly authorities?: string;
}

export interface WebhookChannel extends Configured {
  readonly kind: 'webhook';
  readonly url: string;
  readonly secretFile: string;
}

export interface SlackChannel extends Configured {
  readonly kind: 'slack';
  readonly urlFile: string;
}

export interface EmailChannel extends Configured {
  readonly kind: 'email';
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly from: string;
  readonly to: readonly string[];
  readonly login: { readonly user: string; readonly passwordFile: string } | undefined;
}

export type NoticeChannel = WebhookChannel | SlackChannel | EmailChannel;

/** One try to tell one channel; the id is the same for every try, so that whoever got it twice can tell. */
export interface Delivery {
  readonly id: string;
  readonly now: Millis;
  readonly at: Millis;
  readonly notice: Notice;
  /** public origin of the broker, where people decide */
  readonly brokerUrl: string;
}

export interface OpenChannel {
  readonly name: string;
  readonly kind: NoticeChannel['kind'];
  /** Resolves once the other side took it; any Error means that it did not, or may not have. */
  send(delivery: Delivery): Promise<void>;
}
