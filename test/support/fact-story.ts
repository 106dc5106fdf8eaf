// What the stories about facts share: a broker with a GitHub App, GitHub's API as the App asks it, and a run that is under way.
import { ORGANIZATION, PEOPLE } from './approval-story.ts';
import { GithubAppApi } from './github-app-api.ts';
import { type ApiAccount, type ApiRun, nothingYet } from './github-knowledge.ts';
import { TestBroker, type TestBrokerOptions } from './test-broker.ts';

const SHA = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';
/** The actor of every job here. */
const ROBIN: ApiAccount = { id: 9001, login: 'robin', type: 'User' };
export const ALEX: ApiAccount = { id: 9002, login: 'alex', type: 'User' };

export const RUN: ApiRun = {
  ...{ id: 15987654321, run_attempt: 1, status: 'in_progress', head_sha: SHA, triggering_actor: ROBIN },
};

/** Of a job that Robin started. */
export const CLAIMS = { actor: 'robin', actor_id: '9001' };

const entitlement = (name: string, rule: string, more = ''): string => `
  ${name}:
    title: Deploy the web shop
    risk: low
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
${more}    allow: [ ${rule} ]`;

const SHOP = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${entitlement('team', '{ branch: main, requester: octo-org/oncall }')}${entitlement(
  'guarded',
  '{ branch: main, environment: production, protected-environment: true }',
)}${entitlement('plain', '{ branch: main }')}${entitlement(
  'either',
  '{ branch: main, requester: octo-org/oncall }, { branch: main, event: push }',
)}${entitlement('product', '{ branch: main, requester: octo-org/releases }')}${entitlement(
  'deploy',
  '{ branch: main }',
  '    approval: { by: octo-org/releases, within: 30m }\n',
)}
`;

export interface FactStory {
  readonly broker: TestBroker;
  readonly api: GithubAppApi;
  /** the broker's clock, and GitHub's */
  now(): number;
  /** moves it */
  pass(milliseconds: number): void;
  close(): Promise<void>;
}

export async function startFactStory(options: TestBrokerOptions = {}): Promise<FactStory> {
  const time = { now: Date.UTC(2026, 10, 23, 9) };
  const clock = { now: () => time.now };
  const api = await new GithubAppApi(clock.now).listen();
  const organization = ORGANIZATION.replace('teams:', 'teams:\n  octo-org/oncall: { github: "4713" }');
  const broker = await TestBroker.start({
    ...{ clock, people: PEOPLE, background: 'by-hand', app: (directory) => api.app(directory) },
    policies: { 'shop.yaml': SHOP, '_organization.yaml': organization },
    ...options,
  });
  resetApi(api);
  return {
    ...{ broker, api },
    now: clock.now,
    pass: (milliseconds) => {
      time.now += milliseconds;
    },
    close: () => broker.close().then(() => api.close()),
  };
}

/** As at the beginning of each story: Robin's run is under way, and nobody is in a team. */
export function resetApi(api: GithubAppApi): void {
  api.knows = { ...nothingYet(), runs: [RUN], accounts: [ROBIN, ALEX] };
  api.requests.length = 0;
}
