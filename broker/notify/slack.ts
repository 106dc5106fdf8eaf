// Notices for a channel of Slack, or of what takes the same incoming webhooks. Nothing from outside can format, link, mention or
// unfold: it is escaped, and plain text.
import type { Secret } from '../../shared/secret.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import type { OpenChannel, SlackChannel } from './channel.ts';
import { type NoticeWords, wordsOf } from './notice-words.ts';
import { postJson } from './post-json.ts';

export function openSlack({ name }: SlackChannel, url: Secret, ask: UpstreamFetch): OpenChannel {
  return {
    name,
    kind: 'slack',
    send: ({ notice, brokerUrl }) => {
      const body = JSON.stringify(slackMessage(wordsOf(notice, brokerUrl)));
      return postJson(ask, url.reveal(), { body });
    },
  };
}

/** What a field has room for, and a section. */
const [FIELD, FIELDS] = [2_000, 10];

export function slackMessage({ title, lines, link, opens }: NoticeWords): object {
  const head = { type: 'mrkdwn', text: `*${escaped(title)}*\n<${link}|Open ${opens}>`, verbatim: true };
  const fields = lines.slice(0, FIELDS).map(([label, value]) => plain(`${label}: ${value}`));
  return {
    text: `${escaped(title)}: ${link}`,
    blocks: [
      { type: 'section', text: head },
      { type: 'section', fields },
    ],
    ...{ unfurl_links: false, unfurl_media: false },
  };
}

/** Text of this type has no marks: no bold, no code, no mention. */
const plain = (text: string): object => ({ type: 'plain_text', text: cut(escaped(text), FIELD), emoji: false });

/** The three characters that mean something to Slack everywhere. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Not in the middle of an escape: what is left of it would be read otherwise. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/&[a-z]{0,3}$/, '')}…`;
