// A real broker's files in a directory of their own: configuration, policies, and whatever the command line makes beside them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './config-file.ts';
import { ORGANIZATION, SHOP } from './policy-files.ts';
import { BROKER_URL, type TestBroker } from './test-broker.ts';

const GITHUB = 'https://token.actions.githubusercontent.com';

export interface BrokerFiles {
  readonly directory: string;
  /** path of buildpass.yaml */
  readonly config: string;
  readonly store: string;
  readonly encryptionKey: string;
  readonly anchor: string;
  /** Writes a policy file; without a text, the shop's own. */
  writePolicy(file: string, text?: string): void;
}

const configText = (store: string, issuer: string): string => `url: ${BROKER_URL}
listen: { host: 127.0.0.1, port: 0 }
store: sqlite:${store}
policies: { directory: ./policies }
issuers:
  github: { kind: github, url: "${issuer}", owners: { octo-org: "123456" } }
keys: { encryption-key-file: ./kek }
log: { anchor-file: ./anchor }
`;

// `_test` is a kind that only tests have; a real broker would not load it.
const REAL_SHOP = SHOP.slice(0, SHOP.indexOf('  upstream:'));
const REAL_ORGANIZATION = ORGANIZATION.replace(/^.*_test.*\n/m, '');

/** Before anything was made: no store, no keys, no anchor. */
export async function brokerFiles(issuer: string = GITHUB): Promise<BrokerFiles> {
  const directory = await temporaryDirectory();
  const file = (name: string): string => join(directory, name);
  const writePolicy = (name: string, text = REAL_SHOP): void => writeFileSync(file(`policies/${name}`), text);
  mkdirSync(file('policies'));
  writePolicy('shop.yaml');
  writePolicy('_organization.yaml', REAL_ORGANIZATION);
  writeFileSync(file('buildpass.yaml'), configText('./data/buildpass.db', issuer));
  return {
    ...{ directory, writePolicy },
    config: file('buildpass.yaml'),
    store: file('data/buildpass.db'),
    encryptionKey: file('kek'),
    anchor: file('anchor'),
  };
}

/** The configuration file of a broker under test, for commands beside it. */
export function configFileOf({ config, github }: TestBroker): string {
  writeFileSync(config.file, configText('./buildpass.db', github.url));
  return config.file;
}
