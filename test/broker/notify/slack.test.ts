import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../../broker/notify/notice-words.ts';
import { slackMessage } from '../../../broker/notify/slack.ts';
import { expiredNotice } from '../../support/build-notice.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
const messageOf = (changes: object): any =>
  slackMessage(wordsOf(expiredNotice(changes), 'https://buildpass.example.com'));
const fieldsOf = (changes: object): string[] =>
  messageOf(changes).blocks[1].fields.map(({ text }: { text: string }) => text);

describe('a message for Slack', () => {
  it('has no field longer than Slack takes, and no half of an escape', () => {
    const reason = fieldsOf({ reason: `${'a'.repeat(1988)}<b>` }).find((text) => text.startsWith('Reason')) ?? '';
    expect(reason.length).toBeLessThanOrEqual(2000);
    expect(reason).toMatch(/aa…$/);
  });

  it('shows characters that nobody sees, and keeps what was said on its line', () => {
    expect(fieldsOf({ reason: 'fine\u202e\nDecided by: Alex' })).toContain(
      'Reason: fine\\u{202e}\\u{a}Decided by: Alex',
    );
  });

  it('has ten fields at most', () => {
    expect(fieldsOf({ reason: 'r', ticket: 't', environment: 'production' }).length).toBeLessThanOrEqual(10);
  });
});
