// What the stories about tokens of GitHub share: a broker with a GitHub App, GitHub's API as the App asks it, and a project whose jobs
// may have tokens for its own repository and for one that the organization offers.
import { GithubAppApi } from './github-app-api.ts';
import { TestBroker, type TestBrokerOptions } from './test-broker.ts';

export const LIBS = { id: 2002, full_name: 'octo-org/libs', installed: 'here' } as const;

const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: github-token, repositories: [ { name: octo-org/libs, id: "2002" } ], permissions: { contents: read } }
`;

export const SHOP = `
project: shop
title: Web shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
  read-libs:
    title: Read the libraries
    risk: low
    credential: { kind: github-token, repositories: [octo-org/libs], permissions: { contents: read } }
    ttl: 10m
    allow: [ { branch: main } ]
  tag:
    title: Tag a release
    risk: low
    credential: { kind: github-token, repositories: [octo-org/octo-repo], permissions: { contents: write } }
    ttl: 10m
    allow: [ { branch: main } ]
`;

export const POLICIES = { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION };

export interface TokenStory {
  readonly broker: TestBroker;
  readonly api: GithubAppApi;
  /** moves the broker's clock, and GitHub's */
  pass(milliseconds: number): void;
  /** closes both; fails where GitHub would not have taken something */
  close(): Promise<void>;
}

export async function startTokenStory(options: TestBrokerOptions = {}): Promise<TokenStory> {
  const time = { passed: 0 };
  const clock = { now: () => Date.now() + time.passed };
  const api = await new GithubAppApi(clock.now).listen();
  api.knows.permissions = { metadata: 'read', contents: 'write' };
  api.knows.otherRepositories = [LIBS];
  const broker = await TestBroker.start({
    ...{ clock, background: 'by-hand', app: (directory) => api.app(directory) },
    policies: POLICIES,
    ...options,
  });
  return {
    ...{ broker, api },
    pass: (milliseconds) => {
      time.passed += milliseconds;
    },
    close: () => broker.close().then(() => api.close()),
  };
}
