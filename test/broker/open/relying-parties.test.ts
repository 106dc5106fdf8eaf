import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AudienceOfParty } from '../../../broker/http/oauth-routes.ts';
import { openRelyingParties } from '../../../broker/open/relying-parties.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

const logger = createLogger({ level: 'silent', demo: false });
const audience = 'https://previews.example.com';

async function open(secret: string): Promise<AudienceOfParty> {
  const secretFile = join(await temporaryDirectory(), 'secret');
  writeFileSync(secretFile, secret, { mode: 0o600 });
  return openRelyingParties({ relyingParties: [{ name: 'previews', audience, secretFile }] }, logger);
}

describe('the relying parties of a start', () => {
  it('are known by their secret, whatever white space an editor left', async () => {
    const audienceOf = await open(`${'s'.repeat(32)}\n`);
    expect(audienceOf('previews', 's'.repeat(32))).toBe(audience);
    expect(audienceOf('previews', 's'.repeat(33))).toBeUndefined();
  });

  it('have no secret that could be guessed, and it is not repeated', async () => {
    const refusal = await open('hunter2').then(String, ({ message }: Error) => message);
    expect(refusal).toMatch(/is shorter than 32 characters: make one: openssl rand -hex 32$/);
    expect(refusal).not.toContain('hunter2');
  });
});
