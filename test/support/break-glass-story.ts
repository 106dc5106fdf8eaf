// What the stories about break-glass share: people on call, of security and of the project's owner, an entitlement for emergencies
// alone and one that approvers may also let through, and somebody who invokes or reviews.
import { ApprovalStory, type WaitingJob } from './approval-story.ts';
import type { PersonBrowser, Visit } from './person-browser.ts';
import type { TestBrokerOptions } from './test-broker.ts';

export const HOUR = 3_600_000;

const ORGANIZATION = `
teams:
  octo-org/platform: { sign-in: demo, group: platform }
  octo-org/releases: { sign-in: demo, group: releases }
  octo-org/on-call: { sign-in: demo, group: on-call }
  octo-org/security: { sign-in: demo, group: security }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: jwt, audiences: [ https://deploy.example.com ] }
`;

const entitlement = (name: string, more: string): string => `
  ${name}:
    title: Emergency rollback
    risk: high
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    allow: [ { branch: main, event: [push, workflow_dispatch] } ]
    break-glass: { for: octo-org/on-call, notify: octo-org/security }${more}`;

export const EMERGENCIES = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:${entitlement('rescue', '')}${entitlement('either', '\n    approval: { by: octo-org/releases }')}
`;

/** Robin, who is on call too, is who asks. */
const people = () => [
  { name: 'Robin', id: '9001', groups: ['on-call'] },
  { name: 'Alex', id: '9002', groups: ['on-call'] },
  { name: 'Kim', id: '9003', groups: ['releases'] },
  { name: 'Sam', id: '9004', groups: ['security'] },
  { name: 'Toni', id: '9005', groups: [] },
  { name: 'Rita', id: '9006', groups: ['on-call', 'security'] },
  { name: 'Olu', id: '9007', groups: ['platform'] },
];

export const emergencyOptions = (): TestBrokerOptions => ({
  people: people(),
  policies: { 'shop.yaml': EMERGENCIES, '_organization.yaml': ORGANIZATION },
});

export const startEmergencies = (options: TestBrokerOptions = {}): Promise<ApprovalStory> =>
  ApprovalStory.start({ ...emergencyOptions(), ...options });

export const WHY = { reason: 'The shop is down.', ticket: 'INC-7' };

/** Somebody who has just shown once more that it is them. */
export async function steppedUp(story: Pick<ApprovalStory, 'person'>, name: string): Promise<PersonBrowser> {
  const browser = await story.person(name);
  await browser.follow('/sign-in/demo?step-up=1');
  return browser;
}

/** Somebody opens the link of a request and invokes break-glass on what they see; where they see nothing, on anything. */
export async function invoke(browser: PersonBrowser, job: Pick<WaitingJob, 'id'>, said: object = WHY): Promise<Visit> {
  const { body } = await browser.get(`/v1/requests/${job.id}`);
  const binding = body?.approval?.binding ?? 'a'.repeat(64);
  return browser.post(`/v1/requests/${job.id}/break-glass`, { binding, ...said });
}

export const review = (browser: PersonBrowser, said: object = {}, name = 'rescue'): Promise<Visit> =>
  browser.post(`/v1/break-glass/shop/${name}/review`, { reason: 'It was the database.', ...said });
