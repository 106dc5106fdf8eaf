// What the stories about sessions share: entitlements that a long job renews, jobs that ask again, and the requests on record.
import { ApprovalStory, ORGANIZATION, ROBIN, type WaitingJob } from './approval-story.ts';
import { type Answer, newSecret, type TestBrokerOptions } from './test-broker.ts';

export const MINUTE = 60_000;

const entitlement = (name: string, more: string): string => `
  ${name}:
    title: Move the data
    risk: low
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    session: 1h
    allow: [ { branch: main, event: push } ]${more}`;

export const SESSIONS = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${entitlement('migrate', '\n    approval: { by: octo-org/releases, within: 10m }')}${entitlement(
  'run',
  '\n    approval: { by: octo-org/releases, covers: run, within: 10m, issuances: 2 }',
)}${entitlement('sync', '\n    max-per-job: 2')}${entitlement(
  'rescue',
  '\n    break-glass: { for: octo-org/security, notify: octo-org/security, incident: 1h }',
).replace('session: 1h', 'session: 2h')}${entitlement(
  'upstream',
  '\n    approval: { by: octo-org/releases, within: 10m }',
).replace(/\{ kind: jwt.*\}/, '{ kind: _test }')}
`;

export const startSessions = (options: TestBrokerOptions = {}): Promise<ApprovalStory> =>
  ApprovalStory.start({
    policies: { 'shop.yaml': SESSIONS, '_organization.yaml': `${ORGANIZATION}      - { kind: _test }\n` },
    ...options,
  });

type Claims = Readonly<Record<string, unknown>>;

/** A job of a run of its own asks anew, as a later step of it does. */
export const askAnew = (
  { broker }: ApprovalStory,
  name: string,
  { secret = newSecret(), claims }: { secret?: string; claims: Claims },
): Promise<Answer> => broker.ask({ secret, scope: `shop/${name}`, claims: { ...ROBIN, ...claims } });

/** The same job asks, is approved by Alex, and has its first credential. */
export async function approvedJob(story: ApprovalStory, name: string, claims: Claims): Promise<WaitingJob> {
  const job = await story.ask(name, claims);
  await story.decide('Alex', job, 'approve');
  const { status, text } = await job.collect();
  if (status !== 200) throw new Error(`not issued: ${status} ${text}`);
  return job;
}

export async function putInForce(story: ApprovalStory, text: string): Promise<void> {
  story.broker.writePolicy('shop.yaml', text);
  await story.broker.running.reload();
}
