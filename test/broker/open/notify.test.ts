import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NoticeChannel } from '../../../broker/notify/channel.ts';
import { openNotify } from '../../../broker/open/notify.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

const logger = createLogger({ level: 'silent', demo: false });
const privateNetwork = false;

async function refusalOf(kind: 'webhook' | 'slack', text: string | undefined, mode = 0o600): Promise<string> {
  const file = join(await temporaryDirectory(), 'secret');
  if (text !== undefined) writeFileSync(file, text, { mode });
  const channel: NoticeChannel =
    kind === 'webhook'
      ? { kind, name: 'w', url: 'https://ops.example.com/hook', secretFile: file, privateNetwork }
      : { kind, name: 's', urlFile: file, privateNetwork };
  return openNotify({ notify: [channel], proxies: {} }, logger).then(
    () => 'it opens',
    (error: Error) => error.message.replace(file, 'FILE'),
  );
}

describe('a channel of a start', () => {
  it('is open with a good secret, whatever white space an editor left', async () => {
    expect(await refusalOf('webhook', `whsec_${Buffer.alloc(32).toString('base64')}\n\n`)).toBe('it opens');
    expect(await refusalOf('slack', 'https://hooks.slack.com/services/T0/B0/abc\n')).toBe('it opens');
  });

  it.each([
    ['webhook', undefined, /^FILE: there is no such file: make one: echo "whsec_\$\(openssl rand -base64 32\)"/],
    ['webhook', 'hunter2hunter2hunter2', /^FILE: is no secret of Standard Webhooks/],
    ['slack', '', /^FILE: does not hold one https address/],
    ['slack', 'http://hooks.slack.com/services/T0/B0/abc', /^FILE: does not hold one https address/],
    ['slack', 'https://hooks.slack.com/a\nhttps://hooks.slack.com/b', /^FILE: does not hold one https address/],
  ] as const)('of kind %s with %j stops the start without repeating it', async (kind, text, why) => {
    const refusal = await refusalOf(kind, text);
    expect(refusal).toMatch(why);
    expect(refusal).not.toContain('hunter2');
  });

  it('does not start with a secret that others can read', async () => {
    expect(await refusalOf('webhook', 'whsec_x', 0o644)).toContain('can be read or changed by others');
  });
});
