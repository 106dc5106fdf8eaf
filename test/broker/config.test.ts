import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, readEncryptionKey } from '../../broker/config.ts';
import { StartRefused } from '../../broker/errors.ts';
import { temporaryDirectory, VALID_CONFIG, writeConfig } from '../support/config-file.ts';

const NINETY_DAYS = 7_776_000_000;
const load = async (text: string) => loadConfig(await writeConfig(text), {});
const without = (key: string): string => VALID_CONFIG.replace(new RegExp(`^${key}:.*\\n(  .*\\n)?`, 'm'), '');
const replaced = (from: string, to: string): string => {
  expect(VALID_CONFIG).toContain(from);
  return VALID_CONFIG.replace(from, to);
};

/** The findings of a refused configuration, without the directory of the test. */
async function refusal(text: string): Promise<string> {
  const file = await writeConfig(text);
  const error: unknown = await loadConfig(file, {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StartRefused);
  return (error as StartRefused).message.replaceAll(`${dirname(file)}/`, '');
}

describe('loadConfig', () => {
  it('fills in the documented defaults and resolves paths against the file', async () => {
    const file = await writeConfig();
    const config = await loadConfig(file, {});
    expect(config).toEqual({
      file,
      url: 'https://buildpass.example.com',
      issuer: 'https://buildpass.example.com',
      listen: { host: '127.0.0.1', port: 8080, trustedProxies: [], admin: undefined },
      limits: { requests: { count: 2000, per: 3_600_000 }, refusedShare: 0.5 },
      store: { kind: 'sqlite', path: join(dirname(file), 'data/buildpass.db') },
      policies: { directory: join(dirname(file), 'policies'), organizationFile: '_organization.yaml' },
      issuers: [
        {
          name: 'github',
          kind: 'github',
          url: 'https://token.actions.githubusercontent.com',
          owners: { acme: '1001' },
          privateNetwork: false,
        },
      ],
      upstreams: [],
      clouds: {
        aws: { stsUrl: undefined, privateNetwork: false },
        google: {
          stsUrl: 'https://sts.googleapis.com',
          iamCredentialsUrl: 'https://iamcredentials.googleapis.com',
          privateNetwork: false,
        },
        azure: { loginUrl: 'https://login.microsoftonline.com', privateNetwork: false },
      },
      ...{ signIn: [], notify: [], roles: { security: [], operators: [] }, proxies: {} },
      keys: {
        encryptionKeyFile: join(dirname(file), 'kek'),
        ...{ rotateEvery: NINETY_DAYS, publishBeforeUse: 3_600_000, logOverlap: NINETY_DAYS },
        ...{ rsaKeySize: 2048, inAwsKms: {} },
      },
      relyingParties: [],
      ...{ log: { anchorFile: undefined }, warnings: [] },
    });
  });

  it.each(['url', 'store', 'policies', 'issuers', 'keys'])('refuses a file without %s', async (key) => {
    expect(await refusal(without(key))).toMatch(new RegExp(`^buildpass\\.yaml:1:1: ${key}: is missing`));
  });

  it('takes an issuer of our own, an enterprise server and an anchor', async () => {
    const ghes = '  ghes: { kind: github, url: https://ghes.internal/_services/token, owners: { acme: "7" } }\n';
    const own = 'issuer: https://issuer.example.com\nlog: { anchor-file: /mnt/elsewhere/anchor }\n';
    const config = await load(`${VALID_CONFIG.replace('keys:', `${ghes}keys:`)}${own}`);
    expect([config.issuer, config.log.anchorFile]).toEqual(['https://issuer.example.com', '/mnt/elsewhere/anchor']);
    expect(config.issuers[1]).toEqual({
      name: 'ghes',
      kind: 'github',
      url: 'https://ghes.internal/_services/token',
      owners: { acme: '7' },
      privateNetwork: false,
    });
  });

  it.each([
    ['a mistyped key', replaced('policies:', 'polices:'), '3:1: polices: unknown key; did you mean `policies`?'],
    [
      'a mistyped key inside',
      replaced('kind: github', 'knd: github'),
      'issuers.github.knd: unknown key; did you mean `kind`?',
    ],
    [
      'an id that is a number',
      replaced('"1001"', '1001'),
      'issuers.github.owners.acme: must be text, not 1001: put it in quotes, "1001"',
    ],
    ['no owner', replaced('{ acme: "1001" }', '{}'), 'issuers.github.owners: names no owner: anybody could ask'],
    ['a missing list of owners', replaced(', owners: { acme: "1001" }', ''), 'issuers.github.owners: is missing'],
    [
      'no issuer',
      VALID_CONFIG.replace(/issuers:\n.*\n/, 'issuers: {}\n'),
      'issuers: names no issuer: no job could ever be believed',
    ],
    [
      'another kind of issuer',
      replaced('kind: github', 'kind: gitlab'),
      'issuers.github.kind: must be `github`, not "gitlab"',
    ],
    [
      'a store that is none',
      replaced('sqlite:./data', 'file:./data'),
      '2:1: store: "file:./data/buildpass.db" is not a store: write `sqlite:PATH`',
    ],
    [
      'a database password',
      replaced('sqlite:./data', 'postgres://u:p@h'),
      'store: an address with a password must not stand here',
    ],
    [
      'PostgreSQL',
      `${without('store')}store-file: ./dsn\n`,
      'store-file: PostgreSQL is not built yet: use `store: sqlite:PATH`',
    ],
    [
      'policies in a repository',
      replaced('directory: ./policies', 'repository: acme/policies'),
      'policies.repository: policies from a repository are not built yet: use `directory`',
    ],
    ['policies nowhere', replaced('directory: ./policies', 'organization: org.yaml'), 'policies.directory: is missing'],
    [
      'an organization file elsewhere',
      replaced('directory: ./policies', 'directory: ./policies, organization: ../org.yaml'),
      'policies.organization: must be the name of a YAML file in the policy directory',
    ],
    ['a port out of range', `${VALID_CONFIG}listen: { port: 70000 }\n`, 'listen.port: must be at most 65535'],
    [
      'an empty list',
      `${VALID_CONFIG}roles: { security: [] }\n`,
      'roles.security: is empty: name at least one, or leave the key out',
    ],
  ])('refuses %s and says what to write', async (_what, text, expected) => {
    expect(await refusal(text)).toContain(expected);
  });

  it.each([
    [
      'http://buildpass.example.com',
      'is not encrypted: http is for a loopback host only; write https://buildpass.example.com',
    ],
    ['https://buildpass.example.com/', 'is not in normal form: write https://buildpass.example.com'],
    ['https://Buildpass.example.com:443', 'is not in normal form: write https://buildpass.example.com'],
    [
      'https://buildpass.example.com/broker',
      'has a path: only scheme, host and port may stand here; write https://buildpass.example.com',
    ],
    [
      'https://buildpass.example.com?a=b',
      'has a query or a fragment: leave out what follows "https://buildpass.example.com"',
    ],
    ['ftp://buildpass.example.com', 'is not an https address'],
    ['buildpass.example.com', 'is not an https address'],
  ])('refuses the address %s', async (url, expected) => {
    expect(await refusal(replaced('https://buildpass.example.com', JSON.stringify(url)))).toContain(
      `1:1: url: "${url}" ${expected}`,
    );
  });

  it('does not repeat a password that stands in an address', async () => {
    const message = await refusal(
      replaced('https://buildpass.example.com', 'https://me:hunter2@buildpass.example.com'),
    );
    expect(message).toContain('url: a user name or password must not stand in an address');
    expect(message).not.toContain('hunter2');
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    'takes %s, which never leaves the machine',
    async (url) => {
      expect((await load(replaced('https://buildpass.example.com', url))).url).toBe(url);
    },
  );

  it('holds an issuer to the same: encrypted unless on loopback, and no slash at its end', async () => {
    const issuer = 'https://token.actions.githubusercontent.com';
    expect(await refusal(replaced(issuer, 'http://token.example.com'))).toContain(
      'issuers.github.url: "http://token.example.com" is not encrypted: http is for a loopback host only; write https://token.example.com',
    );
    expect(await refusal(replaced(issuer, `${issuer}/`))).toContain(
      `issuers.github.url: "${issuer}/" is not in normal form: write ${issuer}`,
    );
    expect((await load(replaced(issuer, 'http://127.0.0.1:9999/issuer'))).issuers[0]?.url).toBe(
      'http://127.0.0.1:9999/issuer',
    );
  });

  it('refuses two names for one issuer', async () => {
    const twice = VALID_CONFIG.replace(/( {2}github: )(.*\n)/, '$1$2  again: $2');
    expect(await refusal(twice)).toContain(
      'issuers.again.url: "https://token.actions.githubusercontent.com" is already the issuer `github`',
    );
  });

  it('names every problem at once, one a line', async () => {
    const lines = (await refusal(replaced('"1001"', '1001').replace('polic', 'polik'))).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => /^buildpass\.yaml:\d+:\d+: [\w.-]+: ./.test(line))).toBe(true);
  });

  it('says of every key without a part behind it that it has no effect yet', async () => {
    const { warnings, listen, upstreams, file } = await load(`${VALID_CONFIG}
listen: { trusted-proxies: [10.0.3.7], admin: "127.0.0.1:9090" }
upstreams: { vault-prod: { kind: vault, url: https://vault.internal:8200, private-network: true, audience: vault-prod } }
github: { app-id: "12345", private-key-file: ./app.pem, webhook-secret-file: ./webhook.secret }
limits: { requests-per-repository: 2000/h, refused-share: 0.5 }
sign-in: { github: { kind: github, client-id: a, client-secret-file: ./s }, sso: { kind: oidc, issuer: https://sso.example.com, client-id: b, client-secret-file: ./t } }
roles: { security: [acme/security], operators: [acme/platform] }
log: { anchor-file: ./anchor, witnesses: [https://witness.example.com] }
notify: [ { kind: webhook, url: https://hooks.example.com, secret-file: ./h }, { kind: slack, url-file: ./u } ]
relying-parties: { previews: { audience: https://previews.example.com, secret-file: ./r } }
`);
    const keys = warnings.map((line) =>
      line
        .replace(`${dirname(file)}/`, '')
        .replace(/^buildpass\.yaml:\d+:\d+: ([\w.-]+): is read and checked, but has no effect yet.*$/, '$1'),
    );
    expect(keys.sort()).toEqual(['github.webhook-secret-file', 'log.witnesses']);
    expect(listen.trustedProxies).toEqual(['10.0.3.7']);
    expect(upstreams).toEqual([
      {
        ...{ name: 'vault-prod', kind: 'vault', url: 'https://vault.internal:8200', audience: 'vault-prod' },
        ...{ privateNetwork: true, authMount: 'jwt' },
      },
    ]);
  });

  it('refuses a secret file that others can read, wherever it is named', async () => {
    const file = await writeConfig(`${VALID_CONFIG}notify: [ { kind: slack, url-file: ./slack } ]\n`);
    await writeFile(join(dirname(file), 'kek'), 'k', { mode: 0o640 });
    await writeFile(join(dirname(file), 'slack'), 's', { mode: 0o604 });
    const message = await loadConfig(file, {}).catch((error: Error) => error.message);
    expect(message).toContain(
      `6:9: keys.encryption-key-file: "${join(dirname(file), 'kek')}" can be read or changed by others (mode 0640): run chmod 600 on it`,
    );
    expect(message).toContain('notify[0].url-file: ');
  });

  it('does not start while Node accepts any certificate', async () => {
    await expect(loadConfig(await writeConfig(), { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).rejects.toThrow(
      /^NODE_TLS_REJECT_UNAUTHORIZED=0 turns certificate checks off/,
    );
  });

  it('says how to name another file when there is none', async () => {
    const file = join(await temporaryDirectory(), 'buildpass.yaml');
    await expect(loadConfig(file, {})).rejects.toThrow(
      `${file}: there is no such file: write one (docs/configuration.md has an example), or name another with --config FILE`,
    );
  });
});

describe('readEncryptionKey', () => {
  const written = async (text: string, mode = 0o600): Promise<string> => {
    const file = join(await temporaryDirectory(), 'kek');
    await writeFile(file, text, { mode });
    return file;
  };

  it('reads 32 bytes in base64, with or without a newline', async () => {
    const key = Buffer.alloc(32, 7);
    expect(await readEncryptionKey(await written(`${key.toString('base64')}\n`))).toEqual(key);
    expect(await readEncryptionKey(await written(key.toString('base64')))).toEqual(key);
  });

  it.each([
    '',
    'AAAA',
    Buffer.alloc(33).toString('base64'),
    `${Buffer.alloc(32).toString('base64')}x`,
    Buffer.alloc(32).toString('hex'),
  ])('refuses "%s" without repeating it', async (text) => {
    const error = await readEncryptionKey(await written(text)).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(StartRefused);
    expect((error as Error).message).toMatch(/kek: is not 32 bytes in base64/);
  });

  it('refuses a file that others can read', async () => {
    const file = await written(Buffer.alloc(32).toString('base64'), 0o644);
    await expect(readEncryptionKey(file)).rejects.toThrow(
      `"${file}" can be read or changed by others (mode 0644): run chmod 600 on it`,
    );
  });

  it('says how to make one where there is none', async () => {
    const file = join(await temporaryDirectory(), 'kek');
    await expect(readEncryptionKey(file)).rejects.toThrow(
      `${file}: there is no such file: put it back, without it the keys in the store cannot be opened; only where there is no store yet, \`buildpass keys create\` makes both`,
    );
  });
});
