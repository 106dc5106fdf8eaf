import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proxyPasswords } from '../../../broker/config/proxies.ts';
import { loadConfig } from '../../../broker/config.ts';
import { createAuthority } from '../../support/certificates.ts';
import { VALID_CONFIG, writeConfig } from '../../support/config-file.ts';

const [ONE, TWO] = [createAuthority('One').pem, createAuthority('Two').pem];

/** Loads a configuration whose issuer names this file as its `ca-file`; undefined: without the file being there. */
async function loadWithAuthorities(pem: string | undefined) {
  const file = await writeConfig(VALID_CONFIG.replace('kind: github', 'kind: github, ca-file: ./ca.pem'));
  if (pem !== undefined) await writeFile(join(dirname(file), 'ca.pem'), pem);
  return { file, loaded: loadConfig(file, {}) };
}

describe('the certificate authorities of an issuer', () => {
  it.each([
    ['one', ONE, [ONE]],
    ['several', ONE + TWO, [ONE, TWO]],
    [
      'with words around it',
      `# of the office\n${ONE}\n-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n`,
      [ONE],
    ],
  ])('are read with the configuration: %s', async (_what, pem, expected) => {
    const { loaded } = await loadWithAuthorities(pem);
    const [issuer] = (await loaded).issuers;
    expect(`${issuer?.authorities}\n`).toBe(
      expected
        .map((one) => one.trim())
        .join('\n')
        .concat('\n'),
    );
    expect((await loaded).warnings).toEqual([]);
  });

  it.each([
    ['a file that is not there', undefined, 'cannot be read: there is no such file'],
    ['a file without a certificate', 'secret words', 'holds no certificate: it must be PEM'],
    ['a damaged second one', ONE + TWO.replace(/\n.{9}/, '\nAAAAAAAAA'), ': its certificate 2 cannot be read'],
  ])('are refused with file, line and key: %s', async (_what, pem, words) => {
    const { file, loaded } = await loadWithAuthorities(pem);
    const message: string = await loaded.then(String, (error: Error) => error.message);
    expect(message.replaceAll(`${dirname(file)}/`, '')).toMatch(
      /^buildpass\.yaml:5:27: issuers\.github\.ca-file: "ca\.pem"/,
    );
    expect(message).toContain(words);
    expect(message).not.toContain('secret words');
  });

  it('are refused where the file is a directory', async () => {
    const file = await writeConfig(VALID_CONFIG.replace('kind: github', 'kind: github, ca-file: .'));
    await expect(loadConfig(file, {})).rejects.toThrow('issuers.github.ca-file: ');
  });
});

it('`private-network` of an issuer is taken, and has its effect', async () => {
  const file = await writeConfig(VALID_CONFIG.replace('kind: github', 'kind: github, private-network: true'));
  const { issuers, warnings } = await loadConfig(file, {});
  expect(issuers).toMatchObject([{ name: 'github', privateNetwork: true }]);
  expect(warnings).toEqual([]);
});

describe('the proxies of the environment', () => {
  const load = async (environment: Record<string, string>) =>
    (await loadConfig(await writeConfig(), environment)).proxies;

  it('are taken in either spelling, with their exceptions', async () => {
    const environment = { https_proxy: 'http://proxy.internal:3128', NO_PROXY: 'ghes.internal', HTTPS_PROXY: '' };
    expect(await load({ ...environment, HTTP_PROXY: 'http://other.internal', PATH: '/bin' })).toEqual({
      https_proxy: 'http://proxy.internal:3128',
      NO_PROXY: 'ghes.internal',
    });
  });

  it.each(['proxy.internal:3128', 'socks5://proxy.internal', 'http://', 'http://user:%zz-sesame@proxy.internal'])(
    'must be addresses, and are not quoted: %s',
    async (address) => {
      await expect(load({ HTTPS_PROXY: address })).rejects.toThrow(
        /^HTTPS_PROXY is not the address of a proxy: write one like http:\/\/proxy\.internal:3128, or unset it$/,
      );
    },
  );

  it('may have passwords, which are secrets in either form', () => {
    const proxies = { HTTPS_PROXY: 'http://user:open%20sesame@proxy.internal', https_proxy: 'http://proxy.internal' };
    expect(proxyPasswords(proxies)).toEqual(['open%20sesame', 'open sesame']);
    expect(proxyPasswords({})).toEqual([]);
  });
});
