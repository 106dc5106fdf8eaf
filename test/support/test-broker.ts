// A whole broker for a story: real store in a temporary directory, real HTTP on loopback, GitHub's OIDC service as a double.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '../../broker/broker.ts';
import type { BrokerOptions, RunningBroker } from '../../broker/broker-options.ts';
import { createKeys } from '../../broker/cli/keys.ts';
import { type Clock, systemClock, systemEntropy } from '../../broker/clock.ts';
import type { Config } from '../../broker/config.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { checkLog, type LoggedEntry } from './check-log.ts';
import { type GithubIssuer, startGithubIssuer } from './github-issuer.ts';
import { makeKeys } from './made-keys.ts';
import { ORGANIZATION, SHOP } from './policy-files.ts';
import { createTestProvider, type TestProvider } from './test-provider.ts';

export const BROKER_URL = 'https://buildpass.example.com';

export interface TestBrokerOptions {
  readonly policies?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** its own keys, where another broker of the same test must not have them */
  readonly keys?: 'own';
  /** when keys rotate; never by themselves unless told */
  readonly keyTimes?: Partial<Config['keys']>;
  readonly provider?: TestProvider;
  readonly providerTimeout?: number;
  readonly openStore?: BrokerOptions['openStore'];
  /** a story about faults or time runs the background work itself */
  readonly background?: 'by-hand';
  readonly listen?: Partial<Config['listen']>;
  readonly limits?: Config['limits'];
  readonly drainTimeout?: number;
  /** further issuers beside `github` */
  readonly issuers?: Readonly<Record<string, GithubIssuer>>;
  /** `iss` of what the broker signs, apart from `url` */
  readonly issuer?: string;
  /** where people and jobs find it, for a browser that has to */
  readonly url?: string;
  /** people who sign in by a link: see `signIn` of person-browser.ts */
  readonly people?: BrokerOptions['demoPeople'];
  /** sign-in providers; secret files go into the directory */
  readonly signIn?: (directory: string) => Config['signIn'];
  readonly roles?: Config['roles'];
  /** channels that people are told over; secret files go into the directory */
  readonly notify?: (directory: string) => Config['notify'];
  /** who may introspect; secret files go into the directory */
  readonly relyingParties?: (directory: string) => Config['relyingParties'];
  /** where credentials come from: doubles on loopback */
  readonly upstreams?: Config['upstreams'];
  readonly clouds?: Partial<Config['clouds']>;
  /** the GitHub App that is asked for facts and makes tokens; its key file goes into the directory */
  readonly app?: (directory: string) => Config['github'];
  /** the repository that the policies are kept in */
  readonly keptIn?: Config['policies']['keptIn'];
}

const PUBLIC_CLOUDS: Config['clouds'] = {
  aws: { stsUrl: undefined, privateNetwork: false },
  google: {
    stsUrl: 'https://sts.googleapis.com',
    iamCredentialsUrl: 'https://iamcredentials.googleapis.com',
    privateNetwork: false,
  },
  azure: { loginUrl: 'https://login.microsoftonline.com', privateNetwork: false },
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
  readonly body: any;
  readonly text: string;
}

export interface AskOptions {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly scope?: string;
  /** null sends none; otherwise a fresh one unless given */
  readonly secret?: string | null;
  readonly parameters?: Readonly<Record<string, string>>;
}

export class TestBroker {
  readonly directory: string;
  readonly config: Config;
  readonly github: GithubIssuer;
  readonly provider: TestProvider;
  readonly logLines: string[] = [];
  running: RunningBroker;
  readonly #options: TestBrokerOptions;

  private constructor(parts: {
    directory: string;
    config: Config;
    github: GithubIssuer;
    options: TestBrokerOptions;
    provider: TestProvider;
    running: RunningBroker;
    logLines: string[];
  }) {
    this.directory = parts.directory;
    this.config = parts.config;
    this.github = parts.github;
    this.provider = parts.provider;
    this.#options = parts.options;
    this.running = parts.running;
    this.logLines = parts.logLines;
  }

  static async start(options: TestBrokerOptions = {}): Promise<TestBroker> {
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-'));
    const { clock } = options;
    const github = await startGithubIssuer(clock === undefined ? {} : { now: () => clock.now() });
    const config = testConfig(directory, github, options);
    writePolicies(
      config.policies.directory,
      options.policies ?? { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION },
    );
    writeFileSync(config.file, configText(config));
    await (options.keys === 'own' ? createKeys(config, {}) : makeKeys(config));
    const provider = options.provider ?? createTestProvider();
    const logLines: string[] = [];
    const running = await launch({ config, options, provider, logLines });
    return new TestBroker({ directory, config, github, options, provider, running, logLines });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  /** A fresh subject token of a push to main, with these claims changed. */
  token(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.github.mint({ aud: this.config.url, ...claims });
  }

  async ask(options: AskOptions = {}): Promise<Answer> {
    const { secret = newSecret() } = options;
    const form = new URLSearchParams({
      grant_type: GRANT_TYPE,
      subject_token: options.token ?? (await this.token(options.claims)),
      subject_token_type: ID_TOKEN_TYPE,
      scope: options.scope ?? 'shop/publish-preview',
      ...(secret === null ? {} : { request_secret: secret }),
      ...options.parameters,
    });
    return this.fetch('/v1/token', { method: 'POST', body: form });
  }

  async explain(scope: string, claims: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${await this.token(claims)}` };
    return this.fetch('/v1/explain', { method: 'POST', body: new URLSearchParams({ scope }), headers });
  }

  async catalog(claims: Readonly<Record<string, unknown>> = {}, query = ''): Promise<Answer> {
    const headers = { authorization: `Bearer ${await this.token(claims)}` };
    return this.fetch(`/v1/catalog${query}`, { headers });
  }

  returnLease(leaseId: string, bearer: string): Promise<Answer> {
    return this.fetch(`/v1/leases/${leaseId}`, { method: 'DELETE', headers: { authorization: `Bearer ${bearer}` } });
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.origin}${path}`, init);
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  /** Every entry of the log, the whole of it verified on the way. */
  entries(type?: string): Promise<readonly LoggedEntry[]> {
    return checkLog(this.running.store, this.running.verifierKey).then((entries) =>
      entries.filter((entry) => type === undefined || entry.type === type),
    );
  }

  writePolicy(file: string, text: string): void {
    writeFileSync(join(this.config.policies.directory, file), text);
  }

  async restart(): Promise<void> {
    await this.running.close();
    await this.start();
  }

  /** Starts it again on the same store and port. */
  async start(): Promise<void> {
    const listen = { ...this.config.listen, port: this.running.port };
    this.running = await launch({
      config: { ...this.config, listen },
      options: this.#options,
      provider: this.provider,
      logLines: this.logLines,
    });
  }

  async close(): Promise<void> {
    this.provider.letGo();
    await this.running.close();
    await this.github.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const newSecret = (): string => systemEntropy.bytes(32).toString('base64url');

interface Launch {
  readonly config: Config;
  readonly options: TestBrokerOptions;
  readonly provider: TestProvider;
  readonly logLines: string[];
}

function launch({ config, options, provider, logLines }: Launch): Promise<RunningBroker> {
  const destination = { write: (line: string) => void logLines.push(line) };
  const { clock = systemClock, providerTimeout, openStore, background, drainTimeout } = options;
  return startBroker({
    config,
    logger: createLogger({ level: 'info', demo: false, destination }),
    clock,
    extraProviders: [provider],
    ...(providerTimeout === undefined ? {} : { providerTimeout }),
    ...(options.people === undefined ? {} : { demoPeople: options.people }),
    ...(openStore === undefined ? {} : { openStore }),
    ...(drainTimeout === undefined ? {} : { drainTimeout }),
    ...(background === undefined ? {} : { backgroundEvery: 3_600_000 }),
  });
}

function testConfig(directory: string, github: GithubIssuer, options: TestBrokerOptions): Config {
  const owners = { 'octo-org': '123456' };
  const others = Object.entries(options.issuers ?? {}).map(([name, { url }]) => ({ name, url }));
  return {
    file: join(directory, 'buildpass.yaml'),
    url: options.url ?? BROKER_URL,
    issuer: options.issuer ?? options.url ?? BROKER_URL,
    listen: { host: '127.0.0.1', port: 0, trustedProxies: [], admin: undefined, ...options.listen },
    limits: options.limits ?? { requests: { count: 2000, per: 3_600_000 }, refusedShare: 0.5 },
    store: { kind: 'sqlite', path: join(directory, 'buildpass.db') },
    policies: {
      ...{ directory: join(directory, 'policies'), organizationFile: '_organization.yaml', keptIn: options.keptIn },
    },
    issuers: [{ name: 'github', url: github.url }, ...others].map((issuer) => ({
      ...issuer,
      kind: 'github',
      owners,
      privateNetwork: false,
    })),
    upstreams: options.upstreams ?? [],
    clouds: { ...PUBLIC_CLOUDS, ...options.clouds },
    github: options.app?.(directory),
    signIn: options.signIn?.(directory) ?? [],
    notify: options.notify?.(directory) ?? [],
    roles: options.roles ?? { security: [], operators: [] },
    proxies: {},
    keys: {
      encryptionKeyFile: join(directory, 'kek'),
      ...{ rotateEvery: undefined, publishBeforeUse: 3_600_000, logOverlap: 90 * 86_400_000 },
      ...{ rsaKeySize: 2048, inAwsKms: {} },
      ...options.keyTimes,
    },
    relyingParties: options.relyingParties?.(directory) ?? [],
    log: { anchorFile: join(directory, 'anchor') },
    warnings: [],
  };
}

/** The same configuration as a file, for commands that work beside the broker. */
function configText({ url, issuer, issuers, keys }: Config): string {
  const lines = issuers.map(
    ({ name, url: of, owners }) => `  ${name}: { kind: github, url: ${of}, owners: ${JSON.stringify(owners)} }`,
  );
  return `url: ${url}
issuer: ${issuer}
listen: { port: 18080 }
store: sqlite:./buildpass.db
policies: { directory: ./policies }
issuers:
${lines.join('\n')}
keys: { encryption-key-file: ./kek, rotate-every: never${kmsText(keys)} }
log: { anchor-file: ./anchor }
`;
}

function kmsText({ inAwsKms: { ES256: es256, RS256: rs256 } }: Config['keys']): string {
  const named = [
    ...(es256 === undefined ? [] : [`es256: "${es256}"`]),
    ...(rs256 === undefined ? [] : [`rs256: "${rs256}"`]),
  ];
  return named.length === 0 ? '' : `, credential: { kind: aws-kms, ${named.join(', ')} }`;
}

function writePolicies(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
}
