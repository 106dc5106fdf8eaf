import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../broker/clock.ts';
import { openGithub } from '../../../broker/open/github.ts';
import { createLogger } from '../../../broker/telemetry/logger.ts';

const policies = { directory: '', organizationFile: '' };
const deps = { clock: systemClock, logger: createLogger({ level: 'silent', demo: false }) };

const open = (text: string | undefined, mode = 0o600) => {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const privateKeyFile = join(directory, 'app.pem');
  if (text !== undefined) writeFileSync(privateKeyFile, text);
  if (text !== undefined) chmodSync(privateKeyFile, mode);
  const app = { apiUrl: 'https://api.github.com', appId: '1', privateNetwork: false, issuers: ['github'] };
  return openGithub({ github: { ...app, privateKeyFile }, policies, proxies: {} }, deps);
};

describe('a start with a GitHub App', () => {
  it.each([
    ['has no key', undefined, 0o600, 'there is no such file: put the private key of the GitHub App there'],
    ['has something else in its place', 'secret', 0o600, 'is not the private key of a GitHub App'],
    ['lets others read it', 'secret', 0o644, 'can be read or changed by others'],
  ])('is refused where it %s', async (...[, text, mode, message]) => {
    await expect(open(text, mode)).rejects.toThrow(message);
    await expect(open(text, mode)).rejects.not.toThrow('secret');
  });

  it('asks nobody where none is configured', async () => {
    expect(await openGithub({ github: undefined, policies, proxies: {} }, deps)).toBeUndefined();
  });
});
